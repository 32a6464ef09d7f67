// SPDX-License-Identifier: Apache-2.0
// What sysfs and the firmware's device tree say about the device behind a slave.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "bond/link.hpp"
#include "hnv/device_tree.hpp"
#include "hnv/hcn_id.hpp"
#include "hnv/paths.hpp"

namespace hnv {

// Empty: not told, such as for a device without a parent.
struct DeviceFacts {
  std::string driver;  // basename of device/driver: "mlx5_core", "ibmveth"
  std::string bus;     // basename of device/subsystem: "pci", "vio", "virtio"

  // Of the device's node. It is found by the link of_node, else by the path in devspec, else as the
  // one HNV node whose local-mac-address is the device's permanent address. The present address
  // finds nothing: with fail_over_mac=follow the slaves swap it at each failover.
  std::string node;             // its path below the root: "vdevice/l-lan@30000003"
  std::string location;         // ibm,loc-code
  std::optional<HcnId> hcn_id;  // "this device is HNV"
  std::optional<HcnMode> hcn_mode;
  std::optional<NodeType> node_type;
  std::optional<std::uint32_t> drc_index;  // of an SR-IOV port: its host bridge's
  bool operator==(const DeviceFacts&) const = default;
};

DeviceFacts read_device_facts(const Paths& paths, const bond::Link& link);

// Facts do not change while a device keeps its index and name, so they are read once for each. A
// device without an hcn-id is read again when its carrier, its flags or its bond change: its node
// may have got its properties late.
class DeviceFactsCache {
 public:
  using Reader = std::function<DeviceFacts(const bond::Link&)>;

  explicit DeviceFactsCache(const Paths& paths);
  explicit DeviceFactsCache(Reader read) : read_(std::move(read)) {}

  const DeviceFacts& facts_of(const bond::Link& link);
  // Two ways to let go of devices that have gone: one by one, or all that facts_of was not asked
  // for since the last call.
  void forget(bond::IfIndex device) { entries_.erase(device); }
  void drop_unused();

 private:
  // What a new reading may be worth while.
  struct Occasion {
    bool admin_up = false;
    std::optional<bond::IfIndex> master;
    std::optional<std::uint32_t> carrier_changes;
    bool operator==(const Occasion&) const = default;
  };
  struct Entry {
    std::string name;
    Occasion occasion;
    DeviceFacts facts;
    bool used = true;
  };
  Reader read_;
  bool may_be_late_ = true;  // false where there is no device tree
  std::map<bond::IfIndex, Entry> entries_;
};

}  // namespace hnv
