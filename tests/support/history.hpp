// SPDX-License-Identifier: Apache-2.0
// Histories of a bond: what hypervisors, cables, administrators, hcnmgr and other programs do to
// it, one deed after the other, in a Simulation.
#pragma once

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "base/enum_names.hpp"
#include "tests/support/simulation.hpp"

namespace hnv::test {

enum class Deed : std::uint8_t {
  pull,
  plug,
  flap,  // shorter than a tick of miimon
  admin_down,
  admin_up,
  release,
  enslave,
  replug,          // unplugged, and a new device of the same name is enslaved
  replug_renamed,  // ... of another name
  rename,          // taken down for it, and up again
  prefer,          // someone makes the slave primary
  clear_primary,   // someone writes an index that no slave has
  take_active,     // someone writes active_slave
  reselect_always,
  reselect_failure,
  bond_down,
  bond_up,
  overrun,
  restart,  // of the watchdog
  refuse,   // the kernel, every write from now on
  permit,
};

struct Step {
  Deed deed = Deed::pull;
  bool to_sriov = true;  // else to the virtual slave
  // How long it then stays so, and whether the watchdog reads along or catches up afterwards.
  std::chrono::milliseconds then{0};
  bool watched = true;
};

std::ostream& operator<<(std::ostream& out, const Step& step);

struct OptIns {
  bool damping = false;
  bool fast_failover = false;
  std::chrono::milliseconds fast_failover_delay{0};
  std::optional<PathConfig> path = std::nullopt;
  bool act_on_path = false;
};

// A bond of a PCI and a vio device in a simulation of its own; the configuration tells them apart
// by their bus, so that names and indexes may change.
class Scene {
 public:
  explicit Scene(Mode mode, FakeBondOptions options = {}, OptIns opt_ins = {});

  Simulation& simulation() { return simulation_; }
  FakeKernel& kernel() { return simulation_.kernel; }
  [[nodiscard]] IfIndex bond() const { return bond_; }
  IfIndex sriov() { return device(true); }
  IfIndex virtual_slave() { return device(false); }

  void perform(const Step& step);
  void perform(const std::vector<Step>& history);
  // Cables in, links up, both enslaved, the kernel willing: nothing is in the way any more.
  void clear_the_way();
  void unplug(bool sriov) { kernel().remove_device(device(sriov)); }

 private:
  void act(const Step& step);
  void replug(bool sriov, const std::string& name);
  void rename(bool sriov);
  IfIndex device(bool sriov);
  std::string next_name(bool sriov);

  Simulation simulation_;
  IfIndex bond_;
  std::string sriov_name_ = "enP16392p1s0";
  std::string virtual_name_ = "env3";
  unsigned names_ = 0;
};

}  // namespace hnv::test

template <>
struct hnv::base::EnumNames<hnv::test::Deed> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"pull",      "plug",          "flap",        "admin_down",      "admin_up",
       "release",   "enslave",       "replug",      "replug_renamed",  "rename",
       "prefer",    "clear_primary", "take_active", "reselect_always", "reselect_failure",
       "bond_down", "bond_up",       "overrun",     "restart",         "refuse",
       "permit"});
};
