// SPDX-License-Identifier: Apache-2.0
// What the firmware's device tree says about HNV pairs, whatever drivers and bonds make of it. The
// facts behind it are in PAPR and in hcnmgr, which looks at the same nodes:
//
//   pci@800000029008007            the port's host bridge; ibm,my-drc-index
//     ethernet@0                   an SR-IOV logical port; ibm,hcn-id, ibm,hcn-mode "primary"
//   vdevice/l-lan@30000003         a virtual device (ibmveth); all on the node itself
//   vdevice/vnic@30000006          another (ibmvnic)
//
// Nodes come and go with DLPAR and migrations while we read, so everything is checked and bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.hpp"
#include "bond/mac_address.hpp"
#include "hnv/hcn_id.hpp"

namespace hnv {

enum class NodeType : std::uint8_t { pci, l_lan, vnic };

// ibm,hcn-mode: what the platform means the device to be in its pair.
enum class HcnMode : std::uint8_t { primary, backup };

struct HnvNode {
  std::string path;  // below the root: "vdevice/vnic@30000006"
  NodeType type = NodeType::pci;
  HcnId hcn_id;
  std::optional<HcnMode> mode;
  std::optional<std::uint32_t> drc_index;  // by which the HMC and drmgr name the device
  std::string location;                    // ibm,loc-code; "" when there is none
  std::optional<bond::MacAddress> local_address;
  bool operator==(const HnvNode&) const = default;
};

struct DeviceTreeScan {
  std::vector<HnvNode> nodes;         // those that carry an ibm,hcn-id, by path
  std::vector<std::string> findings;  // what is wrong, each naming its node or hcn-id
};

// Without a device tree, as on x86: nothing, and no finding. Costs a few system calls for each node
// that could be an HNV one; links are not followed, and nothing is read below these levels.
DeviceTreeScan scan_device_tree(const std::filesystem::path& root);

// Limits of a scan. A partition has at most 10 HNV pairs.
inline constexpr std::size_t kMostHcnIds = 10;
inline constexpr std::size_t kMostNodes = 128;
inline constexpr std::size_t kMostEntries = 8192;  // of one folder
inline constexpr std::size_t kMostFindings = 100;

// What the properties of one node say, HNV or not.
struct NodeProperties {
  std::optional<HcnId> hcn_id;
  std::optional<HcnMode> mode;
  std::optional<std::uint32_t> drc_index;
  std::string location;
  std::optional<bond::MacAddress> local_address;
};

// `folder` is the node's open folder. Appends to `problems` what cannot be used, each beginning
// with the property's name; an absent property is no problem.
NodeProperties read_node(int folder, std::vector<std::string>& problems);

// By the path below the root; empty for a node that cannot be one of a pair.
std::optional<NodeType> node_type_of(std::string_view path);

}  // namespace hnv

template <>
struct hnv::base::EnumNames<hnv::NodeType> {
  static constexpr auto names = std::to_array<std::string_view>({"pci", "l-lan", "vnic"});
};
template <>
struct hnv::base::EnumNames<hnv::HcnMode> {
  static constexpr auto names = std::to_array<std::string_view>({"primary", "backup"});
};
