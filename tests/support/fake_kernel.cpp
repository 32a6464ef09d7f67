// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_kernel.hpp"

#include <linux/if.h>

#include <cerrno>
#include <utility>

namespace hnv::test {

namespace {

bond::MacAddress address_for(IfIndex index) {
  bond::MacAddress address;
  address.bytes = {0x52,
                   0x54,
                   0,
                   0,
                   static_cast<std::uint8_t>(index.value >> 8U),
                   static_cast<std::uint8_t>(index.value)};
  return address;
}

base::Error refused(base::ErrorCode code, IfIndex bond, int error_number) {
  base::Error error = base::from_errno("set primary of bond with ifindex",
                                       std::to_string(bond.value), error_number);
  error.code = code;
  return error;
}

}  // namespace

IfIndex FakeKernel::add_device(const FakeDeviceOptions& options) {
  FakeDevice device;
  device.plugged = options.plugged;
  device.carrier_follows_admin = options.veth;
  device.speed = options.speed;
  device.renamed_while_up = options.renamed_while_up;
  bond::Link& link = device.link;
  link.name = options.name;
  link.kind = options.veth ? "veth" : "";
  link.parent_bus = options.bus;
  link.carrier = options.plugged && !options.veth;
  device.oper_state = *link.carrier ? IF_OPER_UP : IF_OPER_DOWN;
  link.carrier_changes = link.carrier_up_count = link.carrier_down_count = 0;
  link.address = options.address.value_or(address_for(netns_.next_index()));
  if (!options.veth) link.permanent_address = link.address;
  return netns_.add(std::move(device));
}

// unregister_netdevice_many: closed, released by its bond without a word of its own, then gone.
void FakeKernel::remove_device(IfIndex index) {
  FakeDevice* device = netns_.find(index);
  if (device == nullptr) return;
  netns_.close(*device);
  device->going = true;
  if (FakeBond* master = master_of(index)) master->release(index);
  netns_.remove(index, FakeNetns::show(*device));
}

void FakeKernel::set_plugged(IfIndex index, bool plugged) {
  FakeDevice* device = netns_.find(index);
  if (device == nullptr) return;
  device->plugged = plugged;
  const bool can_have_carrier = !device->carrier_follows_admin || device->link.admin_up;
  netns_.set_carrier(*device, plugged && can_have_carrier);
}

void FakeKernel::set_admin(IfIndex index, bool up) {
  FakeDevice* device = netns_.find(index);
  if (device == nullptr || device->link.admin_up == up) return;
  if (FakeBond* itself = bond(index)) {
    up ? itself->open() : itself->close();
  } else {
    up ? netns_.open(*device) : netns_.close(*device);
  }
}

// dev_change_name
int FakeKernel::rename(IfIndex index, const std::string& name) {
  FakeDevice* device = netns_.find(index);
  if (device == nullptr) return ENODEV;
  if (device->link.name == name) return 0;
  if (netns_.find(name) != nullptr) return EEXIST;
  if (device->link.admin_up && !device->renamed_while_up) return EBUSY;
  device->link.name = name;
  netns_.announce(*device);
  if (FakeBond* master = master_of(index)) master->note_rename(index);
  return 0;
}

IfIndex FakeKernel::add_bond(const FakeBondOptions& options) {
  const IfIndex index = netns_.add(FakeBond::device_of(options));
  bonds_.try_emplace(index, netns_, index);
  set_admin(index, true);
  return index;
}

// The last message of a bond was composed before its slaves were released.
void FakeKernel::remove_bond(IfIndex index) {
  FakeBond* going = bond(index);
  if (going == nullptr) return;
  going->close();
  FakeDevice& device = *netns_.find(index);
  device.going = true;
  const bond::Link last_words = FakeNetns::show(device);
  going->release_all();
  bonds_.erase(index);
  netns_.remove(index, last_words);
}

int FakeKernel::enslave(IfIndex bond_index, IfIndex index) {
  FakeDevice* device = netns_.find(index);
  FakeBond* target = bond(bond_index);
  if (device == nullptr || target == nullptr) return ENODEV;
  if (target->has_slave(index)) return 0;  // do_set_master
  if (FakeBond* master = master_of(index)) master->release(index);
  netns_.close(*device);
  return target->enslave(index);
}

int FakeKernel::release(IfIndex index) {
  FakeBond* master = master_of(index);
  return master != nullptr ? master->release(index) : 0;
}

base::Expected<void> FakeKernel::change_option(IfIndex bond_index, const SetOption& set,
                                               base::ErrorCode refusal) {
  FakeDevice* device = netns_.find(bond_index);
  if (device == nullptr) {
    return base::failure(refused(base::ErrorCode::not_found, bond_index, ENODEV));
  }
  FakeBond* target = bond(bond_index);
  if (target == nullptr) {
    return base::failure(refused(base::ErrorCode::unsupported, bond_index, EOPNOTSUPP));
  }
  if (const int error = set(*target); error != 0) {
    return base::failure(refused(refusal, bond_index, error));
  }
  if (device->link.admin_up) netns_.announce(*device);  // netdev_state_change
  return {};
}

base::Expected<void> FakeKernel::set_primary(IfIndex bond_index, IfIndex slave) {
  const auto set = [this, slave](FakeBond& target) {
    // An index that nobody has is an empty name: it clears.
    const FakeDevice* wanted = netns_.find(slave);
    return target.set_primary(wanted != nullptr ? wanted->link.name : "");
  };
  return change_option(bond_index, set, base::ErrorCode::wrong_mode);
}

base::Expected<void> FakeKernel::set_active_slave(IfIndex bond_index, IfIndex slave) {
  const auto set = [slave](FakeBond& target) { return target.set_active_slave(slave); };
  return change_option(bond_index, set, base::ErrorCode::invalid);
}

base::Expected<void> FakeKernel::set_primary_reselect(IfIndex bond_index,
                                                      bond::PrimaryReselect reselect) {
  const auto set = [reselect](FakeBond& target) {
    target.set_primary_reselect(reselect);
    return 0;
  };
  return change_option(bond_index, set, base::ErrorCode::wrong_mode);
}

int FakeKernel::told(IfIndex bond, int error) {
  if (error == 0) netns_.announce(*netns_.find(bond), bond::LinkEventCause::bonding_options);
  return error;
}

int FakeKernel::write_primary(IfIndex index, const std::string& name) {
  FakeBond* target = bond(index);
  return target != nullptr ? told(index, target->set_primary(name)) : ENODEV;
}

int FakeKernel::write_active_slave(IfIndex index, std::optional<IfIndex> slave) {
  FakeBond* target = bond(index);
  return target != nullptr ? told(index, target->set_active_slave(slave)) : ENODEV;
}

int FakeKernel::write_primary_reselect(IfIndex index, bond::PrimaryReselect reselect) {
  FakeBond* target = bond(index);
  if (target == nullptr) return ENODEV;
  target->set_primary_reselect(reselect);
  return told(index, 0);
}

std::optional<bond::Link> FakeKernel::link(IfIndex index) {
  const FakeDevice* device = netns_.find(index);
  if (device == nullptr) return std::nullopt;
  return FakeNetns::show(*device);
}

std::optional<IfIndex> FakeKernel::index_of(const std::string& name) {
  const FakeDevice* device = netns_.find(name);
  if (device == nullptr) return std::nullopt;
  return device->link.index;
}

FakeBond* FakeKernel::bond(IfIndex index) {
  const auto found = bonds_.find(index);
  return found != bonds_.end() ? &found->second : nullptr;
}

FakeBond* FakeKernel::master_of(IfIndex index) {
  const FakeDevice* device = netns_.find(index);
  return device != nullptr && device->link.master ? bond(*device->link.master) : nullptr;
}

}  // namespace hnv::test
