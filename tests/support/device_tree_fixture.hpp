// SPDX-License-Identifier: Apache-2.0
// Builds a device tree and the part of sysfs that points into it, in a folder of the test's own.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

#include "hnv/paths.hpp"

namespace hnv::test {

// 4 bytes, as the firmware writes a cell.
inline std::string cell(std::uint32_t value) {
  std::string bytes;
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    bytes.push_back(static_cast<char>(value >> (shift - 8U) & 0xffU));
  }
  return bytes;
}

inline std::string bytes_of(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

// With its NUL, as the firmware writes a text.
inline std::string nul_ended(std::string_view text) {
  return std::string(text) + '\0';
}

class DeviceTreeFixture {
 public:
  explicit DeviceTreeFixture(
      const std::filesystem::path& below = std::filesystem::temp_directory_path()) {
    std::string name = (below / "hnv-device-tree-XXXXXX").native();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder " + name);
    folder_ = name;
    std::filesystem::create_directories(root());
  }
  DeviceTreeFixture(const DeviceTreeFixture&) = delete;
  DeviceTreeFixture& operator=(const DeviceTreeFixture&) = delete;
  DeviceTreeFixture(DeviceTreeFixture&&) = delete;
  DeviceTreeFixture& operator=(DeviceTreeFixture&&) = delete;
  ~DeviceTreeFixture() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path root() const { return folder_ / "device-tree"; }
  [[nodiscard]] Paths paths() const { return {folder_ / "sys", folder_ / "proc", root()}; }

  void property(const std::string& node, const std::string& name, std::string_view bytes) const {
    std::filesystem::create_directories(root() / node);
    std::ofstream(root() / node / name, std::ios::binary | std::ios::trunc) << bytes;
  }
  void hnv_node(const std::string& node, std::uint32_t hcn_id, std::string_view mode,
                std::string_view address) const {
    property(node, "ibm,hcn-id", cell(hcn_id));
    property(node, "ibm,hcn-mode", nul_ended(mode));
    property(node, "local-mac-address", address);
  }

  // /sys/class/net/NAME/device with driver and bus; the link to its node is a matter of its own.
  [[nodiscard]] std::filesystem::path device(const std::string& name) const {
    return folder_ / "sys/class/net" / name / "device";
  }
  void add_device(const std::string& name, const std::string& driver,
                  const std::string& bus) const {
    namespace fs = std::filesystem;
    fs::create_directories(folder_ / "sys/bus" / bus / "drivers" / driver);
    fs::create_directories(device(name));
    fs::create_directory_symlink(folder_ / "sys/bus" / bus / "drivers" / driver,
                                 device(name) / "driver");
    fs::create_directory_symlink(folder_ / "sys/bus" / bus, device(name) / "subsystem");
  }
  void link_node(const std::string& name, const std::string& node) const {
    std::filesystem::create_directory_symlink(root() / node, device(name) / "of_node");
  }
  void write_devspec(const std::string& name, std::string_view text) const {
    std::ofstream(device(name) / "devspec", std::ios::binary | std::ios::trunc) << text;
  }

 private:
  std::filesystem::path folder_;
};

// A pair as a partition has it: enP32775p1s0 and env6 in bond333e80f5, with a vNIC.
inline constexpr const char* kPort = "pci@800000029008007/ethernet@0";
inline constexpr const char* kVnic = "vdevice/vnic@30000006";
inline void add_vnic_pair(const DeviceTreeFixture& tree) {
  tree.hnv_node(kPort, 0x333e80f5, "primary", bytes_of({0x2e, 0x7a, 0x30, 0x83, 0xf5, 0x00}));
  tree.property(kPort, "ibm,loc-code", nul_ended("U78D2.001.WZS00AB-P1-C7-T1-S1"));
  tree.property("pci@800000029008007", "ibm,my-drc-index", cell(0x20008007));
  tree.hnv_node(kVnic, 0x333e80f5, "backup", bytes_of({0x2e, 0x7a, 0x32, 0x2d, 0x3d, 0x06}));
  tree.property(kVnic, "ibm,loc-code", nul_ended("U9080.HEX.1234567-V3-C6-T0"));
  tree.property(kVnic, "ibm,my-drc-index", cell(0x30000006));
}

// A pair as an emulated one has it: enP2p0s1 and env3 in bond191554c8, with a virtual Ethernet.
inline constexpr const char* kEmulatedPort = "pci@800000020000002/ethernet@1";
inline constexpr const char* kVeth = "vdevice/l-lan@30000003";
inline void add_veth_pair(const DeviceTreeFixture& tree) {
  tree.hnv_node(kEmulatedPort, 0x191554c8, "primary", bytes_of({0x52, 0x54, 0, 0, 0, 0x11}));
  tree.property(kEmulatedPort, "ibm,my-drc-index", cell(0x40020008));
  tree.property("pci@800000020000002", "ibm,my-drc-index", cell(0x20000002));
  tree.hnv_node(kVeth, 0x191554c8, "backup", bytes_of({0, 0, 0x52, 0x54, 0, 0, 0, 0x12}));
}

}  // namespace hnv::test
