// SPDX-License-Identifier: Apache-2.0
// What the file of --web.config.file says, ready for use, and read again when it has changed.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/expected.hpp"
#include "exporter/front/rate_limit.hpp"
#include "exporter/front/tls_context.hpp"

namespace hnv::exporter::front {

struct WebSettings {
  TlsContext tls;  // nullptr: in the clear
  std::vector<std::pair<std::string, std::string>> users;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<RateLimitConfig> rate_limit;
};

using SharedSettings = std::shared_ptr<const WebSettings>;

// One thread.
class WebSettingsFile {
 public:
  using Clock = std::chrono::steady_clock;

  // An empty name: the defaults, for ever. Errors: of the file, or of a file that it names.
  static base::Expected<WebSettingsFile> open(const std::string& file);

  [[nodiscard]] const SharedSettings& current() const { return current_; }
  [[nodiscard]] bool has_file() const { return !file_.empty(); }

  // Reads again. After an error what was in force stays.
  base::Expected<void> reload();

  // The same if one of the files has another time, size or inode than when it was read; looks at
  // most once a second. Empty: nothing has changed.
  std::optional<base::Expected<void>> reload_if_changed(Clock::time_point now);

 private:
  explicit WebSettingsFile(std::string file) : file_(std::move(file)) {}

  std::string file_;
  SharedSettings current_ = std::make_shared<const WebSettings>();
  std::vector<std::string> read_from_;
  std::string traces_;
  Clock::time_point looked_{};
};

}  // namespace hnv::exporter::front
