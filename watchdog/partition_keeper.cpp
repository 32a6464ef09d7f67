// SPDX-License-Identifier: Apache-2.0
#include "watchdog/partition_keeper.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hnv::watchdog {

namespace {

using base::BootTime;
using base::LogField;
using base::LogLevel;
using bond::IfIndex;

std::string machine(const FrameKey& frame) {
  return frame.model + " " + frame.system_id;
}

}  // namespace

PartitionKeeper::PartitionKeeper(PictureOf picture_of, DeviceFactsCache facts, Actuator& actuator,
                                 Lookout& lookout)
    : picture_of_(std::move(picture_of)),
      facts_(std::move(facts)),
      actuator_(actuator),
      lookout_(lookout) {}

void PartitionKeeper::configure(Settings settings) {
  settings_ = std::move(settings);
  all_touched_ = true;
}

void PartitionKeeper::start_on(const Surroundings& surroundings, const std::optional<Moved>& moved,
                               BootTime now) {
  surroundings_ = surroundings;
  migration_ = watchdog::start_on(surroundings.frame, moved, now);
  if (!moved) return;
  lpm_.window_since = now;
  lpm_.last_start_unix_seconds = base::unix_time();
}

void PartitionKeeper::note(const std::vector<bond::LinkMonitor::News>& news, BootTime now) {
  for (const auto& item : news) {
    for (const auto& bond : {item.change.bond, item.change.left_bond}) {
      if (!bond) continue;
      touched_.insert(*bond);
      if (keepers_.contains(*bond)) continue;
      const bond::Link* link = picture_of_(*bond).topology->bond(*bond);
      if (link == nullptr) continue;
      keepers_.emplace(*bond, BondKeeper(*bond, link->name));
      found_.insert(*bond);
    }
    if (const auto bond = item.change.bond; bond && keepers_.contains(*bond)) {
      keepers_.at(*bond).note(item, now);
    }
    if (item.change.kind == bond::Change::Kind::removed && item.change.slave) {
      facts_.forget(*item.change.slave);
    }
  }
}

PartitionKeeper::Round PartitionKeeper::act(BootTime now) {
  Round round;
  std::set<IfIndex> touched = std::exchange(touched_, {});
  const bool all = std::exchange(all_touched_, false);
  for (const auto& [bond, keeper] : keepers_) {
    const auto at = keeper.wake_at();
    if (all || (at && now >= *at)) touched.insert(bond);
  }
  survey(touched, now, round);
  if (decide_migration(now, round)) {
    for (const auto& [bond, keeper] : keepers_) touched.insert(bond);
  }
  for (const IfIndex bond : touched) look_at(bond, now, round);
  return round;
}

void PartitionKeeper::survey(const std::set<IfIndex>& touched, BootTime now, Round& round) {
  for (const IfIndex bond : touched) {
    const auto found = keepers_.find(bond);
    if (found == keepers_.end()) continue;
    const std::string name = found->second.status().name;
    if (found_.erase(bond) > 0) {
      round.log.push_back({LogLevel::info, Event::bond_found, {{"bond", name}}});
    }
    const Picture picture = picture_of_(bond);
    const bond::Link* link = picture.topology->bond(bond);
    if (link == nullptr && picture.fresh) {
      round.log.push_back({LogLevel::info, Event::bond_gone, {{"bond", name}}});
      keepers_.erase(found);
    } else if (link != nullptr) {
      found->second.survey(*picture.topology, settings_.config.bond(link->name), facts_, now);
    }
  }
}

bool PartitionKeeper::decide_migration(BootTime now, Round& round) {
  MigrationView view;
  view.surroundings = surroundings_;
  for (const auto& [bond, keeper] : keepers_) {
    if (!keeper.hnv()) continue;
    view.bonds.push_back(*keeper.hnv());
    view.fresh = view.fresh && picture_of_(bond).fresh;
  }
  MigrationDecision decision = step(settings_.migration, migration_, view, now);
  // What was seen once is no news a second time.
  surroundings_.begun.clear();
  surroundings_.hcnmgr_seen = surroundings_.dlpar_seen = false;
  migration_ = decision.state;
  migration_wake_at_ = decision.wake_at;
  tell_migration(decision, now, round);
  const bool changed =
      decision.situation != situation_ || surroundings_.operator_pauses != operator_pauses_;
  situation_ = decision.situation;
  operator_pauses_ = surroundings_.operator_pauses;
  return changed;
}

