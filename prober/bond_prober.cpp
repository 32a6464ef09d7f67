// SPDX-License-Identifier: Apache-2.0
#include "prober/bond_prober.hpp"

#include <algorithm>
#include <utility>

namespace hnv::prober {

namespace {

using base::BootClock;
using base::BootTime;
using bond::IfIndex;

// What must not change while answers are awaited.
bool is_undisturbed(const BondView& before, const BondView& after) {
  if (before.index != after.index || before.slaves.size() != after.slaves.size()) return false;
  return std::equal(before.slaves.begin(), before.slaves.end(), after.slaves.begin(),
                    [](const ViewedSlave& one, const ViewedSlave& other) {
                      return one.index == other.index && one.address == other.address &&
                             one.active == other.active && one.lower_up == other.lower_up;
                    });
}

// The best of several targets: one that answers proves the path.
int rank_of(Evidence evidence) {
  switch (evidence) {
    case Evidence::up:
      return 4;
    case Evidence::failing:
      return 3;
    case Evidence::recovering:
      return 2;
    case Evidence::unknown:  // it may still answer
      return 1;
    case Evidence::dead:
      break;
  }
  return 0;
}

}  // namespace

BondProber::BondProber(PathConfig config, std::uint64_t run, BootTime now)
    : config_(std::move(config)),
      run_(run),
      random_(run),
      next_round_(now),
      since_(now),
      judged_at_(now) {}

void BondProber::see(BondView view, BootTime now) {
  if (view == view_) return;
  const bool undisturbed = is_undisturbed(view_, view);
  view_ = std::move(view);
  keep_what_is_viewed();
  if (!undisturbed) pause(now);
  bool link_lost = false;
  for (const ViewedSlave& slave : view_.slaves) {
    if (slave.lower_up) continue;
    forget_slave(slave.index);
    link_lost = true;
  }
  // A failover is told in several messages, and between them two slaves can seem to have one
  // address, or none to be active. Such doubts wait until the pause is over; a lost link does not.
  if (link_lost || now >= paused_until_) doubt_view(now);
}

void BondProber::keep_what_is_viewed() {
  std::erase_if(slaves_, [this](const auto& entry) { return viewed(entry.first) == nullptr; });
  std::erase_if(crosses_, [this](const auto& entry) {
    return viewed(entry.first.first) == nullptr || viewed(entry.first.second) == nullptr;
  });
  for (const ViewedSlave& slave : view_.slaves) {
    auto& targets = slaves_[slave.index].targets;
    std::erase_if(targets, [this](const auto& entry) {
      return std::none_of(
          view_.targets.begin(), view_.targets.end(),
          [&entry](const ViewedTarget& target) { return target.address == entry.first; });
    });
    for (const ViewedTarget& target : view_.targets) targets.try_emplace(target.address);
  }
}

void BondProber::forget_slave(IfIndex slave) {
  for (auto& [address, target] : slaves_[slave].targets) {
    target.path.forget();
    target.learned.reset();
  }
  for (auto& [ends, cross] : crosses_) {
    if (ends.first == slave || ends.second == slave) cross.path.forget();
  }
}

void BondProber::pause(BootTime now) {
  paused_until_ = now + kPause;
  drop_all();
}

const ViewedSlave* BondProber::viewed(IfIndex slave) const {
  const auto found = std::find_if(view_.slaves.begin(), view_.slaves.end(),
                                  [slave](const ViewedSlave& one) { return one.index == slave; });
  return found != view_.slaves.end() ? &*found : nullptr;
}

const ViewedSlave* BondProber::only_slave(Role role) const {
  const auto has_role = [role](const ViewedSlave& slave) { return slave.role == role; };
  const auto found = std::find_if(view_.slaves.begin(), view_.slaves.end(), has_role);
  if (found == view_.slaves.end()) return nullptr;
  return std::find_if(found + 1, view_.slaves.end(), has_role) == view_.slaves.end() ? &*found
                                                                                     : nullptr;
}

std::string BondProber::obstacle_of(const ViewedSlave& slave) const {
  if (!slave.obstacle.empty()) return slave.obstacle;
  if (slave.role == Role::unknown) return "its role is not known";
  if (!slave.lower_up) return "no carrier";
  // Frames from it would move the bond's address to its port of the switch.
  if (!slave.active && slave.address == view_.address) return "has the bond's own address";
  if (view_.targets.empty()) return view_.no_target;
  return {};
}

std::string BondProber::doubt_about_view() const {
  const ViewedSlave* sriov = only_slave(Role::sriov);
  const ViewedSlave* other = only_slave(Role::virtual_device);
  if (sriov == nullptr) return "no SR-IOV slave, or not known which one it is";
  if (other == nullptr) return "not exactly one virtual slave";
  for (const ViewedSlave* slave : {sriov, other}) {
    if (const std::string obstacle = obstacle_of(*slave); !obstacle.empty()) {
      return slave->device + ": " + obstacle;
    }
  }
  return sriov->active || other->active ? "" : "no slave is active";
}

Evidence BondProber::evidence_of(const ViewedSlave& slave) const {
  const auto state = slaves_.find(slave.index);
  if (state == slaves_.end() || state->second.targets.empty()) return Evidence::unknown;
  Evidence best = Evidence::dead;
  for (const auto& [address, target] : state->second.targets) {
    const Evidence evidence = target.path.evidence();
    if (rank_of(evidence) > rank_of(best)) best = evidence;
  }
  return best;
}

Evidence BondProber::cross_evidence(const ViewedSlave& from, const ViewedSlave& to) const {
  const auto state = crosses_.find({from.index, to.index});
  return state != crosses_.end() ? state->second.path.evidence() : Evidence::unknown;
}

void BondProber::drop_all() {
  for (auto& [index, slave] : slaves_) {
    for (auto& [address, target] : slave.targets) target.path.drop();
  }
  for (auto& [ends, cross] : crosses_) cross.path.drop();
}

void BondProber::close_all() {
  for (auto& [index, slave] : slaves_) {
    for (auto& [address, target] : slave.targets) target.path.close(limits());
  }
  for (auto& [ends, cross] : crosses_) cross.path.close(limits());
}

// From 0.9 to 1.0 of the interval, so that many partitions do not ask one gateway at one moment.
BootClock::duration BondProber::next_interval() {
  constexpr std::uint64_t kSteps = 1024;
  random_ = random_ * 6364136223846793005U + 1442695040888963407U;
  const auto step = static_cast<std::int64_t>((random_ >> 33) % kSteps);
  const BootClock::duration interval = config_.interval;
  return interval - interval / 10 * step / static_cast<std::int64_t>(kSteps);
}

std::vector<Outgoing> BondProber::start_round(BootTime now) {
  // Answers may be lost that nobody was there to read, and a starved partition starves its links.
  const bool overslept = now > next_round_ + BootClock::duration(config_.interval) / 2;
  next_round_ = now + next_interval();
  if (now < paused_until_) return {};
  if (overslept) {
    ++overslept_;
    drop_all();
  } else {
    close_all();
    judge_now(now);
  }
  std::vector<Outgoing> frames;
  for (const ViewedSlave& slave : view_.slaves) {
    if (obstacle_of(slave).empty()) ask_targets(slave, now, frames);
  }
  ask_across(now, frames);
  return frames;
}

void BondProber::ask_targets(const ViewedSlave& slave, BootTime now,
                             std::vector<Outgoing>& frames) {
  auto& targets = slaves_[slave.index].targets;
  for (const ViewedTarget& target : view_.targets) {
    TargetState& state = targets[target.address];
    // Whoever does not answer may have another Ethernet address by now.
    if (state.path.lost_in_row() > 0) state.learned.reset();
    frames.push_back({slave.index, slave.address, target.address, std::nullopt,
                      build_question({slave.address, target.address, state.learned, target.vlan})});
    state.path.ask(now);
  }
}

void BondProber::ask_across(BootTime now, std::vector<Outgoing>& frames) {
  const ViewedSlave* sriov = only_slave(Role::sriov);
  const ViewedSlave* other = only_slave(Role::virtual_device);
  if (sriov == nullptr || other == nullptr || sriov->address == other->address) return;
  if (!obstacle_of(*sriov).empty() || !obstacle_of(*other).empty()) return;
  const std::uint16_t vlan = view_.targets.front().vlan;
  for (const auto& [from, to] : {std::pair(sriov, other), std::pair(other, sriov)}) {
    CrossState& state = crosses_[{from->index, to->index}];
    const CrossProbe probe{run_, from->index.value, to->index.value, ++state.sequence};
    frames.push_back({from->index, from->address, std::nullopt, to->index,
                      build_cross(probe, from->address, to->address, vlan)});
    state.path.ask(now);
  }
}

void BondProber::note_unsent(const Outgoing& outgoing, bool no_link) {
  const auto slave = slaves_.find(outgoing.slave);
  if (slave == slaves_.end()) return;
  if (!no_link) ++slave->second.errors;
  if (outgoing.target) {
    const auto target = slave->second.targets.find(*outgoing.target);
    if (target != slave->second.targets.end()) target->second.path.drop();
  } else if (outgoing.heard_by) {
    const auto cross = crosses_.find({outgoing.slave, *outgoing.heard_by});
    if (cross != crosses_.end()) cross->second.path.drop();
  }
}

void BondProber::note_error(IfIndex slave) {
  const auto state = slaves_.find(slave);
  if (state != slaves_.end()) ++state->second.errors;
}

void BondProber::note_frame(IfIndex slave, FrameView frame, BootTime now) {
  const ViewedSlave* view = viewed(slave);
  if (view == nullptr) return;
  if (const auto probe = parse_cross(frame, view->address)) {
    note_cross(slave, *probe, now);
    return;
  }
  const auto answer = parse_answer(frame, view->address);
  if (!answer) return;
  SlaveState& state = slaves_[slave];
  const auto target = state.targets.find(answer->target);
  if (target == state.targets.end()) return;
  const Evidence before = target->second.path.evidence();
  target->second.learned = answer->address;
  const auto took = target->second.path.answer(now, limits());
  if (took) state.rtt.observe(base::to_seconds(*took));
  if (target->second.path.evidence() != before && now >= paused_until_) judge_now(now);
}

void BondProber::note_cross(IfIndex slave, const CrossProbe& probe, BootTime now) {
  // Another partition's prober may use the same numbers, but not the same run.
  if (probe.run != run_ || probe.to != slave.value) return;
  const auto cross = crosses_.find({IfIndex{probe.from}, slave});
  if (cross == crosses_.end()) return;
  if (probe.sequence != cross->second.sequence) {
    cross->second.path.late_answer();
    return;
  }
  cross->second.path.answer(now, limits());
  if (cross->second.path.up() == true) isolated_ = false;
}

bool BondProber::doubt_view(BootTime now) {
  std::string doubt = doubt_about_view();
  if (doubt.empty()) return false;
  for (const ViewedSlave& slave : view_.slaves) {
    if (!obstacle_of(slave).empty()) forget_slave(slave.index);
  }
  conclude(PathVerdict::not_judged, std::move(doubt), now);
  return true;
}

void BondProber::judge_now(BootTime now) {
  if (doubt_view(now)) return;
  const ViewedSlave& sriov = *only_slave(Role::sriov);
  const ViewedSlave& other = *only_slave(Role::virtual_device);
  PathFacts facts;
  facts.sriov = evidence_of(sriov);
  facts.virtual_device = evidence_of(other);
  facts.to_virtual = cross_evidence(sriov, other);
  facts.to_sriov = cross_evidence(other, sriov);
  facts.active = sriov.active ? Role::sriov : Role::virtual_device;
  if (const auto verdict = judge(facts)) {
    isolated_ = isolated_ || *verdict == PathVerdict::isolated;
    conclude(*verdict, *verdict == PathVerdict::not_judged ? "too early" : "", now);
  }
}

void BondProber::conclude(PathVerdict verdict, std::string doubt, BootTime now) {
  if (verdict != verdict_) since_ = now;
  verdict_ = verdict;
  doubt_ = std::move(doubt);
  judged_at_ = now;
}

SlavePath BondProber::status_of(const ViewedSlave& slave) const {
  SlavePath path;
  path.device = slave.device;
  path.index = slave.index;
  path.address = slave.address;
  path.role = slave.role;
  path.not_probed = obstacle_of(slave);
  const auto found = slaves_.find(slave.index);
  if (found == slaves_.end()) return path;
  path.errors = found->second.errors;
  path.rtt = found->second.rtt;
  path.targets.reserve(found->second.targets.size());
  for (const auto& [address, target] : found->second.targets) {
    const AskedPath& asked = target.path;
    path.targets.push_back({address, asked.up(), asked.probes(), asked.answers(),
                            asked.late_answers(), asked.lost_in_row(), asked.answered_in_row(),
                            asked.last_answer()});
  }
  return path;
}

CrossPath BondProber::cross_status(const ViewedSlave& from, const ViewedSlave& to) const {
  CrossPath path{from.role, to.role, std::nullopt};
  const auto found = crosses_.find({from.index, to.index});
  if (found != crosses_.end() && !isolated_) path.up = found->second.path.up();
  return path;
}

BondPath BondProber::status() const {
  BondPath status;
  status.name = view_.name;
  status.index = view_.index;
  status.verdict = verdict_;
  status.doubt = doubt_;
  status.since = since_;
  status.judged_at = judged_at_;
  status.interval = config_.interval;
  status.slaves.reserve(view_.slaves.size());
  for (const ViewedSlave& slave : view_.slaves) status.slaves.push_back(status_of(slave));
  const ViewedSlave* sriov = only_slave(Role::sriov);
  const ViewedSlave* other = only_slave(Role::virtual_device);
  if (sriov != nullptr) {
    const auto state = slaves_.find(sriov->index);
    if (state != slaves_.end()) {
      for (const auto& [address, target] : state->second.targets) {
        status.sriov_answers_in_row =
            std::max(status.sriov_answers_in_row, target.path.answered_in_row());
      }
    }
  }
  if (sriov != nullptr && other != nullptr) {
    status.crosses = {cross_status(*sriov, *other), cross_status(*other, *sriov)};
  }
  return status;
}

}  // namespace hnv::prober
