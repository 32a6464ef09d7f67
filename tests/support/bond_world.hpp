// SPDX-License-Identifier: Apache-2.0
// A bond with two slaves that can be poked: the ground that the contract suite stands on. Once it
// is a FakeKernel in virtual time, once the kernel of the lab's guest with veth pairs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bond/link.hpp"
#include "watchdog/actuator.hpp"

namespace hnv::test {

struct BondWorldOptions {
  bond::BondMode mode = bond::BondMode::active_backup;
  bond::PrimaryReselect primary_reselect = bond::PrimaryReselect::always;
  std::chrono::milliseconds miimon{20};
  std::chrono::milliseconds updelay{0};
};

class BondWorld {
 public:
  static constexpr const char* kBond = "hnvbond0";
  static constexpr const char* kSriov = "hnvvf0";  // enslaved first
  static constexpr const char* kVirtual = "hnvbk0";

  BondWorld() = default;
  BondWorld(const BondWorld&) = delete;
  BondWorld& operator=(const BondWorld&) = delete;
  virtual ~BondWorld() = default;

  // The bond, up, with both slaves enslaved and healthy and no primary. Once, first of all.
  virtual void make(const BondWorldOptions& options) = 0;

  // Devices by name. Those that answer an errno value give 0 for success.
  virtual void add_device(const std::string& name) = 0;  // its cable plugged, administratively down
  virtual void remove_device(const std::string& name) = 0;
  virtual void set_plugged(const std::string& name, bool plugged) = 0;
  virtual void set_admin(const std::string& name, bool up) = 0;
  virtual int rename(const std::string& from, const std::string& to) = 0;
  virtual void enslave(const std::string& name) = 0;
  virtual void release(const std::string& name) = 0;

  // sysfs of the bond.
  virtual int write_primary(const std::string& name) = 0;
  virtual int write_active_slave(const std::string& name) = 0;

  virtual watchdog::Actuator& actuator() = 0;

  // RTM_GETLINK, without statistics; empty when there is no such link.
  virtual std::optional<bond::Link> link(const std::string& name) = 0;
  // What the watchdog's socket would have received about the bond and its devices since the last
  // call, without statistics.
  virtual std::vector<bond::LinkEvent> events() = 0;

  // True as soon as `condition` is; false when it is not within a time that is long for the world.
  virtual bool eventually(const std::function<bool()>& condition) = 0;
  virtual void let_pass(std::chrono::milliseconds time) = 0;
};

using BondWorldMaker = std::unique_ptr<BondWorld> (*)();

}  // namespace hnv::test
