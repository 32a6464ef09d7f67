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
  // What was remembered knows the machine of this boot better than the kept identity, which stays
  // behind while a window is open.
  if (adopted_ && migration_.frame) return;
  migration_ = watchdog::start_on(surroundings.frame, moved, now);
  if (!moved) return;
  lpm_.window_since = now;
  lpm_.last_start_unix_seconds = base::unix_time();
}

void PartitionKeeper::adopt(const Remembered& remembered) {
  adopted_ = true;
  migration_ = remembered.memory.migration;
  lpm_ = remembered.status.lpm;
  gone_ = remembered.status.gone_bonds;
  for (const BondStatus& status : remembered.status.bonds) {
    RememberedBond bond;
    bond.status = status;
    for (const BondMemory& memory : remembered.memory.bonds) {
      if (memory.index == status.index) bond.memory = memory;
    }
    remembered_.push_back(std::move(bond));
  }
}

void PartitionKeeper::note_complete(BootTime now) {
  if (std::exchange(complete_, true)) return;
  for (const RememberedBond& bond : std::exchange(remembered_, {})) note_gone(bond.status, now);
}

void PartitionKeeper::note_gone(const BondStatus& status, BootTime now) {
  Recorder last(status.index, status.name);
  last.adopt(status, {}, 0);
  last.note_assessment({}, now);
  std::erase_if(gone_, [&](const BondStatus& gone) { return gone.name == status.name; });
  gone_.push_back(counters_of(last.status()));
  if (gone_.size() > kMostGoneBonds) gone_.erase(gone_.begin());
}

// The same device goes on as it was; another one of its name only counts on.
void PartitionKeeper::begin_keeping(IfIndex bond, const std::string& name, BootTime now) {
  BondKeeper& keeper = keepers_.emplace(bond, BondKeeper(bond, name)).first->second;
  found_.insert(bond);
  const auto known = std::find_if(remembered_.begin(), remembered_.end(),
                                  [&](const auto& entry) { return entry.status.name == name; });
  if (known != remembered_.end()) {
    const RememberedBond entry = std::move(*known);
    remembered_.erase(known);
    const bool same = entry.status.index == bond && entry.memory.index == bond;
    if (same) return keeper.adopt(entry.status, entry.memory);
    note_gone(entry.status, now);
  }
}

void PartitionKeeper::count_on(BondKeeper& keeper) {
  const std::string& name = keeper.status().name;
  const auto gone = std::find_if(gone_.begin(), gone_.end(),
                                 [&](const BondStatus& entry) { return entry.name == name; });
  if (gone == gone_.end()) return;
  keeper.adopt_counters(*gone);
  gone_.erase(gone);
}

void PartitionKeeper::note(const std::vector<bond::LinkNews>& news, BootTime now) {
  for (const auto& item : news) {
    for (const auto& bond : {item.change.bond, item.change.left_bond}) {
      if (!bond) continue;
      touched_.insert(*bond);
      if (keepers_.contains(*bond)) continue;
      const bond::Link* link = picture_of_(*bond).topology->bond(*bond);
      if (link == nullptr) continue;
      begin_keeping(*bond, link->name, now);
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
      count_on(found->second);
    }
    const Picture picture = picture_of_(bond);
    const bond::Link* link = picture.topology->bond(bond);
    // Of two devices of one name the one that is not there has gone, whatever else is unknown.
    const bool replaced = std::any_of(keepers_.begin(), keepers_.end(), [&](const auto& other) {
      return other.first != bond && other.second.status().name == name;
    });
    if (link == nullptr && (picture.fresh || replaced)) {
      round.log.push_back({LogLevel::info, Event::bond_gone, {{"bond", name}}});
      BondKeeper::Round last = found->second.finish(picture, situation_of(found->second), now);
      std::move(last.log.begin(), last.log.end(), std::back_inserter(round.log));
      note_gone(found->second.status(), now);
      keepers_.erase(found);
    } else if (link != nullptr) {
      found->second.survey(*picture.topology, settings_.config.bond(link->name), facts_, now);
    }
  }
}

bool PartitionKeeper::decide_migration(BootTime now, Round& round) {
  MigrationView view;
  view.surroundings = surroundings_;
  view.fresh = complete_;
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
  const bool suspected = decision.situation.suspected_until && !situation_.suspected_until;
  round.urgent = suspected || decision.situation.lpm_window != situation_.lpm_window;
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

void PartitionKeeper::note(std::optional<PathStatus> paths) {
  paths_ = std::move(paths);
  for (const auto& [bond, keeper] : keepers_) {
    const BondConfig* config = settings_.config.bond(keeper.status().name);
    if (config != nullptr && config->path) touched_.insert(bond);
  }
}

PolicyConfig PartitionKeeper::policy_of(const BondConfig* config) const {
  PolicyConfig policy = settings_.policy;
  if (config != nullptr) {
    policy.damping = config->damping;
    policy.fast_failover = config->fast_failover;
    policy.fast_failover_delay = config->fast_failover_delay;
    policy.act_on_path = config->act_on_path;
    if (config->path) policy.path_silence = silence_after_failover(config->path->interval);
  }
  return policy;
}

// hcnmgr and migrations are about HNV bonds; an operator may pause any.
Situation PartitionKeeper::situation_of(const BondKeeper& keeper) const {
  Situation situation = keeper.hnv() ? situation_ : Situation{};
  for (const OperatorPause& pause : operator_pauses_) {
    if (pause.holds(keeper.status().name)) situation.operator_pauses.push_back(pause);
  }
  situation.pauses[PauseReason::operator_request] = !situation.operator_pauses.empty();
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
  const bool probed = paths_ && config != nullptr && config->path;
  const BondContext context{
      policy,           config, situation, facts_, actuator_, lookout_, probed ? &*paths_ : nullptr,
      settings_.boot_id};
  BondKeeper::Round one = keeper.look(picture, context, now);
  std::move(one.log.begin(), one.log.end(), std::back_inserter(round.log));
  if (one.read_back) round.read_back.insert(bond);
  round.look_around = round.look_around || one.look_around;
  round.keep = round.keep || one.keep;
  round.urgent = round.urgent || one.wrote;
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

PartitionKeeper::Round PartitionKeeper::finish(BootTime now) {
  Round round;
  for (auto& [bond, keeper] : keepers_) {
    BondKeeper::Round one = keeper.finish(picture_of_(bond), situation_of(keeper), now);
    std::move(one.log.begin(), one.log.end(), std::back_inserter(round.log));
  }
  return round;
}

Memory PartitionKeeper::memory() const {
  Memory memory;
  memory.migration = migration_;
  for (const auto& [bond, keeper] : keepers_) {
    memory.bonds.push_back(keeper.memory(*picture_of_(bond).topology, situation_of(keeper)));
  }
  return memory;
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
  return ActivityStatus{surroundings_.processes, surroundings_.dlpar, migration_.stuck,
                        surroundings_.operator_pauses};
}

}  // namespace hnv::watchdog
