// SPDX-License-Identifier: Apache-2.0
// The bonds of this network namespace and their slaves, kept up to date by link messages. Pure: no
// clock, no socket. At any moment without unread messages it equals what a fresh dump would show;
// the tests hold it to that.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "bond/link.hpp"

namespace hnv::bond {

// The active slave of a bond changed; empty is "none". Failovers are counted from these, one for
// each message that shows one: the kernel's own BONDING_FAILOVER event is not sent when the last
// slave is lost, and is sent for a re-selection of the same slave (bond_change_active_slave).
struct ActiveSlaveChange {
  IfIndex bond;
  std::optional<IfIndex> from;
  std::optional<IfIndex> to;
  std::optional<Link> from_link;  // as it was known at this message; empty if it had left already
  bool operator==(const ActiveSlaveChange&) const = default;
};

// What one message changed.
struct Change {
  enum class Kind : std::uint8_t { unchanged, added, updated, removed };
  Kind kind = Kind::unchanged;
  std::optional<IfIndex> bond;  // the bond that the news is about, directly or through its slave
  std::optional<IfIndex>
      left_bond;                 // the bond that a slave was in before, when it is no longer in it
  std::optional<IfIndex> slave;  // the slave that the news is about
  bool membership = false;       // that slave came, went or was renamed
  bool recovered = false;        // that slave became healthy
  bool glitch = false;           // ... and no tick of miimon had seen that its carrier was lost
  // How much further than before the kernel's own count of losses is: that slave's
  // link_failure_count, which begins anew with every enslaving, or the bond's carrier_down_count.
  std::uint32_t link_failures = 0;
  std::uint32_t carrier_losses = 0;
  std::optional<ActiveSlaveChange> active_slave;
};

struct SlaveRecord {
  Link link;
  IfIndex bond;
  // How often this slave was seen to stop being healthy, also between two looks: a drop and return
  // inside one batch of messages, or one that only the kernel's own counters show.
  std::uint64_t losses = 0;
  bool operator==(const SlaveRecord&) const = default;
};

class Topology {
 public:
  // Links that are neither a bond nor a slave of one are forgotten. Counters (Link::stats) are not
  // kept.
  Change apply(const LinkEvent& event);

  // Everything, or with `master` the slaves of one bond, that no message between begin_dump and
  // end_dump mentions has gone. Messages of the dump and events in between are applied in the order
  // in which they arrive. An incomplete dump proves nobody's absence and removes nothing.
  void begin_dump(std::optional<IfIndex> master);
  std::vector<Change> end_dump(bool complete);

  [[nodiscard]] const std::map<IfIndex, Link>& bonds() const { return bonds_; }
  [[nodiscard]] const Link* bond(IfIndex index) const;
  [[nodiscard]] const SlaveRecord* slave(IfIndex index) const;
  [[nodiscard]] std::vector<const SlaveRecord*> slaves_of(IfIndex bond) const;  // by ifindex

  // Rises whenever a slave joins or leaves the bond or is renamed.
  [[nodiscard]] std::uint64_t membership_generation(IfIndex bond) const;

  // This bond and its slaves alone, with their records.
  [[nodiscard]] Topology only(IfIndex bond) const;

  // All bonds and slaves by ifindex, to compare with a dump.
  [[nodiscard]] std::vector<Link> links() const;

 private:
  struct Members {
    std::set<IfIndex> slaves;
    std::uint64_t generation = 0;
  };

  Change apply_bond(Link link);
  Change apply_slave(Link link);
  Change forget(IfIndex index);
  void remove_slave(IfIndex index, IfIndex bond);

  std::map<IfIndex, Link> bonds_;
  std::map<IfIndex, SlaveRecord> slaves_;
  std::map<IfIndex, Members>
      members_;  // by bond, also for a bond whose own message is still to come

  struct Dump {
    std::optional<IfIndex> master;
    std::set<IfIndex> seen;
  };
  std::optional<Dump> dump_;
};

}  // namespace hnv::bond
