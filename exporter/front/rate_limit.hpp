// SPDX-License-Identifier: Apache-2.0
// rate_limit of the web configuration, as the Prometheus exporter toolkit has it: a bucket with
// room for `burst` requests, full at first, which gets one more in each `interval`. One for all
// clients and pages.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace hnv::exporter::front {

struct RateLimitConfig {
  std::chrono::nanoseconds interval{};  // > 0
  unsigned burst = 1;                   // > 0
  bool operator==(const RateLimitConfig&) const = default;
};

class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  // Takes one request from the bucket. Empty: it may pass; else how long until the next one may.
  // Another `config` than last time begins with a full bucket.
  std::optional<Clock::duration> take(const std::optional<RateLimitConfig>& config,
                                      Clock::time_point now) {
    if (config != config_) {
      config_ = config;
      full_at_ = now;
    }
    if (!config_) return std::nullopt;
    const Clock::duration missing = std::max(full_at_ - now, Clock::duration::zero());
    const Clock::duration allowed = config_->interval * (config_->burst - 1);
    if (missing > allowed) return missing - allowed;
    full_at_ = now + missing + config_->interval;
    return std::nullopt;
  }

 private:
  std::optional<RateLimitConfig> config_;
  Clock::time_point full_at_;  // when the bucket is full if nothing more is taken
};

}  // namespace hnv::exporter::front
