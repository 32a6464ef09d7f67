# SPDX-License-Identifier: Apache-2.0
# The sources of cmake/fetch.cmake. The files and their SHA-256 are those of Debian 12's source packages ("orig" tarballs, some
# without what Debian may not distribute), as the .dsc files have them that Debian's maintainers sign. They are not the hashes of
# the projects' own releases. packaging/rpm/hnv.spec names the same files.
set(HNV_DEPENDENCIES_MIRROR "" CACHE STRING
  "The folder pool/main of a Debian mirror, which has the sources of cmake/pins.cmake; without it HNV_DEPENDENCIES_DIR has them")

# Name, file in the pool, SHA-256.
set(HNV_PINS
  "fmt|f/fmtlib/fmtlib_9.1.0+ds1.orig.tar.gz|84ce1c2d0be3a9863935137969dcec6970125caac032f82474640bfc81463583"
  "spdlog|s/spdlog/spdlog_1.10.0+ds.orig.tar.xz|620ca6842b5c21014470bd42eb4716024674214fb973b5ffa3aaea33310ad327"
  "yaml-cpp|y/yaml-cpp/yaml-cpp_0.7.0+dfsg.orig.tar.xz|dc63708605404e0b963e0ca3a9619d1c8270eda2839603e6fa0384e5e51e5312"
  "civetweb|c/civetweb/civetweb_1.15+dfsg.orig.tar.xz|ec372e9737bc820118bbb735f46a07d41f795814ca0f38bc6e67048e7a460f33"
  "prometheus-cpp|p/prometheus-cpp/prometheus-cpp_1.0.1.orig.tar.gz|593e028d401d3298eada804d252bc38d8cab3ea1c9e88bcd72095281f85e6d16"
  "CLI11|c/cli11/cli11_2.1.2+ds.orig.tar.xz|8143d20b688e98ccce8e24562d3b68e5f47c12e896c42c7ca8553dbde5bed55d"
  "nlohmann_json|n/nlohmann-json3/nlohmann-json3_3.11.2.orig.tar.gz|d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273"
  "tl-expected|t/tl-expected/tl-expected_1.0.0~dfsg.orig.tar.xz|643b32aea2e13650abd7b187f9623302efaa089d6058ebf8ebcb1996024bcc65")
