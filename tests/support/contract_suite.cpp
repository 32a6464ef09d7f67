// SPDX-License-Identifier: Apache-2.0
#include "tests/support/contract_suite.hpp"

#include <algorithm>

namespace hnv::test {

void BondContract::make_anew(const BondWorldOptions& options) {
  world_.reset();
  world_ = GetParam()();
  world_->make(options);
}

bond::IfIndex BondContract::index(const std::string& name) {
  const auto link = world().link(name);
  return link ? link->index : bond::IfIndex{0};
}

std::string BondContract::name_of(std::optional<bond::IfIndex> index) {
  if (!index) return "";
  for (const char* name : {kSriov, kVirtual}) {
    const auto link = world().link(name);
    if (link && link->index == *index) return name;
  }
  return "ifindex " + std::to_string(index->value);
}

std::string BondContract::active() {
  return name_of(world().link(kBond)->bond->active_slave);
}

std::string BondContract::primary() {
  return name_of(world().link(kBond)->bond->primary);
}

bond::MiiStatus BondContract::mii(const std::string& slave) {
  const auto link = world().link(slave);
  if (!link || !link->slave) return bond::MiiStatus::down;
  return link->slave->mii_status.value_or(bond::MiiStatus::down);
}

std::uint32_t BondContract::failures(const std::string& slave) {
  const auto link = world().link(slave);
  return link && link->slave ? link->slave->link_failure_count.value_or(0) : 0;
}

base::Expected<void> BondContract::set_primary(const std::string& slave) {
  return set_primary(index(kBond), index(slave));
}

base::Expected<void> BondContract::set_primary(bond::IfIndex bond, bond::IfIndex slave) {
  return world().actuator().write(watchdog::Write{bond, slave, WriteRule::keep});
}

base::Expected<void> BondContract::set_active(const std::string& slave) {
  return world().actuator().write(
      watchdog::Write{index(kBond), index(slave), WriteRule::fast_failover});
}

void BondContract::wait_for_active(const std::string& slave) {
  EXPECT_TRUE(world().eventually([&] { return active() == slave; }))
      << "active is '" << active() << "', awaited '" << slave << "'";
}

void BondContract::wait_for_mii(const std::string& slave, bond::MiiStatus awaited) {
  EXPECT_TRUE(world().eventually([&] { return mii(slave) == awaited; }))
      << slave << " is " << base::name_of(mii(slave)) << ", awaited " << base::name_of(awaited);
}

void BondContract::lose_link(const std::string& slave) {
  world().set_plugged(slave, false);
  wait_for_mii(slave, bond::MiiStatus::down);
}

void BondContract::regain_link(const std::string& slave) {
  world().set_plugged(slave, true);
  wait_for_mii(slave, bond::MiiStatus::up);
}

std::size_t BondContract::count_failovers(const std::vector<bond::LinkEvent>& events) {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(), [](const bond::LinkEvent& event) {
        return event.cause == bond::LinkEventCause::bonding_failover;
      }));
}

}  // namespace hnv::test