void PartitionKeeper::tell_migration(const MigrationDecision& decision, BootTime now,
                                     Round& round) {
  const auto tell = [&round](LogLevel level, Event event, std::vector<LogField> fields) {
    round.log.push_back({level, event, std::move(fields)});
  };
  if (decision.moved_to) {
    facts_.forget_all();  // devices that stay have another location
    tell(LogLevel::info, Event::frame_changed, {{"machine", machine(*decision.moved_to)}});
  }
  if (decision.overdue) {
    const bool critical = *decision.overdue == LpmOutcome::not_restored;
    tell(
        critical ? LogLevel::error : LogLevel::warn, Event::lpm_overdue,
        {{"hint", std::string("an SR-IOV slave did not come back; see the HMC and hcnmgr's log")}});
  }
  if (decision.closed) {
    ++lpm_.windows[decision.closed->outcome];
    lpm_.last_window_seconds = base::to_seconds(decision.closed->lasted);
    tell(LogLevel::info, Event::lpm_window_closed,
         {{"outcome", std::string(base::name_of(decision.closed->outcome))},
          {"seconds", std::round(*lpm_.last_window_seconds)}});
  }
  if (decision.opened) {
    const BootTime since = decision.state.window ? decision.state.window->since : now;
    lpm_.last_start_unix_seconds = base::unix_time() - base::to_seconds(now - since);
    tell(LogLevel::info, Event::lpm_window_opened, {});
  }
  if (decision.counted) {
    const auto& [kind, result] = *decision.counted;
    ++lpm_.migrations[kind][result];
    tell(result == LpmResult::restored ? LogLevel::info : LogLevel::error, Event::lpm_counted,
         {{"kind", std::string(base::name_of(kind))},
          {"result", std::string(base::name_of(result))}});
  }
  if (decision.stuck) {
    tell(LogLevel::warn, Event::hcnmgr_stuck,
         {{"hint", std::string("nothing is written while it runs; see hcnmgr's log")}});
  }
  const auto& window = decision.state.window;
  lpm_.window_since = window ? std::optional(window->since) : std::nullopt;
  lpm_.overdue = window && window->overdue;
}

PolicyConfig PartitionKeeper::policy_of(const BondConfig* config) const {
  PolicyConfig policy = settings_.policy;
  if (config != nullptr) {
    policy.damping = config->damping;
    policy.fast_failover = config->fast_failover;
    policy.fast_failover_delay = config->fast_failover_delay;
  }
  return policy;
}

// hcnmgr and migrations are about HNV bonds; an operator may pause any.
Situation PartitionKeeper::situation_of(const BondKeeper& keeper) const {
  Situation situation = keeper.hnv() ? situation_ : Situation{};
  situation.pauses[PauseReason::operator_request] =
      operator_pauses_.contains(Surroundings::kAllBonds) ||
      operator_pauses_.contains(keeper.status().name);
  return situation;
}

void PartitionKeeper::look_at(IfIndex bond, BootTime now, Round& round) {
  const auto found = keepers_.find(bond);
  if (found == keepers_.end()) return;
  BondKeeper& keeper = found->second;
  const Picture picture = picture_of_(bond);
  const Situation situation = situation_of(keeper);
  const BondConfig* config = settings_.config.bond(keeper.status().name);
  const PolicyConfig policy = policy_of(config);
  const BondContext context{policy, config, situation, facts_, actuator_, lookout_};
  BondKeeper::Round one = keeper.look(picture, context, now);
  std::move(one.log.begin(), one.log.end(), std::back_inserter(round.log));
  if (one.read_back) round.read_back.insert(bond);
  round.look_around = round.look_around || one.look_around;
  round.keep = round.keep || one.keep;
  // A picture that becomes whole is news even when nothing in it has changed.
  if (!picture.fresh || one.read_back) touched_.insert(bond);
}

void PartitionKeeper::note_kept() {
  for (auto& [bond, keeper] : keepers_) {
    keeper.note_kept();
    touched_.insert(bond);
  }
}

std::vector<LogEntry> PartitionKeeper::release() {
  std::vector<LogEntry> log;
  for (auto& [bond, keeper] : keepers_) {
    BondKeeper::Round round = keeper.release(actuator_);
    std::move(round.log.begin(), round.log.end(), std::back_inserter(log));
  }
  return log;
}

std::optional<BootTime> PartitionKeeper::wake_at() const {
  std::optional<BootTime> at = migration_wake_at_;
  for (const auto& [bond, keeper] : keepers_) {
    const auto wake = keeper.wake_at();
    if (wake && (!at || *wake < *at)) at = wake;
  }
  return at;
}

const BondStatus* PartitionKeeper::status(IfIndex bond) const {
  const auto found = keepers_.find(bond);
  return found != keepers_.end() ? &found->second.status() : nullptr;
}

std::vector<BondStatus> PartitionKeeper::statuses() const {
  std::vector<BondStatus> statuses;
  for (const auto& [bond, keeper] : keepers_) statuses.push_back(keeper.status());
  return statuses;
}

ActivityStatus PartitionKeeper::activity() const {
  return ActivityStatus{surroundings_.processes, surroundings_.dlpar, migration_.stuck};
}

}  // namespace hnv::watchdog
