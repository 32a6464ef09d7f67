// SPDX-License-Identifier: Apache-2.0
// The head of an HTTP/1 request, read strictly: what is not plainly right is refused, never
// repaired.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "exporter/front/limits.hpp"

namespace hnv::exporter::front {

// Paths of health checks begin with it.
inline constexpr std::string_view kHealthPaths = "/-/";

struct RequestHead {
  bool is_head = false;  // else GET
  std::string path;      // decoded; begins with /, has no dot segments and no control characters
  std::string query;     // as sent, without the question mark
  bool keep_alive = false;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::size_t size = 0;                                      // of the head in what was read

  // The values of all headers of this name (in lower case), with ", " between; empty without any.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

struct RequestIncomplete {};

struct RequestRefusal {
  int status = 0;
  std::string reason;  // says nothing of what was sent
};

using RequestReading = std::variant<RequestIncomplete, RequestRefusal, RequestHead>;

// `bytes` begin with the head; what follows it is left alone.
RequestReading read_request_head(std::string_view bytes, const Limits& limits);

// The same request for the handler's web server, printable ASCII throughout: with the headers that
// a handler looks at and no others, in particular no credentials, and without those whose values
// have other characters.
std::string to_relay(const RequestHead& head);

}  // namespace hnv::exporter::front
