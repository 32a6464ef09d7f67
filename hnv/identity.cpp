// SPDX-License-Identifier: Apache-2.0
#include "hnv/identity.hpp"

#include "base/atomic_file.hpp"

namespace hnv {

std::optional<FrameKey> read_frame_key(const Paths& paths) {
  const auto id = base::read_file(paths.devicetree / "system-id", 4096);
  const auto model = base::read_file(paths.devicetree / "model", 4096);
  if (!id && !model) return std::nullopt;
  return FrameKey{id.value_or(""), model.value_or("")};
}

PartitionIdentity read_identity(const Paths& paths) {
  PartitionIdentity i;
  i.frame = read_frame_key(paths).value_or(FrameKey{});
  return i;
}
std::string encode_identity(const PartitionIdentity&) {
  return {};
}
base::Expected<PartitionIdentity> read_kept_identity(const std::string&) {
  return base::failure(base::Error{base::ErrorCode::not_found, "", "", ""});
}
}  // namespace hnv
