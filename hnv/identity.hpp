// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/expected.hpp"
#include "hnv/paths.hpp"

namespace hnv {

struct FrameKey {
  std::string system_id;
  std::string model;
  bool operator==(const FrameKey&) const = default;
};

std::optional<FrameKey> read_frame_key(const Paths& paths);

struct PartitionIdentity {
  FrameKey frame;
  std::optional<std::uint32_t> partition_number;
  std::string partition_name;
  std::string partition_uuid;
  std::string firmware;
  std::string boot_id;
  bool operator==(const PartitionIdentity&) const = default;
};
PartitionIdentity read_identity(const Paths& paths);
std::string encode_identity(const PartitionIdentity& identity);
base::Expected<PartitionIdentity> read_kept_identity(const std::string& file);

}  // namespace hnv
