// SPDX-License-Identifier: Apache-2.0
// A partition with HNV bonds in virtual time: what the HMC, hcnmgr and drmgr do to it, step by step
// as the real ones do (hcnmgr 1.3.8 to 1.3.13 with NetworkManager), and the watchdog over it.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/simulation.hpp"

namespace hnv::test {

// How hcnmgr goes about it.
struct HcnmgrHabits {
  bool seen = true;  // false: over at once, and its log cannot be read
  // Runs of it are over before anyone looks at the process table; the log tells of them.
  bool brief = false;
  bool sets_primary = true;  // 1.3.10 and later; 1.3.8 and 1.3.9 only write active_slave
  bool reactivates = false;  // 1.3.11 and later end with `nmcli con up`: all ports out and in
  std::chrono::milliseconds step{700};
};

// One migration as the HMC plays it.
struct Migration {
  HcnmgrHabits hcnmgr{};
  bool asks = true;                       // hcnqrydev before anything is touched
  bool hook = false;                      // drmgr tells our hook: check, pre, post
  bool moves = true;                      // false: it fails, and the partition stays on its machine
  bool comes_back = true;                 // the SR-IOV ports are added again
  bool renames = true;                    // ... under another name
  std::chrono::milliseconds pause{5000};  // between two steps of the HMC
};

std::ostream& operator<<(std::ostream& out, const Migration& migration);

class HnvPartition {
 public:
  // Bonds as hcnmgr leaves them, with the SR-IOV slave active and primary.
  explicit HnvPartition(std::size_t pairs = 1, Mode mode = Mode::enforce);
  HnvPartition(const HnvPartition&) = delete;
  HnvPartition& operator=(const HnvPartition&) = delete;

  Simulation& simulation() { return simulation_; }
  FakeKernel& kernel() { return simulation_.kernel; }
  FakeSurroundings& surroundings() { return simulation_.surroundings; }
  void run_for(std::chrono::milliseconds time);
  // From now on the watchdog is killed and started again before a run_for(), also one within a
  // migration, whenever `kills` says so.
  void kill_when(std::function<bool()> kills) { kills_ = std::move(kills); }

  [[nodiscard]] IfIndex bond(std::size_t pair = 0) const { return pairs_.at(pair).bond; }
  [[nodiscard]] bool is_plugged(std::size_t pair = 0) const { return pairs_.at(pair).plugged; }
  IfIndex sriov(std::size_t pair = 0);
  IfIndex virtual_slave(std::size_t pair = 0);
  // The SR-IOV slave is active and primary.
  bool is_whole(std::size_t pair = 0);

  // What the platform does.
  void migrate(const Migration& migration);
  void scan_at_boot(const HcnmgrHabits& hcnmgr);
  void unplug(std::size_t pair = 0);              // the adapter fails: nobody says so
  void plug(bool renamed, std::size_t pair = 0);  // a device that is not in the bond yet
  void configure(const HcnmgrHabits& hcnmgr, std::size_t pair = 0);  // hcncfgdrc
  void move_to_another_machine();

  // From the first trace of each migration to the end of hcnmgr's last run, as it really was.
  struct Span {
    BootTime from;
    BootTime to;
  };
  [[nodiscard]] const std::vector<Span>& migrations() const { return migrations_; }
  [[nodiscard]] std::size_t machines() const { return machines_; }  // that it has moved to

 private:
  struct Pair {
    HcnId id;
    IfIndex bond;
    std::string sriov_name;
    std::string virtual_name;
    bool plugged = true;
  };

  DeviceFacts facts_of(const bond::Link& link) const;
  void run(HcnCommand command, const HcnmgrHabits& hcnmgr, const std::function<void()>& deeds,
           bool at_boot = false);
  void attach(const HcnmgrHabits& hcnmgr, std::size_t pair, bool sriov);
  void remove(const Migration& migration, std::size_t pair);
  void note_begin();

  std::function<bool()> kills_;
  std::vector<Pair> pairs_;
  Simulation simulation_;
  std::vector<Span> migrations_;
  std::optional<BootTime> begun_;
  std::size_t machines_ = 0;
  unsigned names_ = 0;
};

}  // namespace hnv::test
