// SPDX-License-Identifier: Apache-2.0
// Who is with the handler, and who waits in line for it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>

#include "exporter/front/connection.hpp"

namespace hnv::exporter::front {

class Places {
 public:
  explicit Places(const Limits& limits) : limits_(limits) {}

  Connection::Host::Place ask(std::uint64_t id, bool is_health) {
    if (is_health && health_.size() < limits_.health_at_once) {
      health_.insert(id);
      return Connection::Host::Place::taken;
    }
    if (taken_.size() < limits_.at_once) {
      taken_.insert(id);
      return Connection::Host::Place::taken;
    }
    if (line_.size() >= limits_.waiting) return Connection::Host::Place::none;
    line_.push_back(id);
    return Connection::Host::Place::in_line;
  }

  // Whether it was taken or only waited for.
  void give_back(std::uint64_t id) {
    if (taken_.erase(id) + health_.erase(id) != 0) return;
    line_.erase(std::remove(line_.begin(), line_.end(), id), line_.end());
  }

  bool begin_stream(std::uint64_t id) {
    if (streams_ >= limits_.streams) return false;
    ++streams_;
    taken_.erase(id);
    health_.erase(id);
    return true;
  }
  void end_stream() { --streams_; }

  // The first in line, if there is a place for it now; it has the place then.
  std::optional<std::uint64_t> next() {
    if (line_.empty() || taken_.size() >= limits_.at_once) return std::nullopt;
    const std::uint64_t id = line_.front();
    line_.pop_front();
    taken_.insert(id);
    return id;
  }

  [[nodiscard]] bool has_line() const { return !line_.empty(); }

 private:
  const Limits& limits_;
  std::set<std::uint64_t> taken_;
  std::set<std::uint64_t> health_;
  std::deque<std::uint64_t> line_;
  std::size_t streams_ = 0;
};

}  // namespace hnv::exporter::front
