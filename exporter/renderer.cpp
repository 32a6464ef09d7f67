// SPDX-License-Identifier: Apache-2.0
#include "exporter/renderer.hpp"

#include <utility>

namespace hnv::exporter {

Renderer::Renderer(Take take, Render render)
    : take_(std::move(take)), render_(std::move(render)), thread_([this] { run(); }) {}

Renderer::~Renderer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

Renderer::Body Renderer::get(View view) {
  std::unique_lock lock(mutex_);
  if (!next_) next_ = std::make_shared<Round>();
  const std::shared_ptr<Round> round = next_;
  round->wanted[view] = true;
  wanted_.notify_one();
  done_.wait(lock, [&round] { return round->done; });
  return round->bodies[view];
}

void Renderer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wanted_.wait(lock, [this] { return next_ || stopping_; });
    if (!next_) return;
    const std::shared_ptr<Round> round = std::exchange(next_, nullptr);
    const auto wanted = round->wanted;
    lock.unlock();
    auto bodies = play(wanted);
    lock.lock();
    round->bodies = std::move(bodies);
    round->done = true;
    done_.notify_all();
  }
}

base::EnumArray<View, Renderer::Body> Renderer::play(
    const base::EnumArray<View, bool>& wanted) const noexcept {
  base::EnumArray<View, Body> bodies;
  try {
    const Snapshot snapshot = take_();
    for (const View view : base::all_values<View>()) {
      if (wanted[view]) bodies[view] = std::make_shared<const std::string>(render_(view, snapshot));
    }
  } catch (...) {
    return bodies;
  }
  return bodies;
}

}  // namespace hnv::exporter
