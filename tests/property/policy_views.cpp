// SPDX-License-Identifier: Apache-2.0
#include "tests/property/policy_views.hpp"

#include <algorithm>

namespace hnv::watchdog {

namespace {

using bond::IfIndex;
using bond::MiiStatus;
using rc::gen::arbitrary;
using rc::gen::element;
using rc::gen::exec;
using rc::gen::inRange;
using rc::gen::weightedElement;

constexpr IfIndex kBond{3};

// Usually healthy, or most sequences would never reach a write.
SlaveView any_slave(std::uint32_t index, Role role) {
  SlaveView slave;
  slave.index = IfIndex{index};
  slave.role = role;
  slave.admin_up = *weightedElement<bool>({{9, true}, {1, false}});
  slave.lower_up = *weightedElement<bool>({{8, true}, {2, false}});
  slave.mii = *weightedElement<MiiStatus>({{8, MiiStatus::up},
                                           {3, MiiStatus::down},
                                           {1, MiiStatus::going_down},
                                           {1, MiiStatus::going_back}});
  slave.losses = *weightedElement<std::uint64_t>({{20, 0}, {1, 1}, {1, 2}});
  return slave;
}

std::optional<IfIndex> none_or_one_of(const std::vector<SlaveView>& slaves) {
  const auto chosen = *inRange<std::size_t>(0, slaves.size() + 2);
  if (chosen < slaves.size()) return slaves[chosen].index;
  if (chosen == slaves.size()) return std::nullopt;
  return IfIndex{99};
}

Duration any_pause() {
  using namespace std::chrono_literals;
  return *weightedElement<Duration>(
      {{4, 0ms}, {4, 1ms}, {4, 1s}, {3, 5s}, {3, 15s}, {2, 61s}, {1, 400s}});
}

}  // namespace

const SlaveView* the_sriov_slave(const BondView& view) {
  const SlaveView* found = nullptr;
  for (const SlaveView& slave : view.slaves) {
    if (slave.role != Role::sriov) continue;
    if (found != nullptr) return nullptr;
    found = &slave;
  }
  return found;
}

rc::Gen<PolicyConfig> any_config() {
  return exec([] {
    PolicyConfig config;
    config.mode =
        *weightedElement<Mode>({{4, Mode::enforce}, {2, Mode::repair}, {1, Mode::observe}});
    config.hold_down = std::chrono::seconds(*inRange(0, 30));
    config.settle = std::chrono::seconds(*inRange(0, 30));
    config.damping = *arbitrary<bool>();
    config.fast_failover = *arbitrary<bool>();
    config.act_on_path = *arbitrary<bool>();
    config.fast_failover_delay = std::chrono::milliseconds(*rc::gen::element(0, 10));
    config.moves_per_hour = *inRange<std::size_t>(1, 13);
    config.jitter_seed = *arbitrary<std::uint32_t>();
    return config;
  });
}

rc::Gen<BondView> any_view() {
  return exec([] {
    BondView view;
    view.bond = kBond;
    view.fresh = *weightedElement<bool>({{12, true}, {1, false}});
    view.active_backup = *weightedElement<bool>({{30, true}, {1, false}});
    view.monitored = *weightedElement<bool>({{30, true}, {1, false}});
    view.plain_miimon = *weightedElement<bool>({{10, true}, {1, false}});
    view.primary_reselect =
        *weightedElement<std::optional<bond::PrimaryReselect>>({{8, bond::PrimaryReselect::always},
                                                                {3, bond::PrimaryReselect::failure},
                                                                {1, bond::PrimaryReselect::better},
                                                                {1, std::nullopt}});
    view.saved_is_kept = *weightedElement<bool>({{4, true}, {1, false}});
    view.situation.lpm_window = *weightedElement<bool>({{20, false}, {1, true}});
    view.situation.pauses[PauseReason::hcnmgr] = *weightedElement<bool>({{20, false}, {1, true}});
    const auto role = weightedElement<Role>({{20, Role::sriov}, {1, Role::unknown}});
    const auto other = weightedElement<Role>({{20, Role::virtual_device}, {1, Role::sriov}});
    // A device that was replaced has another index.
    view.slaves.push_back(any_slave(*weightedElement<std::uint32_t>({{20, 5}, {1, 6}}), *role));
    const auto others = *weightedElement<std::uint32_t>({{1, 0}, {15, 1}, {3, 2}});
    for (std::uint32_t index = 0; index < others; ++index) {
      view.slaves.push_back(any_slave(7 + index, *other));
    }
    view.active = none_or_one_of(view.slaves);
    view.primary = none_or_one_of(view.slaves);
    for (SlaveView& slave : view.slaves) slave.is_active = view.active == slave.index;
    view.membership_generation = *weightedElement<std::uint64_t>({{30, 2}, {1, 3}});
    view.refreshes = *inRange<std::uint64_t>(0, 2);
    return view;
  });
}

rc::Gen<PathHealth> any_path() {
  return exec([] {
    PathHealth path;
    path.verdict = *weightedElement<PathVerdict>({{6, PathVerdict::not_judged},
                                                  {6, PathVerdict::healthy},
                                                  {6, PathVerdict::sriov_dead},
                                                  {3, PathVerdict::virtual_dead},
                                                  {3, PathVerdict::both_dead},
                                                  {1, PathVerdict::target_dead},
                                                  {1, PathVerdict::target_filtered},
                                                  {1, PathVerdict::isolated}});
    path.sriov_answers_in_row = *rc::gen::element(0U, 9U, 10U, 1000U);
    return path;
  });
}

rc::Gen<std::vector<Look>> any_looks() {
  return rc::gen::container<std::vector<Look>>(exec([] {
    Look look;
    look.after = any_pause();
    look.view = *any_view();
    look.view.path = *any_path();
    look.judged_for = std::chrono::seconds(*inRange(-1, 4));
    look.answer = *weightedElement<std::optional<WriteAnswer>>(
        {{8, WriteAnswer(WriteAccepted{})},
         {2, WriteAnswer(WriteRefused{RestoreFailure::permission})},
         {1, WriteAnswer(WriteOutdated{})},
         {1, std::nullopt}});
    return look;
  }));
}

std::vector<Seen> run(const PolicyConfig& config, const std::vector<Look>& looks, TimePoint start) {
  std::vector<Seen> seen;
  PolicyState state;
  TimePoint now = start;
  bool awaits_answer = false;
  for (const Look& look : looks) {
    now += look.after;
    BondView view = look.view;
    if (awaits_answer) view.answer = look.answer;
    if (view.path.verdict != PathVerdict::not_judged) view.path.valid_until = now + look.judged_for;
    Decision decision = step(config, state, view, now);
    awaits_answer = decision.write.has_value();
    seen.push_back(Seen{now, view, state, decision});
    state = decision.state;
  }
  return seen;
}

std::vector<Seen> any_run(const PolicyConfig& config) {
  return run(config, *any_looks(), kStart);
}

std::ostream& operator<<(std::ostream& out, const PolicyConfig& config) {
  return out << base::name_of(config.mode) << ", hold-down " << base::to_seconds(config.hold_down)
             << " s, settle " << base::to_seconds(config.settle) << " s";
}

std::ostream& operator<<(std::ostream& out, const Look& look) {
  const auto show = [&out](const std::optional<IfIndex>& index) {
    index ? out << index->value : out << "none";
  };
  out << "after " << base::to_seconds(look.after) << " s:" << (look.view.fresh ? "" : " not fresh")
      << " active ";
  show(look.view.active);
  out << " primary ";
  show(look.view.primary);
  if (look.view.primary_reselect) out << " " << base::name_of(*look.view.primary_reselect);
  out << (look.view.situation.lpm_window ? " window" : "")
      << (look.view.situation.pauses[PauseReason::hcnmgr] ? " hcnmgr" : "")
      << (look.view.saved_is_kept ? " kept" : "");
  for (const SlaveView& slave : look.view.slaves) {
    out << " [" << slave.index.value << " " << base::name_of(slave.role)
        << (slave.admin_up ? "" : " admin-down") << (slave.lower_up ? "" : " no-carrier") << " mii "
        << base::name_of(slave.mii) << " losses " << slave.losses << "]";
  }
  return out << "\n";
}

}  // namespace hnv::watchdog
