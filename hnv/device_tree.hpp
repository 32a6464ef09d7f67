#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "hnv/hcn_id.hpp"
namespace hnv {
struct HnvNode {
  std::string path;
  HcnId hcn_id;
};
struct DeviceTreeScan {
  std::vector<HnvNode> nodes;
};
inline DeviceTreeScan scan_device_tree(const std::filesystem::path&) {
  return {};
}
}  // namespace hnv
