# SPDX-License-Identifier: Apache-2.0
find_package(GTest REQUIRED)
include(GoogleTest)

# hnv_test(NAME LABEL label SOURCES ... ROOMS ... [LIBRARIES ...] [ENVIRONMENT VARIABLE=VALUE ...]): one GoogleTest program, each of its
# tests a CTest test. With sanitizers the program is one CTest test: it takes half a second to start, more than most tests.
# HNV_SOURCE_DIR is defined for golden files and fixtures.
# OWN_KERNEL FILTER: these tests ask the kernel what a user-mode emulator does not pass on; in a cross build their label is
# own-kernel instead.
function(hnv_test NAME)
  cmake_parse_arguments(TEST "" "LABEL;OWN_KERNEL;TIMEOUT" "SOURCES;ROOMS;LIBRARIES;ENVIRONMENT" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  add_executable(${NAME} ${TEST_SOURCES})
  target_compile_definitions(${NAME} PRIVATE HNV_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  foreach(room IN LISTS TEST_ROOMS)
    target_link_libraries(${NAME} PRIVATE hnv_${room})
  endforeach()
  target_link_libraries(${NAME} PRIVATE ${TEST_LIBRARIES} GTest::gmock GTest::gtest_main hnv_compile_options)
  if(HNV_SANITIZE)
    add_test(NAME ${TEST_LABEL}.${NAME} COMMAND ${NAME} --gtest_brief=1)
    set_tests_properties(${TEST_LABEL}.${NAME} PROPERTIES LABELS ${TEST_LABEL} TIMEOUT 1200 ENVIRONMENT "${TEST_ENVIRONMENT}")
    return()
  endif()
  set(discovery TEST_PREFIX "${TEST_LABEL}." DISCOVERY_TIMEOUT 60)
  if(TEST_OWN_KERNEL AND CMAKE_CROSSCOMPILING_EMULATOR)
    gtest_discover_tests(${NAME} ${discovery} TEST_FILTER "${TEST_OWN_KERNEL}"
      PROPERTIES LABELS own-kernel TIMEOUT ${TEST_TIMEOUT})
    list(APPEND discovery TEST_FILTER "-${TEST_OWN_KERNEL}")
  endif()
  gtest_discover_tests(${NAME} ${discovery}
    PROPERTIES LABELS ${TEST_LABEL} TIMEOUT ${TEST_TIMEOUT} ENVIRONMENT "${TEST_ENVIRONMENT}")
endfunction()

# hnv_program_to_run(VARIABLE TARGET): what a test must start to run the program TARGET: itself, or in a cross build a script
# that has the emulator run it, since a program under the emulator can start only what the building machine can.
function(hnv_program_to_run VARIABLE TARGET)
  if(NOT CMAKE_CROSSCOMPILING_EMULATOR)
    set(${VARIABLE} $<TARGET_FILE:${TARGET}> PARENT_SCOPE)
    return()
  endif()
  set(script ${CMAKE_BINARY_DIR}/emulated/${TARGET})
  set(${VARIABLE} ${script} PARENT_SCOPE)
  get_target_property(written ${TARGET} HNV_EMULATED)
  if(NOT written)
    list(JOIN CMAKE_CROSSCOMPILING_EMULATOR "' '" emulator)
    file(GENERATE OUTPUT ${script} CONTENT "#!/bin/sh\nexec '${emulator}' '$<TARGET_FILE:${TARGET}>' \"$@\"\n"
      FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
    set_target_properties(${TARGET} PROPERTIES HNV_EMULATED ${script})
  endif()
endfunction()

# Builds without optimisation, with sanitizers or under an emulator are many times slower and look for other faults.
if(CMAKE_BUILD_TYPE STREQUAL RelWithDebInfo AND NOT HNV_SANITIZE AND NOT CMAKE_CROSSCOMPILING)
  set(HNV_SLOW_BUILD OFF)
else()
  set(HNV_SLOW_BUILD ON)
endif()

# hnv_nightly_test(NAME ENVIRONMENT VARIABLE=VALUE ... [ARGUMENTS ...]): the program NAME once more, for hours.
function(hnv_nightly_test NAME)
  cmake_parse_arguments(NIGHTLY "" "" "ENVIRONMENT;ARGUMENTS" ${ARGN})
  add_test(NAME nightly.${NAME} COMMAND ${NAME} ${NIGHTLY_ARGUMENTS})
  set_tests_properties(nightly.${NAME} PROPERTIES
    LABELS nightly TIMEOUT 36000 ENVIRONMENT "${NIGHTLY_ENVIRONMENT}")
endfunction()

# hnv_property_test(NAME CASES n NIGHTLY n SOURCES ... ROOMS ...): a program of rapidcheck properties, each a CTest test with
# that many cases (a tenth in slow builds), and all of them with many more under the label nightly.
function(hnv_property_test NAME)
  cmake_parse_arguments(PROPERTY "" "CASES;NIGHTLY" "SOURCES;ROOMS" ${ARGN})
  if(HNV_SLOW_BUILD)
    math(EXPR PROPERTY_CASES "${PROPERTY_CASES} / 10")
  endif()
  hnv_test(${NAME}
    LABEL property
    SOURCES ${PROPERTY_SOURCES}
    ROOMS ${PROPERTY_ROOMS}
    LIBRARIES rapidcheck_gtest
    ENVIRONMENT "RC_PARAMS=max_success=${PROPERTY_CASES}")
  hnv_nightly_test(${NAME} ENVIRONMENT "RC_PARAMS=max_success=${PROPERTY_NIGHTLY}")
endfunction()
