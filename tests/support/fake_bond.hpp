// SPDX-License-Identifier: Apache-2.0
// The bonding driver in mode active-backup, in virtual time: one bond of a FakeNetns. Each rule
// names the function of drivers/net/bonding (Linux 6.1.192) that it repeats, and the contract suite
// holds it to what a real kernel does. Other modes only refuse a primary. Left out: ARP monitoring,
// slave priorities, VLANs, XDP, netpoll.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/fake_netns.hpp"

namespace hnv::test {

struct FakeBondOptions {
  std::string name = "bond0";
  bond::BondMode mode = bond::BondMode::active_backup;
  bond::PrimaryReselect primary_reselect = bond::PrimaryReselect::always;
  bond::FailOverMac fail_over_mac = bond::FailOverMac::follow;
  std::chrono::milliseconds miimon{100};  // 0: links are never looked at again
  std::chrono::milliseconds updelay{0};   // the driver counts both in ticks of miimon
  std::chrono::milliseconds downdelay{0};
  std::uint8_t num_peer_notif = 1;
  std::uint32_t resend_igmp = 1;
};

class FakeBond {
 public:
  // The bond's device, for FakeNetns::add.
  static FakeDevice device_of(const FakeBondOptions& options);

  FakeBond(FakeNetns& netns, IfIndex self);

  void open();   // bond_open: the first miimon tick comes at once
  void close();  // bond_close: no ticks any more, slaves keep their last MII status

  // Positive errno values, 0 for success.
  int enslave(IfIndex device);
  int release(IfIndex device);
  void release_all();  // bond_uninit

  // "" clears; the name of a device that is not enslaved is remembered (bond_option_primary_set).
  int set_primary(const std::string& name);
  int set_active_slave(std::optional<IfIndex> slave);
  void set_primary_reselect(bond::PrimaryReselect reselect);

  // After the device got its new name (NETDEV_CHANGENAME in bond_slave_netdev_event).
  void note_rename(IfIndex device);

  [[nodiscard]] bool has_slave(IfIndex device) const;
  // The recorded name, enslaved or not; the kernel shows it nowhere.
  [[nodiscard]] const std::string& primary_name() const { return primary_name_; }

 private:
  struct Slave {
    IfIndex device;
    int delay = 0;  // ticks of updelay or downdelay that are left
    std::optional<bond::MiiStatus> proposed;
  };

  [[nodiscard]] FakeDevice& self() const { return *netns_.find(self_); }
  [[nodiscard]] bond::BondInfo& info() const { return *self().link.bond; }
  [[nodiscard]] FakeDevice& device(IfIndex slave) const { return *netns_.find(slave); }
  [[nodiscard]] bond::SlaveInfo& info(IfIndex slave) const { return *device(slave).link.slave; }
  [[nodiscard]] bool is_up(IfIndex slave) const;
  [[nodiscard]] bool has_link(IfIndex slave) const;
  [[nodiscard]] bool uses_primary() const { return info().mode == bond::BondMode::active_backup; }
  [[nodiscard]] int ticks(const std::optional<std::chrono::milliseconds>& delay) const;

  void tick();
  bool inspect(Slave& slave, bool& ignore_updelay);
  void commit();
  bool commit_up(Slave& slave);
  bool commit_down(Slave& slave);

  [[nodiscard]] std::optional<IfIndex> first_up() const;
  std::optional<IfIndex> choose_primary_or_current();
  std::optional<IfIndex> find_best();
  void select_active();
  void change_active(std::optional<IfIndex> to);
  void announce_failover();
  void swap_addresses(std::optional<IfIndex> from, IfIndex to);
  [[nodiscard]] std::optional<IfIndex> holder_of_bond_address(IfIndex except) const;

  void set_mii(IfIndex slave, bond::MiiStatus mii);
  void set_state(IfIndex slave, bond::SlaveState state);
  void update_carrier();
  [[nodiscard]] bool may_notify_peers() const;
  void unlink(IfIndex device);
  void release_one(IfIndex device, bool reselect);

  FakeNetns& netns_;
  IfIndex self_;
  std::vector<Slave> slaves_;  // in the order of enslaving
  std::string primary_name_;
  bool force_primary_ = false;
  bool has_random_address_ = true;
  int peer_notifications_ = 0;
  bool igmp_resend_pending_ = false;
  // Timers hold it weakly: close() and the destructor end them.
  std::shared_ptr<const bool> running_;
};

}  // namespace hnv::test
