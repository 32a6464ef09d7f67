# SPDX-License-Identifier: Apache-2.0
# For Linux on Power, little endian, with Debian's cross compiler, which brings the C and C++ libraries' headers, and a
# sysroot with all other libraries' ppc64el packages (scripts/cross makes it).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ppc64le)
set(CMAKE_C_COMPILER powerpc64le-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER powerpc64le-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE powerpc64le-linux-gnu)

get_filename_component(CMAKE_SYSROOT ${CMAKE_CURRENT_LIST_DIR}/../build/sysroot/ppc64le ABSOLUTE)
if(NOT IS_DIRECTORY ${CMAKE_SYSROOT}/usr/include)
  message(FATAL_ERROR "there is no sysroot in ${CMAKE_SYSROOT}; scripts/cross ppc64le makes it")
endif()

# Libraries of the building machine must not be found; its programs (Python, promtool) must.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${CMAKE_SYSROOT}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig)
set(ENV{PKG_CONFIG_PATH} "")

# The oldest processor that the compiler's defaults are for.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-ppc64le-static -cpu power8 -L ${CMAKE_SYSROOT})
