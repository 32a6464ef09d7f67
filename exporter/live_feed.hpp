// SPDX-License-Identifier: Apache-2.0
// Looks at the bonds again and again: often while somebody follows them by a stream, else as often
// as the throughput's history needs it. A stream hears of every look that shows another revision,
// and of one every few seconds.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "exporter/renderer.hpp"
#include "exporter/throughput_history.hpp"
#include "exporter/web_server.hpp"

namespace hnv::exporter {

class LiveFeed {
 public:
  // On the feed's thread; what bonds_json() made, nullptr: it has failed. Unless somebody follows,
  // what it gives is not read: rendering hundreds of bonds takes longer than looking at them.
  using Look = std::function<Renderer::Body(bool followed)>;
  struct Periods {
    std::chrono::milliseconds idle = ThroughputHistory::kStep;
    std::chrono::milliseconds watched = std::chrono::seconds(1);
    // A stream says something within this time, also without news: only so it is noticed that its
    // reader has gone.
    std::chrono::milliseconds heartbeat = std::chrono::seconds(2);
  };

  explicit LiveFeed(Look look) : LiveFeed(std::move(look), Periods()) {}
  LiveFeed(Look look, Periods periods);
  LiveFeed(const LiveFeed&) = delete;
  LiveFeed& operator=(const LiveFeed&) = delete;
  LiveFeed(LiveFeed&&) = delete;
  LiveFeed& operator=(LiveFeed&&) = delete;
  ~LiveFeed();  // ends its streams

  // Server-sent events, from any thread; the first comes at once.
  std::shared_ptr<HttpStream> open();

 private:
  struct Hub;
  class Stream;
  void run();
  // `lock` holds the hub's mutex, before and after.
  void look_once(std::unique_lock<std::mutex>& lock, bool followed,
                 std::chrono::steady_clock::time_point now);

  Look look_;
  Periods periods_;
  std::shared_ptr<Hub> hub_;
  std::thread thread_;
};

}  // namespace hnv::exporter
