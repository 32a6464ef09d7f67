// SPDX-License-Identifier: Apache-2.0
// What an administrator, a hypervisor and the watchdog can do to the kernel: devices come and go,
// links rise and fall, bonds are made and told. Virtual time; every answer is the real kernel's.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/expected.hpp"
#include "tests/support/fake_bond.hpp"
#include "tests/support/fake_netns.hpp"

namespace hnv::test {

struct FakeDeviceOptions {
  std::string name;
  std::string bus = "pci";  // IFLA_PARENT_DEV_BUS_NAME; "" for veth
  bool veth = false;        // of kind veth: hidden by the link filter while not in a bond
  bool plugged = true;
  bool renamed_while_up = false;  // Linux 6.2 renames what is up
  std::uint32_t speed = 0;
  std::optional<bond::MacAddress> address = std::nullopt;  // default: made from the ifindex
};

class FakeKernel {
 public:
  [[nodiscard]] BootTime now() const { return netns_.now(); }
  [[nodiscard]] std::optional<BootTime> next_timer() const { return netns_.next_timer(); }
  void advance_to(BootTime time) { netns_.advance_to(time); }
  void advance(base::BootClock::duration duration) { advance_to(now() + duration); }

  IfIndex add_device(const FakeDeviceOptions& options);
  void remove_device(IfIndex device);  // unplugged, or deleted
  void set_plugged(IfIndex device, bool plugged);
  void set_admin(IfIndex link, bool up);  // a device or a bond
  int rename(IfIndex device, const std::string& name);

  IfIndex add_bond(const FakeBondOptions& options);  // and sets it up
  void remove_bond(IfIndex bond);
  int enslave(IfIndex bond, IfIndex device);  // closes the device first, as ip and nmcli do
  int release(IfIndex device);

  // rtnetlink: RTM_NEWLINK without NLM_F_CREATE (bond_changelink).
  base::Expected<void> set_primary(IfIndex bond, IfIndex slave);
  base::Expected<void> set_active_slave(IfIndex bond, IfIndex slave);
  base::Expected<void> set_primary_reselect(IfIndex bond, bond::PrimaryReselect reselect);
  // sysfs.
  int write_primary(IfIndex bond, const std::string& name);
  int write_active_slave(IfIndex bond, std::optional<IfIndex> slave);
  int write_primary_reselect(IfIndex bond, bond::PrimaryReselect reselect);

  [[nodiscard]] std::optional<bond::Link> link(IfIndex index);
  [[nodiscard]] std::optional<IfIndex> index_of(const std::string& name);
  [[nodiscard]] std::vector<bond::Link> dump(std::optional<IfIndex> master = std::nullopt) const {
    return netns_.dump(master);
  }
  std::vector<bond::LinkEvent> take_messages() { return netns_.take_messages(); }
  [[nodiscard]] const std::string& recorded_primary(IfIndex bond) const {
    return bonds_.at(bond).primary_name();
  }

 private:
  // One option by rtnetlink; `set` returns a positive errno value, which `refusal` classifies.
  using SetOption = std::function<int(FakeBond&)>;
  base::Expected<void> change_option(IfIndex bond, const SetOption& set, base::ErrorCode refusal);
  FakeBond* bond(IfIndex index);
  FakeBond* master_of(IfIndex device);
  // Every write by sysfs is told by an event, whatever it changed (NETDEV_CHANGEINFODATA).
  int told(IfIndex bond, int error);

  FakeNetns netns_;
  std::map<IfIndex, FakeBond> bonds_;
};

}  // namespace hnv::test
