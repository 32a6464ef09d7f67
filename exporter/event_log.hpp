// SPDX-License-Identifier: Apache-2.0
// The watchdog's journal as the exporter has read it: the last events of this boot.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "hnv/journal_reader.hpp"

namespace hnv::exporter {

using Events = std::vector<JournalEvent>;  // in the order of their sequence numbers

class EventLog {
 public:
  static constexpr std::size_t kMost = 1000;

  EventLog(const std::string& status_file, const std::string& boot_id);

  // Reads what has come. That there is no journal is no error.
  void update();

  // Never nullptr, and never changed.
  [[nodiscard]] std::shared_ptr<const Events> events() const { return events_; }
  [[nodiscard]] const std::optional<base::Error>& error() const { return error_; }

 private:
  JournalReader reader_;
  std::shared_ptr<const Events> events_ = std::make_shared<const Events>();
  std::optional<base::Error> error_;
};

}  // namespace hnv::exporter
