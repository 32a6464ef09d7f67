// SPDX-License-Identifier: Apache-2.0
// What the policy relies on in the kernel, as tests: run against FakeKernel in every build and
// against the distribution's kernel in the lab's guest. A statement that fails there is wrong here.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/bond_world.hpp"

namespace hnv::test {

class BondContract : public ::testing::TestWithParam<BondWorldMaker> {
 protected:
  static constexpr const char* kSriov = BondWorld::kSriov;
  static constexpr const char* kVirtual = BondWorld::kVirtual;
  static constexpr const char* kBond = BondWorld::kBond;

  BondContract() : world_(GetParam()()) {}

  BondWorld& world() { return *world_; }
  void make(const BondWorldOptions& options = {}) { world_->make(options); }
  // A second bond world in the same test.
  void make_anew(const BondWorldOptions& options);

  bond::IfIndex index(const std::string& name);
  // The names; "" for none.
  std::string active();
  std::string primary();
  bond::MiiStatus mii(const std::string& slave);
  std::uint32_t failures(const std::string& slave);

  base::Expected<void> set_primary(const std::string& slave);
  base::Expected<void> set_primary(bond::IfIndex bond, bond::IfIndex slave);
  base::Expected<void> set_active(const std::string& slave);
  // Each waits and fails the test when it does not come.
  void wait_for_active(const std::string& slave);
  void wait_for_mii(const std::string& slave, bond::MiiStatus mii);
  // Pulls or plugs the cable and waits until miimon has seen it.
  void lose_link(const std::string& slave);
  void regain_link(const std::string& slave);
  // Long enough for several ticks of miimon and whatever they cause.
  void let_ticks_pass() { world_->let_pass(std::chrono::milliseconds(150)); }
  void forget_events() { world_->events(); }

  std::size_t count_failovers(const std::vector<bond::LinkEvent>& events);
  std::string name_of(std::optional<bond::IfIndex> index);

 private:
  std::unique_ptr<BondWorld> world_;
};

}  // namespace hnv::test
