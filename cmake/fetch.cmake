# SPDX-License-Identifier: Apache-2.0
# Libraries that a distribution does not have, built from pinned sources. Off unless asked for: a distribution's own library gets
# its security updates without a new build of ours.
include(FetchContent)
if(POLICY CMP0135)
  cmake_policy(SET CMP0135 NEW) # what is unpacked has today's time stamps, so that a new pin is compiled
endif()
if(POLICY CMP0169)
  cmake_policy(SET CMP0169 OLD) # FetchContent_Populate, since only add_subdirectory leaves out the libraries' install rules
endif()

include(pins)
set(HNV_DEPENDENCIES_DIR "" CACHE PATH "A folder with the files of cmake/pins.cmake, for a build without a network")

# What each library is asked to be: the library alone, static, without its tests, tools and own dependencies.
set(HNV_OPTIONS_fmt FMT_DOC=OFF FMT_TEST=OFF FMT_INSTALL=OFF)
set(HNV_OPTIONS_spdlog SPDLOG_FMT_EXTERNAL=ON SPDLOG_BUILD_EXAMPLE=OFF SPDLOG_INSTALL=OFF)
set(HNV_OPTIONS_yaml-cpp YAML_CPP_BUILD_TESTS=OFF YAML_CPP_BUILD_TOOLS=OFF YAML_CPP_INSTALL=OFF)
# TLS is our front's business, never CivetWeb's.
set(HNV_OPTIONS_civetweb CIVETWEB_BUILD_TESTING=OFF CIVETWEB_ENABLE_SERVER_EXECUTABLE=OFF CIVETWEB_ENABLE_SSL=OFF
  CIVETWEB_ENABLE_ASAN=OFF CIVETWEB_DISABLE_CGI=ON)
set(HNV_OPTIONS_prometheus-cpp ENABLE_PULL=OFF ENABLE_PUSH=OFF ENABLE_TESTING=OFF ENABLE_COMPRESSION=OFF
  USE_THIRDPARTY_LIBRARIES=OFF GENERATE_PKGCONFIG=OFF)
set(HNV_OPTIONS_CLI11 CLI11_BUILD_TESTS=OFF CLI11_BUILD_EXAMPLES=OFF CLI11_BUILD_DOCS=OFF CLI11_INSTALL=OFF)
set(HNV_OPTIONS_nlohmann_json JSON_BuildTests=OFF JSON_Install=OFF)
set(HNV_OPTIONS_tl-expected EXPECTED_BUILD_TESTS=OFF EXPECTED_BUILD_PACKAGE=OFF)
# The target that is compiled, where there is one, and the one that the rooms link.
set(HNV_TARGETS_fmt fmt fmt::fmt)
set(HNV_TARGETS_spdlog spdlog spdlog::spdlog)
set(HNV_TARGETS_yaml-cpp yaml-cpp yaml-cpp::yaml-cpp)
set(HNV_TARGETS_civetweb civetweb-c-library civetweb::civetweb)
set(HNV_TARGETS_prometheus-cpp core prometheus-cpp::core)
set(HNV_TARGETS_CLI11 CLI11 CLI11::CLI11)
set(HNV_TARGETS_nlohmann_json nlohmann_json nlohmann_json::nlohmann_json)
set(HNV_TARGETS_tl-expected expected tl::expected)

# hnv_fetch(NAME): unpack the pinned source of NAME and add its library. FETCHCONTENT_SOURCE_DIR_<NAME> takes a folder instead.
function(hnv_fetch NAME)
  foreach(pin IN LISTS HNV_PINS)
    if(pin MATCHES "^${NAME}\\|([^|]+)\\|(.+)$")
      set(file ${CMAKE_MATCH_1})
      set(sha256 ${CMAKE_MATCH_2})
    endif()
  endforeach()
  get_filename_component(base ${file} NAME)
  set(url "${HNV_DEPENDENCIES_MIRROR}/${file}")
  if(HNV_DEPENDENCIES_DIR)
    set(url "${HNV_DEPENDENCIES_DIR}/${base}")
    if(NOT EXISTS "${url}")
      message(FATAL_ERROR "HNV_DEPENDENCIES_DIR=${HNV_DEPENDENCIES_DIR} has no ${base}; on a Debian mirror it is pool/main/${file}")
    endif()
  elseif(NOT HNV_DEPENDENCIES_MIRROR)
    message(FATAL_ERROR "Where is ${base}? Name the folder pool/main of a Debian mirror by -DHNV_DEPENDENCIES_MIRROR=URL, "
      "or a folder that has the file by -DHNV_DEPENDENCIES_DIR=FOLDER.")
  endif()
  message(STATUS "Building ${NAME} from ${base}")
  FetchContent_Declare(${NAME} URL "${url}" URL_HASH SHA256=${sha256})
  string(TOLOWER ${NAME} lower)
  FetchContent_GetProperties(${NAME})
  if(NOT ${lower}_POPULATED)
    FetchContent_Populate(${NAME})
  endif()

  foreach(option IN LISTS HNV_OPTIONS_${NAME})
    string(REPLACE "=" ";" pair ${option})
    list(GET pair 0 key)
    list(GET pair 1 value)
    set(${key} ${value} CACHE BOOL "for ${NAME}" FORCE)
  endforeach()
  # Hardened as our own (compile_options.cmake).
  string(APPEND CMAKE_C_FLAGS " -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong")
  string(APPEND CMAKE_CXX_FLAGS " -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong")
  set(BUILD_SHARED_LIBS OFF)
  set(BUILD_TESTING OFF)
  set(CMAKE_EXPORT_COMPILE_COMMANDS OFF)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
  add_subdirectory(${${lower}_SOURCE_DIR} ${${lower}_BINARY_DIR} EXCLUDE_FROM_ALL)

  list(GET HNV_TARGETS_${NAME} 0 built)
  list(GET HNV_TARGETS_${NAME} 1 linked)
  if(NOT TARGET ${linked})
    add_library(${linked} ALIAS ${built})
  endif()
  # Its headers are not ours to warn about.
  get_target_property(headers ${built} INTERFACE_INCLUDE_DIRECTORIES)
  set_target_properties(${built} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${headers}")
endfunction()
