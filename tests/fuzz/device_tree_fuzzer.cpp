// SPDX-License-Identifier: Apache-2.0
// Bytes become a small device tree, which is scanned: first what the parsers make of the bytes
// themselves, then nodes and properties of every kind, plain or not.
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "hnv/device_tree.hpp"
#include "hnv/property.hpp"
#include "tests/support/device_tree_fixture.hpp"

namespace {

using namespace hnv;
namespace fs = std::filesystem;

constexpr std::size_t kMostProperties = 12;

void require(bool holds) {
  if (!holds) std::abort();
}

class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool is_at_end() const { return bytes_.empty(); }
  unsigned number(unsigned below) {
    if (bytes_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return value % below;
  }
  std::string_view bytes(std::size_t count) {
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view bytes_;
};

template <std::size_t N>
const char* one_of(const char* const (&words)[N], Input& input) {
  return words[input.number(N)];
}

void try_parsers(std::string_view bytes) {
  require(parse_cell(bytes).has_value() == (bytes.size() >= 4));
  require(parse_local_address(bytes).has_value() == (bytes.size() == 6 || bytes.size() == 8));
  const std::string text = parse_text(bytes);
  require(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  node_type_of(bytes);
}

void add_property(const fs::path& root, Input& input) {
  static constexpr const char* kNodes[] = {
      "pci@1",           "pci@1/ethernet@0", "pci@1/ethernet@1",
      "pci@2/ethernet",  "vdevice/l-lan@30", "vdevice/l-lan@31",
      "vdevice/vnic@32", "vdevice/vnic@33",  "vdevice",
      "pci@\xff",        "vdevice/vty@1",    ""};
  static constexpr const char* kNames[] = {"ibm,hcn-id",   "ibm,hcn-mode",      "ibm,my-drc-index",
                                           "ibm,loc-code", "local-mac-address", "ethernet@9"};
  const fs::path node = root / one_of(kNodes, input);
  const fs::path property = node / one_of(kNames, input);
  std::error_code ignored;  // a file may stand where a folder should, and the reverse
  fs::create_directories(node, ignored);
  fs::remove(property, ignored);  // writing to a pipe that is there would wait for a reader
  switch (input.number(16)) {
    case 0:
      ::mkfifo(property.c_str(), 0600);
      break;
    case 1:
      fs::create_symlink(root, property, ignored);
      break;
    case 2:
      fs::create_directory(property, ignored);
      break;
    case 3:
      std::ofstream(property) << std::string(kLargestProperty + input.number(2), 'x');
      break;
    case 4:
      std::ofstream(property) << (input.number(2) == 0 ? "primary" : "backup");
      break;
    default:
      std::ofstream(property, std::ios::binary) << input.bytes(input.number(10));
  }
}

bool is_text(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void check(const DeviceTreeScan& scan) {
  require(scan.nodes.size() <= kMostNodes && scan.findings.size() <= kMostFindings);
  require(std::is_sorted(
      scan.nodes.begin(), scan.nodes.end(),
      [](const HnvNode& left, const HnvNode& right) { return left.path < right.path; }));
  for (const HnvNode& node : scan.nodes) {
    require(node_type_of(node.path) == node.type);
    require(is_text(node.location));
  }
  require(std::all_of(scan.findings.begin(), scan.findings.end(), is_text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try_parsers(bytes);
  // A pipe or link that stays from one input would be met by the next: a tree for each.
  static const fs::path memory =
      fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
  const test::DeviceTreeFixture tree(memory);
  Input input(bytes);
  for (std::size_t count = 0; count < kMostProperties && !input.is_at_end(); ++count) {
    add_property(tree.root(), input);
  }
  const DeviceTreeScan scan = scan_device_tree(tree.root());
  check(scan);
  require(scan_device_tree(tree.root()).nodes == scan.nodes);
  return 0;
}
