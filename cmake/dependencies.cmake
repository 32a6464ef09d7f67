# SPDX-License-Identifier: Apache-2.0
# Every third-party library, found once, under the names that the rooms link.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBNL REQUIRED IMPORTED_TARGET libnl-3.0)
pkg_check_modules(LIBSYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
find_package(ZLIB REQUIRED)
# Compresses several times as fast as zlib; whoever has it not does without.
pkg_check_modules(LIBISAL QUIET IMPORTED_TARGET libisal)
pkg_check_modules(LIBCRYPT REQUIRED IMPORTED_TARGET libcrypt)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt REQUIRED CONFIG)
find_package(spdlog REQUIRED CONFIG)
find_package(tl-expected REQUIRED CONFIG)
find_package(CLI11 REQUIRED CONFIG)
find_package(nlohmann_json REQUIRED CONFIG)
find_package(yaml-cpp REQUIRED CONFIG)
find_package(civetweb REQUIRED CONFIG)
# No version here: the package as Debian ships it has no version file, and asking for one fails.
find_package(prometheus-cpp REQUIRED CONFIG)

# yaml-cpp gained its namespaced target with 0.8.
if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
