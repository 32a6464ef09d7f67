// SPDX-License-Identifier: Apache-2.0
#include "base/event_loop.hpp"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <systemd/sd-event.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <exception>
#include <map>
#include <string>
#include <vector>

namespace hnv::base {

namespace {

// Smaller runs first. Netlink before timers, signals between.
constexpr std::int64_t kReadablePriority = SD_EVENT_PRIORITY_IMPORTANT;
constexpr std::int64_t kSignalPriority = SD_EVENT_PRIORITY_NORMAL;
constexpr std::int64_t kTimerPriority = SD_EVENT_PRIORITY_IDLE;
constexpr std::uint64_t kTimerAccuracyMicroseconds = 10'000;

std::uint64_t to_microseconds(BootTime time) {
  const auto since_boot = std::chrono::ceil<std::chrono::microseconds>(time.time_since_epoch());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(since_boot.count(), 0));
}

}  // namespace

// One registered callback; its address is the user data of the C library, so it never moves.
struct EventLoop::Source {
  State* loop = nullptr;
  Callback callback;
  sd_event_source* source = nullptr;
};

struct EventLoop::State {
  sd_event* event = nullptr;
  std::vector<std::unique_ptr<Source>> sources;
  std::map<int, Source*> readable;  // by descriptor
  Source* timer = nullptr;
  std::exception_ptr escaped;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  State(State&&) = delete;
  State& operator=(State&&) = delete;
  ~State() {
    for (const auto& source : sources) sd_event_source_unref(source->source);
    sd_event_unref(event);
  }

  Source* add(Callback callback) {
    auto source = std::make_unique<Source>();
    source->loop = this;
    source->callback = std::move(callback);
    sources.push_back(std::move(source));
    return sources.back().get();
  }

  static int run_callback(void* user_data) noexcept {
    auto* source = static_cast<Source*>(user_data);
    try {
      source->callback();
    } catch (...) {
      source->loop->escaped = std::current_exception();
      sd_event_exit(source->loop->event, 0);
    }
    return 0;
  }
};

namespace {

Error loop_error(const char* context, int result) {
  return from_errno(context, "", -result);
}

}  // namespace

EventLoop::EventLoop(std::unique_ptr<State> state) : state_(std::move(state)) {}
EventLoop::EventLoop(EventLoop&&) noexcept = default;
EventLoop& EventLoop::operator=(EventLoop&&) noexcept = default;
EventLoop::~EventLoop() = default;

Expected<EventLoop> EventLoop::open() {
  auto state = std::make_unique<State>();
  const int result = sd_event_new(&state->event);
  if (result < 0) return failure(loop_error("open event loop", result));
  return EventLoop(std::move(state));
}

Expected<void> EventLoop::on_readable(int fd, Callback callback) {
  Source* source = state_->add(std::move(callback));
  state_->readable[fd] = source;
  int result = sd_event_add_io(
      state_->event, &source->source, fd, EPOLLIN,
      [](sd_event_source*, int, std::uint32_t, void* data) { return State::run_callback(data); },
      source);
  if (result >= 0) result = sd_event_source_set_priority(source->source, kReadablePriority);
  if (result < 0) return failure(loop_error("watch descriptor", result));
  return {};
}

// The callback itself stays: it may be the one that runs at this moment.
void EventLoop::forget(int fd) {
  const auto found = state_->readable.find(fd);
  if (found == state_->readable.end()) return;
  found->second->source = sd_event_source_unref(found->second->source);
  state_->readable.erase(found);
}

Expected<void> EventLoop::on_signal(int signal_number, Callback callback) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal_number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  Source* source = state_->add(std::move(callback));
  int result = sd_event_add_signal(
      state_->event, &source->source, signal_number,
      [](sd_event_source*, const signalfd_siginfo*, void* data) {
        return State::run_callback(data);
      },
      source);
  if (result >= 0) result = sd_event_source_set_priority(source->source, kSignalPriority);
  if (result < 0) return failure(loop_error("watch signal", result));
  return {};
}

Expected<void> EventLoop::on_timer(Callback callback) {
  Source* source = state_->add(std::move(callback));
  state_->timer = source;
  int result = sd_event_add_time(
      state_->event, &source->source, CLOCK_BOOTTIME, 0, kTimerAccuracyMicroseconds,
      [](sd_event_source*, std::uint64_t, void* data) { return State::run_callback(data); },
      source);
  if (result >= 0) result = sd_event_source_set_enabled(source->source, SD_EVENT_OFF);
  if (result >= 0) result = sd_event_source_set_priority(source->source, kTimerPriority);
  if (result < 0) return failure(loop_error("add timer", result));
  return {};
}

Expected<void> EventLoop::arm_timer(std::optional<BootTime> at) {
  sd_event_source* timer = state_->timer->source;
  int result = 0;
  if (at) {
    result = sd_event_source_set_time(timer, to_microseconds(*at));
    if (result >= 0) result = sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
  } else {
    result = sd_event_source_set_enabled(timer, SD_EVENT_OFF);
  }
  if (result < 0) return failure(loop_error("arm timer", result));
  return {};
}

Expected<void> EventLoop::enable_service_watchdog() {
  const int result = sd_event_set_watchdog(state_->event, 1);
  if (result < 0) return failure(loop_error("enable service watchdog", result));
  return {};
}

Expected<int> EventLoop::run() {
  const int result = sd_event_loop(state_->event);
  if (state_->escaped) std::rethrow_exception(state_->escaped);
  if (result < 0) return failure(loop_error("run event loop", result));
  return result;
}

void EventLoop::exit(int code) {
  sd_event_exit(state_->event, code);
}

}  // namespace hnv::base
