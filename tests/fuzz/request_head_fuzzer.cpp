// SPDX-License-Identifier: Apache-2.0
// Bytes are a client's: refused with a reason, or understood, and then what the handler gets is
// understood to the same, and has no byte that could end a line early.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "exporter/front/password_check.hpp"
#include "exporter/front/request_head.hpp"

namespace {

using namespace hnv::exporter::front;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const RequestHead& head, std::size_t size, const Limits& limits) {
  require(head.size <= size && head.size <= limits.head);
  require(head.headers.size() <= limits.header_fields);
  require(head.path.starts_with('/') && head.path.find('\0') == std::string::npos);
  require((head.path + "/").find("/../") == std::string::npos);
  if (const auto value = head.header("authorization")) parse_basic(*value);
  const std::string relayed = to_relay(head);
  Limits wide;
  wide.head = std::size_t{4} * limits.head;
  wide.request_line = wide.head;
  const auto again = read_request_head(relayed, wide);
  const auto* same = std::get_if<RequestHead>(&again);
  require(same != nullptr && same->size == relayed.size());
  require(same->path == head.path && same->query == head.query && same->is_head == head.is_head);
  require(!same->header("authorization") && !same->header("content-length"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Limits limits;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto reading = read_request_head(bytes, limits);
  if (const auto* head = std::get_if<RequestHead>(&reading)) {
    check(*head, size, limits);
  } else if (const auto* refusal = std::get_if<RequestRefusal>(&reading)) {
    require(refusal->status >= 400 && refusal->status <= 505 && !refusal->reason.empty());
  } else {
    require(size < limits.head);
  }
  return 0;
}
