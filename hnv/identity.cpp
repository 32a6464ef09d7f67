// SPDX-License-Identifier: Apache-2.0
#include "hnv/identity.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/atomic_file.hpp"
#include "hnv/property.hpp"
#include "hnv/status.hpp"

namespace hnv {

namespace {

using Json = nlohmann::ordered_json;

std::optional<std::string> read_text(const Paths& paths, const char* property) {
  const auto bytes = read_property(paths.devicetree / property);
  return bytes ? std::optional(parse_text(*bytes)) : std::nullopt;
}

PartitionIdentity identity_from_json(const Json& json) {
  PartitionIdentity identity;
  json.at("system_id").get_to(identity.frame.system_id);
  json.at("model").get_to(identity.frame.model);
  const Json& number = json.at("partition_number");
  if (!number.is_null()) identity.partition_number = number.get<std::uint32_t>();
  json.at("partition_name").get_to(identity.partition_name);
  json.at("partition_uuid").get_to(identity.partition_uuid);
  json.at("firmware").get_to(identity.firmware);
  json.at("boot_id").get_to(identity.boot_id);
  return identity;
}

}  // namespace

std::optional<FrameKey> read_frame_key(const Paths& paths) {
  auto system_id = read_text(paths, "system-id");
  auto model = read_text(paths, "model");
  if (!system_id || !model) return std::nullopt;
  return FrameKey{std::move(*system_id), std::move(*model)};
}

std::optional<PartitionIdentity> read_identity(const Paths& paths) {
  auto frame = read_frame_key(paths);
  if (!frame) return std::nullopt;
  PartitionIdentity identity;
  identity.frame = std::move(*frame);
  if (const auto bytes = read_property(paths.devicetree / "ibm,partition-no")) {
    identity.partition_number = parse_cell(*bytes);
  }
  identity.partition_name = read_text(paths, "ibm,partition-name").value_or("");
  identity.partition_uuid = read_text(paths, "ibm,partition-uuid").value_or("");
  identity.firmware = read_text(paths, "openprom/ibm,fw-vernum_encoded").value_or("");
  identity.boot_id = read_boot_id(paths.procfs.native());
  return identity;
}

std::string encode_identity(const PartitionIdentity& identity) {
  const Json json{{"schema", kIdentitySchema},
                  {"system_id", identity.frame.system_id},
                  {"model", identity.frame.model},
                  {"partition_number",
                   identity.partition_number ? Json(*identity.partition_number) : Json(nullptr)},
                  {"partition_name", identity.partition_name},
                  {"partition_uuid", identity.partition_uuid},
                  {"firmware", identity.firmware},
                  {"boot_id", identity.boot_id}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

base::Expected<PartitionIdentity> decode_identity(std::string_view text, const std::string& file) {
  const auto bad = [&file](base::ErrorCode code, std::string reason) {
    return base::failure(base::Error{code, "read identity", file, std::move(reason)});
  };
  try {
    const Json json = Json::parse(text);
    const Json& schema = json.at("schema");
    if (schema != kIdentitySchema) {
      return bad(base::ErrorCode::unsupported, "schema " + schema.dump() +
                                                   "; this program reads schema " +
                                                   std::to_string(kIdentitySchema));
    }
    // The library would cut a number to fit, and take true for one.
    const Json& number = json.at("partition_number");
    if (!number.is_null() &&
        (!number.is_number_unsigned() || number.get<std::uint64_t>() > std::uint64_t{UINT32_MAX})) {
      return bad(base::ErrorCode::invalid,
                 "partition_number is " + number.dump() + "; allowed: null or a number of 32 bits");
    }
    return identity_from_json(json);
  } catch (const Json::exception& problem) {
    return bad(base::ErrorCode::invalid, problem.what());
  }
}

base::Expected<PartitionIdentity> read_kept_identity(const std::string& file) {
  const auto text = base::read_file(file, kLargestIdentityFile);
  if (!text) return base::failure(text.error());
  return decode_identity(*text, file);
}

}  // namespace hnv
