// SPDX-License-Identifier: Apache-2.0
#include "bond/topology.hpp"

#include <algorithm>
#include <utility>

namespace hnv::bond {

namespace {

std::uint32_t rise(std::optional<std::uint32_t> before, std::optional<std::uint32_t> after) {
  return before && after && *after > *before ? *after - *before : 0;
}

bool was_lost(const Link& before, const Link& after) {
  if (!is_healthy(before)) return false;
  return !is_healthy(after) || rise(before.carrier_down_count, after.carrier_down_count) > 0 ||
         rise(before.slave->link_failure_count, after.slave->link_failure_count) > 0;
}

// A carrier that came back before a tick of miimon: MII status and the driver's count of failures
// never moved. Linkwatch may tell of both edges in one message.
bool had_glitch(const Link& before, const Link& after) {
  const bool still_up = before.admin_up && before.slave->mii_status == MiiStatus::up &&
                        before.slave->link_failure_count == after.slave->link_failure_count;
  if (!still_up || !is_healthy(after)) return false;
  return !before.lower_up || rise(before.carrier_down_count, after.carrier_down_count) > 0;
}

Change::Kind kind_of_update(bool same) {
  return same ? Change::Kind::unchanged : Change::Kind::updated;
}

}  // namespace

Change Topology::apply(const LinkEvent& event) {
  const Link& link = event.link;
  if (dump_) dump_->seen.insert(link.index);
  if (event.type == LinkEvent::Type::del_link) return forget(link.index);
  // A device that took the index of one whose end was missed: two records of one index would
  // outlive every dump, which mentions the index.
  if (link.is_bond()) {
    if (slaves_.contains(link.index)) forget(link.index);
    return apply_bond(link);
  }
  if (link.is_slave_of_bond()) {
    if (bonds_.contains(link.index)) forget(link.index);
    return apply_slave(link);
  }
  return forget(link.index);
}

Change Topology::apply_bond(Link link) {
  link.stats.reset();
  Change change;
  change.bond = link.index;
  const auto found = bonds_.find(link.index);
  if (found == bonds_.end()) {
    change.kind = Change::Kind::added;
    const IfIndex index = link.index;
    bonds_.emplace(index, std::move(link));
    return change;
  }
  Link& known = found->second;
  change.kind = kind_of_update(known == link);
  change.carrier_losses = rise(known.carrier_down_count, link.carrier_down_count);
  if (known.bond->active_slave != link.bond->active_slave) {
    ActiveSlaveChange active;
    active.bond = link.index;
    active.from = known.bond->active_slave;
    active.to = link.bond->active_slave;
    if (const SlaveRecord* from = active.from ? slave(*active.from) : nullptr) {
      active.from_link = from->link;
    }
    change.active_slave = std::move(active);
  }
  known = std::move(link);
  return change;
}

Change Topology::apply_slave(Link link) {
  link.stats.reset();
  const IfIndex bond = *link.master;
  Change change;
  change.bond = bond;
  change.slave = link.index;
  auto found = slaves_.find(link.index);
  if (found != slaves_.end() && found->second.bond != bond) {
    change.left_bond = found->second.bond;
    remove_slave(link.index, found->second.bond);
    found = slaves_.end();
  }
  Members& members = members_[bond];
  if (found == slaves_.end()) {
    change.kind = Change::Kind::added;
    change.membership = true;
    ++members.generation;
    members.slaves.insert(link.index);
    const IfIndex index = link.index;
    slaves_.insert_or_assign(index, SlaveRecord{std::move(link), bond, 0});
    return change;
  }
  SlaveRecord& known = found->second;
  change.kind = kind_of_update(known.link == link);
  change.membership = known.link.name != link.name;
  if (change.membership) ++members.generation;
  if (was_lost(known.link, link)) ++known.losses;
  change.link_failures = rise(known.link.slave->link_failure_count, link.slave->link_failure_count);
  change.recovered = !is_healthy(known.link) && is_healthy(link);
  change.glitch = had_glitch(known.link, link);
  known.link = std::move(link);
  return change;
}

Change Topology::forget(IfIndex index) {
  Change change;
  if (const auto slave = slaves_.find(index); slave != slaves_.end()) {
    change.kind = Change::Kind::removed;
    change.slave = index;
    change.bond = change.left_bond = slave->second.bond;
    change.membership = true;
    remove_slave(index, slave->second.bond);
  } else if (bonds_.erase(index) > 0) {
    change.kind = Change::Kind::removed;
    change.bond = index;
    // A bond that has gone has no slaves, whether or not their own messages pass the link filter.
    for (const SlaveRecord* record : slaves_of(index)) slaves_.erase(IfIndex{record->link.index});
    members_.erase(index);
  }
  return change;
}

void Topology::remove_slave(IfIndex index, IfIndex bond) {
  Members& members = members_[bond];
  ++members.generation;
  members.slaves.erase(index);
  slaves_.erase(index);
  if (members.slaves.empty() && !bonds_.contains(bond)) members_.erase(bond);
}

void Topology::begin_dump(std::optional<IfIndex> master) {
  dump_ = Dump{master, {}};
}

std::vector<Change> Topology::end_dump(bool complete) {
  const std::optional<Dump> finished = std::exchange(dump_, std::nullopt);
  if (!complete || !finished) return {};
  const Dump& dump = *finished;
  std::vector<IfIndex> gone;
  for (const auto& [index, record] : slaves_) {
    const bool in_scope = !dump.master || record.bond == *dump.master;
    if (in_scope && !dump.seen.contains(index)) gone.push_back(index);
  }
  for (const auto& [index, record] : bonds_) {
    if (!dump.master && !dump.seen.contains(index)) gone.push_back(index);
  }
  std::vector<Change> changes;
  std::transform(gone.begin(), gone.end(), std::back_inserter(changes),
                 [this](IfIndex index) { return forget(index); });
  return changes;
}

const Link* Topology::bond(IfIndex index) const {
  const auto found = bonds_.find(index);
  return found != bonds_.end() ? &found->second : nullptr;
}

const SlaveRecord* Topology::slave(IfIndex index) const {
  const auto found = slaves_.find(index);
  return found != slaves_.end() ? &found->second : nullptr;
}

std::vector<const SlaveRecord*> Topology::slaves_of(IfIndex bond) const {
  std::vector<const SlaveRecord*> records;
  if (const auto members = members_.find(bond); members != members_.end()) {
    std::transform(members->second.slaves.begin(), members->second.slaves.end(),
                   std::back_inserter(records), [this](IfIndex index) { return slave(index); });
  }
  return records;
}

std::uint64_t Topology::membership_generation(IfIndex bond) const {
  const auto members = members_.find(bond);
  return members != members_.end() ? members->second.generation : 0;
}

Topology Topology::only(IfIndex bond) const {
  Topology part;
  if (const Link* link = this->bond(bond)) part.bonds_.emplace(bond, *link);
  if (const auto members = members_.find(bond); members != members_.end()) {
    part.members_.emplace(bond, members->second);
  }
  for (const SlaveRecord* record : slaves_of(bond)) {
    part.slaves_.emplace(record->link.index, *record);
  }
  return part;
}

std::vector<Link> Topology::links() const {
  std::vector<Link> links;
  for (const auto& [index, link] : bonds_) links.push_back(link);
  for (const auto& [index, record] : slaves_) links.push_back(record.link);
  std::sort(links.begin(), links.end(),
            [](const Link& left, const Link& right) { return left.index < right.index; });
  return links;
}

}  // namespace hnv::bond
