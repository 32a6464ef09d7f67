# SPDX-License-Identifier: Apache-2.0
find_package(GTest REQUIRED)
include(GoogleTest)

# hnv_test(NAME LABEL label SOURCES ... ROOMS ... [LIBRARIES ...]): one GoogleTest program, each of its tests a CTest test.
# HNV_SOURCE_DIR is defined for golden files and fixtures.
function(hnv_test NAME)
  cmake_parse_arguments(TEST "" "LABEL;TIMEOUT" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  add_executable(${NAME} ${TEST_SOURCES})
  target_compile_definitions(${NAME} PRIVATE HNV_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  foreach(room IN LISTS TEST_ROOMS)
    target_link_libraries(${NAME} PRIVATE hnv_${room})
  endforeach()
  target_link_libraries(${NAME} PRIVATE ${TEST_LIBRARIES} GTest::gmock GTest::gtest_main hnv_compile_options)
  gtest_discover_tests(${NAME} TEST_PREFIX "${TEST_LABEL}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${TEST_LABEL} TIMEOUT ${TEST_TIMEOUT})
endfunction()
