// SPDX-License-Identifier: Apache-2.0
// The probing of one bond: which frames leave when, what their answers mean. Pure: it is told the
// time, the links and the frames that came, and it returns the frames to send.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "bond/types.hpp"
#include "hnv/config.hpp"
#include "hnv/path_status.hpp"
#include "prober/asked_path.hpp"
#include "prober/frame.hpp"

namespace hnv::prober {

struct ViewedTarget {
  IpAddress address;
  std::uint16_t vlan = 0;
  bool operator==(const ViewedTarget&) const = default;
};

struct ViewedSlave {
  std::string device;
  bond::IfIndex index;
  bond::MacAddress address;  // present
  Role role = Role::unknown;
  bool active = false;
  bool lower_up = false;
  std::string obstacle;  // "" or why it cannot be asked, such as for want of a socket
  bool operator==(const ViewedSlave&) const = default;
};

// The bond as it is now.
struct BondView {
  std::string name;
  bond::IfIndex index;
  bond::MacAddress address;
  std::vector<ViewedSlave> slaves;
  std::vector<ViewedTarget> targets;
  std::string no_target;  // why there are no targets
  bool operator==(const BondView&) const = default;
};

struct Outgoing {
  bond::IfIndex slave;
  bond::MacAddress source;  // the frame must not leave when the slave has another address by now
  std::optional<IpAddress> target;        // of a question
  std::optional<bond::IfIndex> heard_by;  // of a cross probe
  Frame frame;
};

class BondProber {
 public:
  // After a failover, and after a change of carrier or address: switches learn anew.
  static constexpr std::chrono::seconds kPause{2};

  BondProber(PathConfig config, std::uint64_t run, base::BootTime now);

  // The state of paths that are the same afterwards stays.
  void configure(const PathConfig& config) { config_ = config; }
  void see(BondView view, base::BootTime now);

  [[nodiscard]] base::BootTime wake_at() const { return next_round_; }
  // Due at wake_at(): judges what has been asked, and asks again.
  std::vector<Outgoing> start_round(base::BootTime now);

  void note_frame(bond::IfIndex slave, FrameView frame, base::BootTime now);
  // The frame did not leave. `no_link`: nothing is wrong but the link.
  void note_unsent(const Outgoing& outgoing, bool no_link);
  void note_error(bond::IfIndex slave);

  [[nodiscard]] BondPath status() const;
  [[nodiscard]] PathVerdict verdict() const { return verdict_; }
  [[nodiscard]] const std::string& doubt() const { return doubt_; }
  [[nodiscard]] std::uint64_t overslept() const { return overslept_; }

 private:
  struct TargetState {
    AskedPath path;
    std::optional<bond::MacAddress> learned;
  };
  struct SlaveState {
    std::map<IpAddress, TargetState> targets;
    DurationHistogram rtt;
    std::uint64_t errors = 0;
  };
  struct CrossState {
    AskedPath path;
    std::uint64_t sequence = 0;
  };
  using Ends = std::pair<bond::IfIndex, bond::IfIndex>;

  [[nodiscard]] std::string obstacle_of(const ViewedSlave& slave) const;
  [[nodiscard]] const ViewedSlave* only_slave(Role role) const;
  [[nodiscard]] PathLimits limits() const { return {config_.dead_after, config_.alive_after}; }
  [[nodiscard]] std::string doubt_about_view() const;
  [[nodiscard]] Evidence evidence_of(const ViewedSlave& slave) const;
  [[nodiscard]] Evidence cross_evidence(const ViewedSlave& from, const ViewedSlave& to) const;
  [[nodiscard]] const ViewedSlave* viewed(bond::IfIndex slave) const;
  [[nodiscard]] SlavePath status_of(const ViewedSlave& slave) const;
  [[nodiscard]] CrossPath cross_status(const ViewedSlave& from, const ViewedSlave& to) const;
  void keep_what_is_viewed();
  void forget_slave(bond::IfIndex slave);
  void pause(base::BootTime now);
  void drop_all();
  void close_all();
  // Whether the view alone keeps the bond from being judged, which is concluded then.
  bool doubt_view(base::BootTime now);
  void judge_now(base::BootTime now);
  void conclude(PathVerdict verdict, std::string doubt, base::BootTime now);
  void ask_targets(const ViewedSlave& slave, base::BootTime now, std::vector<Outgoing>& frames);
  void ask_across(base::BootTime now, std::vector<Outgoing>& frames);
  void note_cross(bond::IfIndex slave, const CrossProbe& probe, base::BootTime now);
  [[nodiscard]] base::BootClock::duration next_interval();

  PathConfig config_;
  std::uint64_t run_;
  std::uint64_t random_;
  BondView view_;
  std::map<bond::IfIndex, SlaveState> slaves_;
  std::map<Ends, CrossState> crosses_;
  base::BootTime next_round_;
  base::BootTime paused_until_;
  bool isolated_ = false;  // the cross probes are of no use on this network
  PathVerdict verdict_ = PathVerdict::not_judged;
  std::string doubt_ = "nothing has been asked yet";
  base::BootTime since_;
  base::BootTime judged_at_;
  std::uint64_t overslept_ = 0;
};

}  // namespace hnv::prober
