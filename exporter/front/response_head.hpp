// SPDX-License-Identifier: Apache-2.0
// The head of a response of our own web server, and what the client gets in its place.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hnv::exporter::front {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct ResponseHead {
  int status = 0;
  std::optional<std::uint64_t> length;  // without: it ends when the connection does
  bool keep_alive = false;              // as it says itself
  std::string lines;                    // status line and headers, but Connection
  std::size_t size = 0;                 // of the head in what was read

  [[nodiscard]] bool has_body() const { return status != 204 && status != 304; }
};

// Empty: incomplete, or, when `broken` is set, no response at all.
std::optional<ResponseHead> read_response_head(std::string_view bytes, bool& broken);

// `own` are the user's headers; they take the place of ours of the same name.
std::string to_client(const ResponseHead& head, bool keep_alive, const HeaderList& own);

HeaderList retry_after(std::chrono::seconds wait);

// A response that the handler had no part in. `extra` are headers of this one response.
std::string refusal(int status, std::string_view reason, const HeaderList& extra,
                    const HeaderList& own, bool with_body);

}  // namespace hnv::exporter::front
