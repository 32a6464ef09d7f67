// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_netns.hpp"

#include <linux/if.h>

#include <algorithm>
#include <utility>

namespace hnv::test {

namespace {

// What bond/link_filter.cpp does in the kernel.
bool passes_link_filter(const bond::Link& link) {
  return link.slave_kind == "bond" || link.kind.empty() || link.kind == "bond";
}

bool is_of_interest(const bond::Link& link) {
  return link.is_bond() || link.is_slave_of_bond();
}

}  // namespace

void FakeNetns::after(base::BootClock::duration delay, std::function<void()> work) {
  timers_.emplace(now_ + delay, std::move(work));
}

std::optional<BootTime> FakeNetns::next_timer() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first;
}

void FakeNetns::advance_to(BootTime time) {
  while (!timers_.empty() && timers_.begin()->first <= time) {
    auto due = timers_.extract(timers_.begin());
    now_ = std::max(now_, due.key());
    due.mapped()();
  }
  now_ = std::max(now_, time);
}

IfIndex FakeNetns::add(FakeDevice device) {
  const IfIndex index{++last_index_};
  device.link.index = index;
  FakeDevice& added = devices_.emplace(index, std::move(device)).first->second;
  announce(added);
  return index;
}

void FakeNetns::remove(IfIndex index, const bond::Link& last_words) {
  bond::LinkEvent event;
  event.type = bond::LinkEvent::Type::del_link;
  event.link = last_words;
  messages_.push_back(std::move(event));
  devices_.erase(index);
}

FakeDevice* FakeNetns::find(IfIndex index) {
  const auto found = devices_.find(index);
  return found != devices_.end() ? &found->second : nullptr;
}

FakeDevice* FakeNetns::find(std::string_view name) {
  const auto found = std::find_if(devices_.begin(), devices_.end(), [name](const auto& entry) {
    return entry.second.link.name == name;
  });
  return found != devices_.end() ? &found->second : nullptr;
}

void FakeNetns::open(FakeDevice& device) {
  if (device.link.admin_up) return;
  device.link.admin_up = true;
  if (device.carrier_follows_admin) set_carrier(device, device.plugged);
  announce(device);
}

void FakeNetns::close(FakeDevice& device) {
  if (!device.link.admin_up) return;
  device.link.admin_up = false;
  if (device.carrier_follows_admin) set_carrier(device, false);
  announce(device);
}

void FakeNetns::set_carrier(FakeDevice& device, bool carrier) {
  bond::Link& link = device.link;
  if (link.carrier == carrier) return;
  link.carrier = carrier;
  auto& count = carrier ? link.carrier_up_count : link.carrier_down_count;
  count = count.value_or(0) + 1;
  link.carrier_changes = link.carrier_changes.value_or(0) + 1;
  if (std::exchange(device.linkwatch_pending, true)) return;
  after(kLinkWatchDelay, [this, index = link.index] { run_linkwatch(index); });
}

// linkwatch_do_dev
void FakeNetns::run_linkwatch(IfIndex index) {
  FakeDevice* device = find(index);
  if (device == nullptr) return;
  device->linkwatch_pending = false;
  // rfc2863_policy: a veth without carrier is "lower layer down", others are "down".
  if (device->link.carrier.value_or(false)) {
    device->oper_state = IF_OPER_UP;
  } else {
    device->oper_state = device->carrier_follows_admin ? IF_OPER_LOWERLAYERDOWN : IF_OPER_DOWN;
  }
  if (device->link.admin_up) announce(*device);
}

void FakeNetns::set_address(FakeDevice& device, bond::MacAddress address) {
  device.link.address = address;
  announce(device);  // NETDEV_CHANGEADDR
}

void FakeNetns::announce(const FakeDevice& device, bond::LinkEventCause cause) {
  if (device.going) return;  // rtmsg_ifinfo_event: only of registered devices
  bond::LinkEvent event;
  event.cause = cause;
  event.link = show(device);
  if (passes_link_filter(event.link)) messages_.push_back(std::move(event));
}

std::vector<bond::LinkEvent> FakeNetns::take_messages() {
  return std::exchange(messages_, {});
}

// dev_get_flags and rtnl_fill_ifinfo
bond::Link FakeNetns::show(const FakeDevice& device) {
  bond::Link link = device.link;
  const bool operational = device.oper_state == IF_OPER_UP || device.oper_state == IF_OPER_UNKNOWN;
  link.lower_up = link.admin_up && link.carrier.value_or(false);
  link.running = link.admin_up && operational;
  link.oper_state = link.admin_up ? device.oper_state : std::uint8_t{IF_OPER_DOWN};
  return link;
}

std::vector<bond::Link> FakeNetns::dump(std::optional<IfIndex> master) const {
  std::vector<bond::Link> links;
  for (const auto& [index, device] : devices_) {
    bond::Link link = show(device);
    if (master ? link.master == master : is_of_interest(link)) links.push_back(std::move(link));
  }
  return links;
}

}  // namespace hnv::test
