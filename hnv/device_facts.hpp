// SPDX-License-Identifier: Apache-2.0
// What sysfs and the firmware's device tree say about the device behind a slave.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "bond/link.hpp"
#include "hnv/hcn_id.hpp"
#include "hnv/paths.hpp"

namespace hnv {

// Empty: not told, such as for a device without a parent.
struct DeviceFacts {
  std::string driver;           // basename of device/driver: "mlx5_core", "ibmveth"
  std::string bus;              // basename of device/subsystem: "pci", "vio", "virtio"
  std::string location;         // ibm,loc-code of the device's node
  std::optional<HcnId> hcn_id;  // ibm,hcn-id of the node: "this device is HNV"
  bool operator==(const DeviceFacts&) const = default;
};

DeviceFacts read_device_facts(const Paths& paths, const bond::Link& link);

// Facts do not change while a device keeps its index and name: read once for each.
class DeviceFactsCache {
 public:
  explicit DeviceFactsCache(Paths paths) : paths_(std::move(paths)) {}

  const DeviceFacts& facts_of(const bond::Link& link);
  // Two ways to let go of devices that have gone: one by one, or all that facts_of was not asked
  // for since the last call.
  void forget(bond::IfIndex device) { entries_.erase(device); }
  void drop_unused();

 private:
  struct Entry {
    std::string name;
    DeviceFacts facts;
    bool used = true;
  };
  Paths paths_;
  std::map<bond::IfIndex, Entry> entries_;
};

}  // namespace hnv
