// SPDX-License-Identifier: Apache-2.0
// The policy and the small bond as one state, and the steps that lead from one to the next.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "base/enum_names.hpp"
#include "tests/exhaustive/bond_model.hpp"
#include "watchdog/policy.hpp"

namespace hnv::test {

// What may happen. Deeds of others are not seen by the policy before it looks, so that every order
// of deeds, ticks and looks is visited.
enum class Move : std::uint8_t {
  look,
  tick,
  wait,  // the unit of time, with a tick and a look
  pull,
  plug,
  admin_down,
  admin_up,
  leave,
  join,
  pull_virtual,
  plug_virtual,
  leave_virtual,
  join_virtual,
  prefer_virtual,
  clear_primary,
  take_active,  // someone writes active_slave: the virtual slave
  reselect_failure,
  reselect_always,
  window_opens,
  window_closes,
  lose_messages,
  find_them,  // the dump that repairs it
  restart,    // of the watchdog, with its memory lost
};

struct JointState {
  BondModel bond;
  watchdog::PolicyState policy;
  bool window = false;
  bool fresh = true;
  bool kept = false;  // the saved primary_reselect is where a restart finds it
};

// One write of the policy's, and where it was made.
struct MadeWrite {
  watchdog::Write write;
  BondModel before;
  bool in_window = false;
};

class Game {
 public:
  // `unit`: of time; no wait of the policy is longer. Damping's are, and make more states.
  Game(watchdog::PolicyConfig config, watchdog::Duration unit) : config_(config), unit_(unit) {}

  [[nodiscard]] JointState start() const { return {}; }
  // The state after the move, and what the policy wrote in it.
  JointState after(const JointState& state, Move move, std::vector<MadeWrite>& writes) const;
  // Two states with the same key behave alike: times are told by how long ago they were, and what
  // is longer ago than any wait is the same.
  [[nodiscard]] std::string key(const JointState& state) const;

 private:
  void look(JointState& state, watchdog::TimePoint now, std::vector<MadeWrite>& writes) const;
  [[nodiscard]] watchdog::BondView view_of(const JointState& state) const;
  void forget_the_past(watchdog::PolicyState& state) const;

  watchdog::PolicyConfig config_;
  watchdog::Duration unit_;
};

}  // namespace hnv::test

template <>
struct hnv::base::EnumNames<hnv::test::Move> {
  static constexpr auto names = std::to_array<std::string_view>({"look",
                                                                 "tick",
                                                                 "wait",
                                                                 "pull",
                                                                 "plug",
                                                                 "admin_down",
                                                                 "admin_up",
                                                                 "leave",
                                                                 "join",
                                                                 "pull_virtual",
                                                                 "plug_virtual",
                                                                 "leave_virtual",
                                                                 "join_virtual",
                                                                 "prefer_virtual",
                                                                 "clear_primary",
                                                                 "take_active",
                                                                 "reselect_failure",
                                                                 "reselect_always",
                                                                 "window_opens",
                                                                 "window_closes",
                                                                 "lose_messages",
                                                                 "find_them",
                                                                 "restart"});
};
