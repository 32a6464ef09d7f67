// SPDX-License-Identifier: Apache-2.0
#include "exporter/renderer.hpp"

#include <exception>
#include <utility>

#include "exporter/gzip.hpp"

namespace hnv::exporter {

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
      const bool zipped = wanted[view][Coding::gzip];
      if (!zipped && !wanted[view][Coding::identity]) continue;
      auto body = std::make_shared<const std::string>(render_(view, snapshot));
      if (zipped && body->size() > kWorthCompressing) {
        bodies[view][Coding::gzip] = std::make_shared<const std::string>(gzip(*body));
      }
      bodies[view][Coding::identity] = std::move(body);
    }
  } catch (const std::exception& problem) {
    on_failure_(problem.what());
  }
  return bodies;
}

}  // namespace hnv::exporter
