// SPDX-License-Identifier: Apache-2.0
// What hnv-prober publishes, as the exporter takes it: of a file that is not as the codec writes
// it, nothing is shown.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "hnv/path_status.hpp"

namespace hnv::exporter {

class PathReader {
 public:
  PathReader(std::string file, std::string boot_id)
      : file_(std::move(file)), boot_id_(std::move(boot_id)) {}

  // Reads the file; the same content is not decoded again. That there is none is no error.
  void update();

  // nullptr: none, none of this boot, or none that can be used. Never changed.
  [[nodiscard]] const std::shared_ptr<const PathStatus>& status() const { return status_; }
  [[nodiscard]] const std::optional<base::Error>& error() const { return error_; }

 private:
  std::string file_;
  std::string boot_id_;
  std::optional<std::string> text_;  // as it was decoded last
  std::shared_ptr<const PathStatus> status_;
  std::optional<base::Error> error_;
};

}  // namespace hnv::exporter
