// SPDX-License-Identifier: Apache-2.0
// Which machine ("frame") the partition runs on, and which partition it is. A migration changes the
// first; nothing announces it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/expected.hpp"
#include "hnv/paths.hpp"

namespace hnv {

// Properties of the device tree's root, as they are: "IBM,02788A9B0", "IBM,9080-HEX".
struct FrameKey {
  std::string system_id;
  std::string model;
  bool operator==(const FrameKey&) const = default;
};

// For polling: two small files. Empty where the platform has no such properties, and when one of
// them cannot be read.
std::optional<FrameKey> read_frame_key(const Paths& paths);

// Empty members: not told.
struct PartitionIdentity {
  FrameKey frame;
  std::optional<std::uint32_t> partition_number;  // ibm,partition-no; may change in a migration
  std::string partition_name;
  std::string partition_uuid;  // stays in a migration
  std::string firmware;        // "FW950.30 (VL950_092)"
  std::string boot_id;
  bool operator==(const PartitionIdentity&) const = default;
};

PartitionIdentity read_identity(const Paths& paths);

// What is kept for the next boot. JSON; decode: error unsupported for another schema, invalid for
// anything that is not what encode writes; `file` is for messages.
std::string encode_identity(const PartitionIdentity& identity);
base::Expected<PartitionIdentity> decode_identity(std::string_view json, const std::string& file);
// Errors as decode_identity, and those of reading; not_found: nothing has been kept.
base::Expected<PartitionIdentity> read_kept_identity(const std::string& file);

}  // namespace hnv
