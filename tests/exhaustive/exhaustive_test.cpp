// SPDX-License-Identifier: Apache-2.0
// Breadth-first over all that the policy and the small bond can get into: what holds in every
// state, and where each of them ends once it is quiet.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <unordered_set>
#include <vector>

#include "tests/exhaustive/joint_state.hpp"

namespace hnv::test {

namespace {

using namespace std::chrono_literals;
using watchdog::PolicyConfig;

constexpr auto kUnit = 60s;

PolicyConfig config_of(Mode mode) {
  PolicyConfig config;
  config.mode = mode;
  config.settle = kUnit;
  config.hold_down = kUnit;
  config.fast_failover_hold = kUnit;
  config.move_spacing = kUnit;
  config.first_backoff = kUnit;
  config.longest_backoff = kUnit;
  return config;
}

class Exhaustive : public ::testing::Test {
 protected:
  // Where a state comes from, for messages.
  struct Origin {
    std::uint32_t from = 0;
    Move by = Move::look;
  };
  struct Open {
    std::uint32_t number = 0;
    JointState state;
  };

  std::string way_to(std::uint32_t number) const {
    std::string way;
    for (; number != 0; number = origins_[number].from) {
      way.insert(0, " " + std::string(base::name_of(origins_[number].by)));
    }
    return way;
  }

  static void check(const MadeWrite& made) {
    using watchdog::WrittenOption;
    const ModelSlave& sriov = made.before.at(Port::sriov);
    ASSERT_FALSE(made.in_window);
    ASSERT_TRUE(sriov.enslaved);
    if (watchdog::option_of(made.write.rule) != WrittenOption::primary) return;
    // The livelock of fast failover, and the dead port: a primary that the kernel takes for up.
    ASSERT_TRUE(sriov.has_link() || !sriov.mii_up);
  }

  // Nobody does anything any more, and the traffic is where it should be within a bound.
  static void expect_rest(const Game& game, const PolicyConfig& config, JointState state) {
    // Units: the longest wait of each kind, or of damping.
    const int bound = config.damping ? 30 : 8;
    std::vector<MadeWrite> writes;
    for (const Move move : {Move::find_them, Move::window_closes, Move::join, Move::plug,
                            Move::admin_up, Move::look}) {
      state = game.after(state, move, writes);
    }
    for (int units = 0; units < bound; ++units) state = game.after(state, Move::wait, writes);
    ASSERT_EQ(state.bond.active, Port::sriov);
    ASSERT_EQ(state.bond.shown_primary(), Port::sriov);
    ASSERT_LE(writes.size(), 4U);
    writes.clear();
    for (int units = 0; units < bound; ++units) state = game.after(state, Move::wait, writes);
    ASSERT_TRUE(writes.empty());
  }

  void visit_all(const PolicyConfig& config, int depth) {
    const Game game(config, kUnit);
    std::vector<Open> open{Open{0, game.start()}};
    std::unordered_set<std::string> known{game.key(game.start())};
    origins_.assign(1, Origin{});
    int reached = 0;
    for (; !open.empty() && reached < depth; ++reached) {
      std::vector<Open> next;
      for (const Open& here : open) {
        if (config.mode == Mode::enforce) expect_rest(game, config, here.state);
        for (const Move move : base::all_values<Move>()) {
          std::vector<MadeWrite> writes;
          JointState state = game.after(here.state, move, writes);
          for (const MadeWrite& made : writes) check(made);
          ASSERT_FALSE(HasFailure()) << way_to(here.number) << ", then " << base::name_of(move);
          if (!known.insert(game.key(state)).second) continue;
          next.push_back(Open{static_cast<std::uint32_t>(origins_.size()), std::move(state)});
          origins_.push_back(Origin{here.number, move});
        }
      }
      open = std::move(next);
      std::printf("depth %d: %zu states, %zu new\n", reached + 1, known.size(), open.size());
    }
    RecordProperty("states", static_cast<int>(known.size()));
    RecordProperty("depth", reached);
  }

  std::vector<Origin> origins_;
};

// How deep: HNV_EXHAUSTIVE_DEPTH, so that the nightly run goes on until nothing new is found.
int wanted_depth() {
  constexpr int kSeconds = 9;                                // to run
  const char* wanted = std::getenv("HNV_EXHAUSTIVE_DEPTH");  // NOLINT(concurrency-mt-unsafe)
  return wanted != nullptr ? std::stoi(wanted) : kSeconds;
}

TEST_F(Exhaustive, Enforce) {
  visit_all(config_of(Mode::enforce), wanted_depth());
}

TEST_F(Exhaustive, EnforceWithFastFailover) {
  PolicyConfig config = config_of(Mode::enforce);
  config.fast_failover = true;
  visit_all(config, wanted_depth());
}

TEST_F(Exhaustive, EnforceWithDampingAndFastFailover) {
  PolicyConfig config = config_of(Mode::enforce);
  config.damping = config.fast_failover = true;
  visit_all(config, wanted_depth() - 2);  // each age of a penalty is a state of its own
}

TEST_F(Exhaustive, Repair) {
  visit_all(config_of(Mode::repair), wanted_depth());
}

}  // namespace

}  // namespace hnv::test
