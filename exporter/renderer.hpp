// SPDX-License-Identifier: Apache-2.0
// One thread with an ordinary stack does the work behind the requests, in rounds: it takes a
// snapshot and renders each view that somebody waits for. Requests that come during a round share
// the next one. So nobody gets facts older than his request, and any number of them costs two
// rounds at most.
#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/enum_names.hpp"
#include "exporter/snapshot.hpp"

namespace hnv::exporter {

enum class View : std::uint8_t {
  metrics,
  live_page,
  still_page,
  bonds,   // /api/v1/bonds
  events,  // makes sure that the site has the last events; renders nothing
};

}  // namespace hnv::exporter

template <>
struct hnv::base::EnumNames<hnv::exporter::View> {
  static constexpr auto names =
      std::to_array<std::string_view>({"metrics", "live_page", "still_page", "bonds", "events"});
};

namespace hnv::exporter {

class Renderer {
 public:
  using Body = std::shared_ptr<const std::string>;
  // All three run on the renderer's thread only.
  using Take = std::function<Snapshot()>;
  using Render = std::function<std::string(View, const Snapshot&)>;
  // Hears of exceptions from these two.
  using OnFailure = std::function<void(const std::string&)>;

  Renderer(Take take, Render render, OnFailure on_failure);
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;
  Renderer(Renderer&&) = delete;
  Renderer& operator=(Renderer&&) = delete;
  ~Renderer();

  // From any thread; waits for the end of a round that has not begun yet. nullptr: it has failed.
  Body get(View view);

 private:
  using Bodies = base::EnumArray<View, Body>;
  // What requests join before it begins.
  struct Round {
    base::EnumArray<View, bool> wanted;
    std::promise<Bodies> promise;
    std::shared_future<Bodies> bodies;
  };

  void run();
  [[nodiscard]] Bodies play(const base::EnumArray<View, bool>& wanted) const;

  Take take_;
  Render render_;
  OnFailure on_failure_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::optional<Round> next_;  // empty when nobody waits
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace hnv::exporter
