# SPDX-License-Identifier: Apache-2.0
# One interface target carries warnings, hardening and sanitizers; every room links it privately.
add_library(hnv_compile_options INTERFACE)
target_compile_options(hnv_compile_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough
  # GCC 12 takes an empty optional for an uninitialised value.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  # A file that is compiled with others is an included one, and its anonymous namespace taken for a header's.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-subobject-linkage>
  $<$<BOOL:${HNV_WARNINGS_AS_ERRORS}>:-Werror>)

if(HNV_SANITIZE)
  target_compile_options(hnv_compile_options INTERFACE
    -fsanitize=${HNV_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(hnv_compile_options INTERFACE -fsanitize=${HNV_SANITIZE})
else()
  # _FORTIFY_SOURCE needs optimisation, and the sanitizers bring their own checks.
  target_compile_options(hnv_compile_options INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2> -fstack-protector-strong)
  target_link_options(hnv_compile_options INTERFACE -Wl,-z,relro,-z,now LINKER:--as-needed)
endif()

if(HNV_BUILD_FUZZERS)
  target_compile_options(hnv_compile_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
