// SPDX-License-Identifier: Apache-2.0
// A network namespace in virtual time: devices, their carrier as linkwatch reports it, timers, and
// the messages of RTNLGRP_LINK. It is what net/core does, as far as a bond's world needs it; the
// bonding driver is FakeBond. Measured against Linux 6.1; the contract suite repeats that.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "bond/link.hpp"

namespace hnv::test {

using base::BootTime;
using bond::IfIndex;

// linkwatch is a work item on the events' heels (linkwatch_urgent_event: ports of a bond).
inline constexpr std::chrono::milliseconds kLinkWatchDelay{1};

struct FakeDevice {
  // What rtnetlink shows, but for what follows from other members: see FakeNetns::show().
  bond::Link link;
  bool plugged = true;  // the cable is in, or the veth peer is up
  // veth_open and veth_close: admin down takes the carrier away and counts, other drivers leave it.
  bool carrier_follows_admin = false;
  bool renamed_while_up = false;  // Linux 6.2 and later allow it
  std::uint32_t speed = 0;        // Mbit/s; 0 is unknown
  std::uint8_t oper_state = 0;    // IF_OPER_*, as linkwatch last set it
  bool going = false;             // being unregistered: no messages but the last
  bool linkwatch_pending = false;
};

class FakeNetns {
 public:
  FakeNetns() = default;
  FakeNetns(const FakeNetns&) = delete;  // timers point here
  FakeNetns& operator=(const FakeNetns&) = delete;

  [[nodiscard]] BootTime now() const { return now_; }
  void after(base::BootClock::duration delay, std::function<void()> work);
  [[nodiscard]] std::optional<BootTime> next_timer() const;
  // Runs what becomes due on the way, in order of time.
  void advance_to(BootTime time);

  // Indexes rise and are never given twice (dev_new_index).
  IfIndex add(FakeDevice device);
  [[nodiscard]] IfIndex next_index() const { return IfIndex{last_index_ + 1}; }
  void remove(IfIndex index, const bond::Link& last_words);
  FakeDevice* find(IfIndex index);
  FakeDevice* find(std::string_view name);

  // IFF_UP alone; what else opening and closing do is their callers' business.
  void open(FakeDevice& device);
  void close(FakeDevice& device);
  // netif_carrier_on, netif_carrier_off: counted at once, told a moment later.
  void set_carrier(FakeDevice& device, bool carrier);
  void set_address(FakeDevice& device, bond::MacAddress address);

  // RTM_NEWLINK with the state of this instant. A message that the link filter of the watchdog's
  // socket hides is not queued: a veth that has left its bond is an ordinary foreign link.
  void announce(const FakeDevice& device, bond::LinkEventCause cause = bond::LinkEventCause::none);
  std::vector<bond::LinkEvent> take_messages();

  [[nodiscard]] static bond::Link show(const FakeDevice& device);
  // As RTM_GETLINK answers: all bonds and slaves of bonds, or the slaves of one.
  [[nodiscard]] std::vector<bond::Link> dump(std::optional<IfIndex> master) const;

 private:
  void run_linkwatch(IfIndex index);

  BootTime now_{};
  std::multimap<BootTime, std::function<void()>> timers_;
  std::map<IfIndex, FakeDevice> devices_;
  std::uint32_t last_index_ = 1;  // lo
  std::vector<bond::LinkEvent> messages_;
};

}  // namespace hnv::test
