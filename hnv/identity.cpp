// SPDX-License-Identifier: Apache-2.0
#include "hnv/identity.hpp"

#include <nlohmann/json.hpp>

#include "base/atomic_file.hpp"
#include "hnv/property.hpp"
#include "hnv/status.hpp"

namespace hnv {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;
constexpr std::size_t kLargestFile = 65536;

std::optional<std::string> find_text(const Paths& paths, const char* property) {
  const auto bytes = read_property(paths.devicetree / property);
  return bytes ? std::optional(parse_text(*bytes)) : std::nullopt;
}

std::string text_of(const Paths& paths, const char* property) {
  return find_text(paths, property).value_or("");
}

}  // namespace

std::optional<FrameKey> read_frame_key(const Paths& paths) {
  auto system_id = find_text(paths, "system-id");
  auto model = find_text(paths, "model");
  if (!system_id || !model) return std::nullopt;
  return FrameKey{std::move(*system_id), std::move(*model)};
}

PartitionIdentity read_identity(const Paths& paths) {
  PartitionIdentity identity;
  identity.frame = read_frame_key(paths).value_or(FrameKey{});
  identity.partition_number =
      parse_cell(read_property(paths.devicetree / "ibm,partition-no").value_or(""));
  identity.partition_name = text_of(paths, "ibm,partition-name");
  identity.partition_uuid = text_of(paths, "ibm,partition-uuid");
  identity.firmware = text_of(paths, "openprom/ibm,fw-vernum_encoded");
  identity.boot_id = read_boot_id(paths.procfs.native());
  return identity;
}

std::string encode_identity(const PartitionIdentity& identity) {
  Json json{{"schema", kSchema},
            {"system_id", identity.frame.system_id},
            {"model", identity.frame.model},
            {"partition_name", identity.partition_name},
            {"partition_uuid", identity.partition_uuid},
            {"firmware", identity.firmware},
            {"boot_id", identity.boot_id}};
  if (identity.partition_number) json["partition_number"] = *identity.partition_number;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

base::Expected<PartitionIdentity> decode_identity(std::string_view text, const std::string& file) {
  const auto bad = [&file](base::ErrorCode code, std::string reason) {
    return base::failure(base::Error{code, "read identity", file, std::move(reason)});
  };
  try {
    const Json json = Json::parse(text);
    const int schema = json.at("schema").get<int>();
    if (schema != kSchema) {
      return bad(base::ErrorCode::unsupported, "schema " + std::to_string(schema) +
                                                   "; this program reads schema " +
                                                   std::to_string(kSchema));
    }
    PartitionIdentity identity;
    json.at("system_id").get_to(identity.frame.system_id);
    json.at("model").get_to(identity.frame.model);
    json.at("partition_name").get_to(identity.partition_name);
    json.at("partition_uuid").get_to(identity.partition_uuid);
    json.at("firmware").get_to(identity.firmware);
    json.at("boot_id").get_to(identity.boot_id);
    if (json.contains("partition_number")) {
      identity.partition_number = json["partition_number"].get<std::uint32_t>();
    }
    return identity;
  } catch (const Json::exception& problem) {
    return bad(base::ErrorCode::invalid, problem.what());
  }
}

base::Expected<PartitionIdentity> read_kept_identity(const std::string& file) {
  const auto text = base::read_file(file, kLargestFile);
  if (!text) return base::failure(text.error());
  return decode_identity(*text, file);
}

}  // namespace hnv
