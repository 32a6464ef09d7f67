# SPDX-License-Identifier: Apache-2.0
# Every third-party library, found once, under the names that the rooms link.
option(HNV_FETCH_DEPENDENCIES "Build from pinned sources what the distribution does not have (cmake/fetch.cmake)" OFF)
option(HNV_PORTABLE "For packages of other distributions: link all but the C and C++ libraries, OpenSSL, libnl and libsystemd statically" OFF)

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBNL REQUIRED IMPORTED_TARGET libnl-3.0)
pkg_check_modules(LIBSYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
find_package(ZLIB REQUIRED)
pkg_check_modules(LIBCRYPT REQUIRED IMPORTED_TARGET libcrypt)
find_package(OpenSSL 3.0 REQUIRED)

if(HNV_FETCH_DEPENDENCIES OR HNV_PORTABLE)
  include(fetch)
endif()

# hnv_library(NAME [HEADERS_ONLY]): the distribution's, or else one from a pinned source. A portable build takes no shared
# library of the distribution's, whose number is not that of the next distribution's.
function(hnv_library NAME)
  cmake_parse_arguments(LIBRARY "HEADERS_ONLY" "" "" ${ARGN})
  if(HNV_PORTABLE AND NOT LIBRARY_HEADERS_ONLY)
    hnv_fetch(${NAME})
  elseif(HNV_FETCH_DEPENDENCIES)
    find_package(${NAME} QUIET CONFIG GLOBAL)
    if(NOT ${NAME}_FOUND)
      hnv_fetch(${NAME})
    endif()
  else()
    # No version: Debian's prometheus-cpp has no version file, and asking for one fails.
    find_package(${NAME} REQUIRED CONFIG GLOBAL)
  endif()
endfunction()

hnv_library(fmt)
hnv_library(spdlog)
hnv_library(tl-expected HEADERS_ONLY)
hnv_library(CLI11 HEADERS_ONLY)
hnv_library(nlohmann_json HEADERS_ONLY)
hnv_library(yaml-cpp)
hnv_library(civetweb)
hnv_library(prometheus-cpp)

if(HNV_PORTABLE)
  # libcrypt.so.1 here is libcrypt.so.2 there.
  find_library(HNV_STATIC_LIBCRYPT libcrypt.a REQUIRED)
  find_library(HNV_STATIC_ZLIB libz.a REQUIRED)
  set_target_properties(PkgConfig::LIBCRYPT PROPERTIES INTERFACE_LINK_LIBRARIES ${HNV_STATIC_LIBCRYPT})
  set_target_properties(ZLIB::ZLIB PROPERTIES IMPORTED_LOCATION ${HNV_STATIC_ZLIB} IMPORTED_LOCATION_RELEASE ${HNV_STATIC_ZLIB})
else()
  # Compresses several times as fast as zlib; whoever has it not does without.
  pkg_check_modules(LIBISAL QUIET IMPORTED_TARGET libisal)
endif()

# yaml-cpp gained its namespaced target with 0.8.
if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
