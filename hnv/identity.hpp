// SPDX-License-Identifier: Apache-2.0
// Which machine ("frame") this partition runs on, and which partition it is. The frame's part
// changes with a migration and nothing else does; /proc/powerpc/lparcfg prints the same properties,
// at the price of an interrupt on every processor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/expected.hpp"
#include "hnv/paths.hpp"

namespace hnv {

// Different keys are different machines.
struct FrameKey {
  std::string system_id;  // "IBM,0212A345B": lparcfg's serial_number
  std::string model;      // "IBM,9080-HEX": lparcfg's system_type
  bool operator==(const FrameKey&) const = default;
};

// Two small reads, for polling. Empty unless both properties are there: the kernel takes one away
// for a moment when it replaces it, and half a key would look like another machine.
std::optional<FrameKey> read_frame_key(const Paths& paths);

// What is absent is empty.
struct PartitionIdentity {
  FrameKey frame;
  std::optional<std::uint32_t> partition_number;
  std::string partition_name;
  std::string partition_uuid;
  std::string firmware;  // "FW950.30 (VL950_092)"
  std::string boot_id;
  bool operator==(const PartitionIdentity&) const = default;
};

// Empty as above.
std::optional<PartitionIdentity> read_identity(const Paths& paths);

// JSON, for one small file that outlives a boot: what was true when it was written. decode: error
// unsupported for another schema, invalid for anything that is not what encode writes; `file` is
// for messages.
inline constexpr int kIdentitySchema = 1;
inline constexpr std::size_t kLargestIdentityFile = std::size_t{64} * 1024;
std::string encode_identity(const PartitionIdentity& identity);
base::Expected<PartitionIdentity> decode_identity(std::string_view json, const std::string& file);
// Errors also those of reading; not_found: nothing has been kept.
base::Expected<PartitionIdentity> read_kept_identity(const std::string& file);

}  // namespace hnv
