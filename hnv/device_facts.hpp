// SPDX-License-Identifier: Apache-2.0
// What sysfs and the firmware's device tree say about the device behind a slave.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/enum_names.hpp"
#include "bond/link.hpp"
#include "hnv/device_tree.hpp"
#include "hnv/hcn_id.hpp"
#include "hnv/paths.hpp"

namespace hnv {

// How the device's node was found; the first that names one, in this order.
enum class NodeSource : std::uint8_t {
  none,
  of_node,  // the link that the kernel makes
  devspec,  // the text that it writes where it makes no link
  address,  // exactly one HNV node has the device's permanent address as its local-mac-address
};

// Empty: not told, such as for a device without a parent.
struct DeviceFacts {
  std::string driver;             // basename of device/driver: "mlx5_core", "ibmveth"
  std::string bus;                // basename of device/subsystem: "pci", "vio", "virtio"
  bool bus_from_message = false;  // no subsystem; `bus` is what the link message names
  NodeSource node_source = NodeSource::none;
  std::string node;  // path below the device tree's root: "vdevice/vnic@30000006"
  std::optional<NodeType> node_type;
  std::optional<HcnId> hcn_id;  // ibm,hcn-id of the node: "this device is HNV"
  std::optional<HcnMode> hcn_mode;
  std::optional<std::uint32_t> drc_index;
  std::string location;  // ibm,loc-code of the node
  bool operator==(const DeviceFacts&) const = default;
};

DeviceFacts read_device_facts(const Paths& paths, const bond::Link& link);

// Facts do not change while a device keeps its index and name, so they are read once for each, with
// two exceptions. A device can be there before its node says what it is: facts without an hcn-id
// are read again when the link's flags or carrier change, and otherwise every kReread at most
// (where there is a device tree; elsewhere none can come). And a migration gives devices that stay
// another location: whoever sees one calls forget_all().
class DeviceFactsCache {
 public:
  static constexpr std::chrono::seconds kReread{5};

  using Reader = std::function<DeviceFacts(const bond::Link&)>;

  explicit DeviceFactsCache(const Paths& paths);
  explicit DeviceFactsCache(Reader read) : read_(std::move(read)) {}

  // Valid until the next call for the same device.
  const DeviceFacts& facts_of(const bond::Link& link, base::BootTime now);
  // Two ways to let go of devices that have gone: one by one, or all that facts_of was not asked
  // for since the last call.
  void forget(bond::IfIndex device) { entries_.erase(device); }
  void drop_unused();
  void forget_all() { entries_.clear(); }

 private:
  struct Entry {
    bond::Link link;  // when it was read; without the parts that are of no interest here
    DeviceFacts facts;
    base::BootTime read_at;
    bool is_final = false;  // nothing can be added to them
    bool used = true;

    [[nodiscard]] bool is_valid(const bond::Link& now_seen, base::BootTime now) const;
  };
  Reader read_;
  bool has_tree_ = false;  // else nothing can be added to a device's facts
  std::map<bond::IfIndex, Entry> entries_;
};

}  // namespace hnv

template <>
struct hnv::base::EnumNames<hnv::NodeSource> {
  static constexpr auto names =
      std::to_array<std::string_view>({"none", "of_node", "devspec", "address"});
};
