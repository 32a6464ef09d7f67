// SPDX-License-Identifier: Apache-2.0
#include "exporter/renderer.hpp"

#include <exception>
#include <utility>

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

Renderer::Body Renderer::get(View view) {
  std::shared_future<Bodies> bodies;
  {
    const std::lock_guard lock(mutex_);
    if (!next_) {
      next_.emplace();
      next_->bodies = next_->promise.get_future().share();
    }
    next_->wanted[view] = true;
    bodies = next_->bodies;
  }
  wanted_.notify_one();
  return bodies.get()[view];
}

void Renderer::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    wanted_.wait(lock, [this] { return next_ || stopping_; });
    if (!next_) return;
    Round round = std::move(*next_);
    next_.reset();
    lock.unlock();
    round.promise.set_value(play(round.wanted));
  }
}

Renderer::Bodies Renderer::play(const base::EnumArray<View, bool>& wanted) const {
  Bodies bodies;
  try {
    const Snapshot snapshot = take_();
    for (const View view : base::all_values<View>()) {
      if (wanted[view]) bodies[view] = std::make_shared<const std::string>(render_(view, snapshot));
    }
  } catch (const std::exception& problem) {
    on_failure_(problem.what());
  }
  return bodies;
}

}  // namespace hnv::exporter
