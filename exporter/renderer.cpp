// SPDX-License-Identifier: Apache-2.0
#include "exporter/renderer.hpp"

#include <exception>
#include <utility>

#include "exporter/gzip.hpp"

namespace hnv::exporter {

namespace {

// Compresses from the byte on that makes a text worth it.
class PackedBody final : public TextSink {
 public:
  void append(std::string_view piece) override {
    if (gzip_) return gzip_->append(piece);
    small_.append(piece);
    if (small_.size() <= Renderer::kWorthCompressing) return;
    gzip_.emplace();
    gzip_->append(small_);
  }

  [[nodiscard]] Coding coding() const { return gzip_ ? Coding::gzip : Coding::identity; }
  std::string body() && { return gzip_ ? std::move(*gzip_).packed() : std::move(small_); }

 private:
  std::string small_;
  std::optional<GzipSink> gzip_;
};

}  // namespace

Renderer::Renderer(Take take, Render render, OnFailure on_failure)
    : take_(std::move(take)),
      render_(std::move(render)),
      on_failure_(std::move(on_failure)),
      thread_([this] { run(); }) {}

Renderer::~Renderer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

std::shared_future<Renderer::Bodies> Renderer::join_next_round(View view, Coding coding) {
  std::shared_future<Bodies> bodies;
  {
    const std::lock_guard lock(mutex_);
    if (!next_) {
      next_.emplace();
      next_->requests = 0;
      next_->bodies = next_->promise.get_future().share();
    }
    next_->wanted[view][coding] = true;
    ++next_->requests;
    bodies = next_->bodies;
  }
  wanted_.notify_one();
  return bodies;
}

Renderer::Result Renderer::get(View view, Coding coding, std::chrono::milliseconds patience) {
  const auto bodies = join_next_round(view, coding);
  if (bodies.wait_for(patience) != std::future_status::ready) return {Outcome::late, nullptr};
  const auto& rendered = bodies.get()[view];
  for (const Coding made : {coding, Coding::identity}) {
    if (rendered[made]) return {Outcome::done, rendered[made], made};
  }
  return {};
}

Renderer::Body Renderer::get(View view) {
  return join_next_round(view, Coding::identity).get()[view][Coding::identity];
}

std::size_t Renderer::waiting() const {
  const std::lock_guard lock(mutex_);
  return next_ ? next_->requests : 0;
}

void Renderer::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    wanted_.wait(lock, [this] { return next_ || stopping_; });
    if (!next_) return;
    Round round = std::move(*next_);
    next_.reset();
    lock.unlock();
    Bodies bodies;
    try {
      bodies = play(round.wanted);
    } catch (const std::exception&) {
      // Not even the report of a failure had memory. Who waits hears that there is no body.
    }
    round.promise.set_value(std::move(bodies));
  }
}

Renderer::Bodies Renderer::play(const PerBody<bool>& wanted) const {
  Bodies bodies;
  try {
    const Snapshot snapshot = take_();
    for (const View view : base::all_values<View>()) {
      if (wanted[view][Coding::identity]) {
        StringSink text;
        render_(view, snapshot, text);
        bodies[view][Coding::identity] =
            std::make_shared<const std::string>(std::move(text).text());
      }
      if (wanted[view][Coding::gzip]) {
        PackedBody packed;
        render_(view, snapshot, packed);
        const Coding coding = packed.coding();
        bodies[view][coding] = std::make_shared<const std::string>(std::move(packed).body());
      }
    }
  } catch (const std::exception& problem) {
    on_failure_(problem.what());
  }
  return bodies;
}

}  // namespace hnv::exporter
