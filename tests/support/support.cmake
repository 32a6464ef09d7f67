# SPDX-License-Identifier: Apache-2.0
# What tests share: included by every folder that needs it, built once.
include_guard(GLOBAL)
add_library(hnv_test_support STATIC
  ${CMAKE_CURRENT_LIST_DIR}/fake_actuator.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fake_bond.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fake_bond_miimon.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fake_kernel.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fake_monitor.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fake_netns.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fake_surroundings.cpp
  ${CMAKE_CURRENT_LIST_DIR}/fake_world.cpp
  ${CMAKE_CURRENT_LIST_DIR}/history.cpp
  ${CMAKE_CURRENT_LIST_DIR}/hnv_partition.cpp
  ${CMAKE_CURRENT_LIST_DIR}/simulation.cpp)
target_link_libraries(hnv_test_support PUBLIC hnv_watchdog PRIVATE hnv_compile_options)

# The contract suite, registered by whoever links it: an object library, or the linker would drop
# tests that nobody calls.
add_library(hnv_test_contract OBJECT
  ${CMAKE_CURRENT_LIST_DIR}/contract_membership.cpp
  ${CMAKE_CURRENT_LIST_DIR}/contract_messages.cpp
  ${CMAKE_CURRENT_LIST_DIR}/contract_primary.cpp
  ${CMAKE_CURRENT_LIST_DIR}/contract_suite.cpp)
target_link_libraries(hnv_test_contract PUBLIC hnv_test_support GTest::gtest PRIVATE hnv_compile_options)
