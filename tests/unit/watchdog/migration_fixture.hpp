// SPDX-License-Identifier: Apache-2.0
// Migrations step by step: tests change the surroundings and the bonds, let time pass and look.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/fake_surroundings.hpp"
#include "watchdog/migration.hpp"

namespace hnv::watchdog {

using namespace std::chrono_literals;

inline constexpr bond::IfIndex kFirst{3};
inline constexpr bond::IfIndex kSecond{9};

struct MigrationTest : testing::Test {
  MigrationConfig config;
  MigrationState state;
  test::FakeSurroundings surroundings;
  std::vector<HnvBond> bonds{HnvBond{kFirst, true, true}};
  bool fresh = true;
  TimePoint now{1h};
  // Of all steps so far.
  std::vector<ClosedWindow> closed;
  std::vector<CountedMigration> counted;
  std::vector<LpmOutcome> overdue;
  unsigned opened = 0;
  unsigned stuck = 0;
  MigrationDecision last;

  void SetUp() override {
    surroundings.move_to("IBM,02source");
    look();
  }

  MigrationDecision look() {
    last = step(config, state, MigrationView{surroundings.take(), fresh, bonds}, now);
    state = last.state;
    if (last.closed) closed.push_back(*last.closed);
    if (last.counted) counted.push_back(*last.counted);
    if (last.overdue) overdue.push_back(*last.overdue);
    opened += last.opened ? 1 : 0;
    stuck += last.stuck ? 1 : 0;
    return last;
  }
  // Time passes; the step is taken whenever it asked for.
  void pass(Duration time) {
    const TimePoint end = now + time;
    while (last.wake_at && *last.wake_at <= end) {
      now = *last.wake_at;
      look();
    }
    now = end;
    look();
  }
  void run(HcnCommand command, Duration time) {
    surroundings.begin(command, now);
    look();
    pass(time);
    surroundings.end(command);
    look();
  }
  void leave(std::size_t bond = 0) {
    bonds[bond].sriov_enslaved = bonds[bond].sriov_active = false;
    look();
  }
  void join(std::size_t bond = 0) {
    bonds[bond].sriov_enslaved = true;
    look();
  }
  void carry(std::size_t bond = 0) {
    bonds[bond].sriov_active = true;
    look();
  }
  [[nodiscard]] bool window() const { return last.situation.lpm_window; }
  [[nodiscard]] bool paused(PauseReason reason) const { return last.situation.pauses[reason]; }
};

}  // namespace hnv::watchdog
