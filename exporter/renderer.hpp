// SPDX-License-Identifier: Apache-2.0
// One thread with an ordinary stack does the work behind the requests, in rounds: it takes a
// snapshot and renders each view that somebody waits for once for each coding. Requests that come
// during a round share the next one. So nobody gets facts older than his request, and any number of
// them costs two rounds at most.
#pragma once

#include <chrono>
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
#include "exporter/text_sink.hpp"

namespace hnv::exporter {

enum class View : std::uint8_t {
  metrics,
  openmetrics,
  live_page,
  still_page,
  bonds,    // /api/v1/bonds
  nothing,  // a snapshot is taken, for those who keep something of each
};

enum class Coding : std::uint8_t { identity, gzip };

}  // namespace hnv::exporter

template <>
struct hnv::base::EnumNames<hnv::exporter::View> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"metrics", "openmetrics", "live_page", "still_page", "bonds", "nothing"});
};

// The words of Accept-Encoding and Content-Encoding.
template <>
struct hnv::base::EnumNames<hnv::exporter::Coding> {
  static constexpr auto names = std::to_array<std::string_view>({"identity", "gzip"});
};

namespace hnv::exporter {

class Renderer {
 public:
  using Body = std::shared_ptr<const std::string>;
  // All three run on the renderer's thread only.
  using Take = std::function<Snapshot()>;
  using Render = std::function<void(View, const Snapshot&, TextSink&)>;
  // Hears of exceptions from these two.
  using OnFailure = std::function<void(const std::string&)>;

  // A body that is not larger is not compressed, whoever asks: it fits in one packet anyhow.
  static constexpr std::size_t kWorthCompressing = 1400;

  enum class Outcome : std::uint8_t { done, failed, late };
  struct Result {
    Outcome outcome = Outcome::failed;
    Body body;  // present exactly when done
    Coding coding = Coding::identity;
  };

  Renderer(Take take, Render render, OnFailure on_failure);
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;
  Renderer(Renderer&&) = delete;
  Renderer& operator=(Renderer&&) = delete;
  ~Renderer();

  // From any thread; waits for the end of a round that has not begun yet, and no longer than
  // `patience`. The round goes on for those who wait longer.
  Result get(View view, Coding coding, std::chrono::milliseconds patience);

  // The same, without a limit; nullptr: it has failed.
  Body get(View view);

  // How many requests share the next round as yet.
  [[nodiscard]] std::size_t waiting() const;

 private:
  template <class T>
  using PerBody = base::EnumArray<View, base::EnumArray<Coding, T>>;
  using Bodies = PerBody<Body>;
  // What requests join before it begins.
  struct Round {
    PerBody<bool> wanted;
    std::size_t requests;  // set where the round begins: clang 14 takes no initialiser here
    std::promise<Bodies> promise;
    std::shared_future<Bodies> bodies;
  };

  std::shared_future<Bodies> join_next_round(View view, Coding coding);
  void run();
  [[nodiscard]] Bodies play(const PerBody<bool>& wanted) const;

  Take take_;
  Render render_;
  OnFailure on_failure_;
  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::optional<Round> next_;  // empty when nobody waits
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace hnv::exporter
