// SPDX-License-Identifier: Apache-2.0
// Bytes are a web configuration: refused with the place of the mistake, or understood within the
// limits.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exporter/front/web_config.hpp"

namespace {

using namespace hnv::exporter::front;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const WebConfig& config) {
  for (const auto& [name, hash] : config.users) {
    require(!name.empty() && name.find(':') == std::string::npos && hash.size() == 60);
  }
  for (const auto& [name, value] : config.headers) {
    require(value.find_first_of("\r\n") == std::string::npos);
  }
  if (!config.tls) return;
  require(!config.tls->certificate.empty() && !config.tls->key.empty());
  require(config.tls->min_version >= TlsVersion::tls12);
  require(config.tls->max_version >= config.tls->min_version);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = parse_web_config(text, "web.yaml");
  if (config) {
    check(*config);
  } else {
    require(config.error().object.starts_with("web.yaml") && !config.error().reason.empty());
  }
  return 0;
}
