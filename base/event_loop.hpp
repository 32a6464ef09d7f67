// SPDX-License-Identifier: Apache-2.0
// The event loop of a daemon: sd-event(3) with what we use of it. One thread; not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "base/expected.hpp"

struct sd_event;
struct sd_event_source;

namespace hnv::base {

class EventLoop {
 public:
  using Callback = std::function<void()>;

  static Expected<EventLoop> open();
  EventLoop(EventLoop&&) noexcept;
  EventLoop& operator=(EventLoop&&) noexcept;
  ~EventLoop();

  // Called while `fd` has something to read. Readable descriptors run before timers, so that a
  // timer never acts on a view that unread messages have made stale. Does not take ownership of
  // `fd`; forget it before it is closed.
  Expected<void> on_readable(int fd, Callback callback);
  void forget(int fd);

  // The signal is blocked for the process and delivered here.
  Expected<void> on_signal(int signal_number, Callback callback);

  // The one timer: `callback` runs at the armed time; empty disarms. Late by up to 10 ms, never
  // early.
  Expected<void> on_timer(Callback callback);
  Expected<void> arm_timer(std::optional<BootTime> at);

  // Pings the service manager as WatchdogSec= asks; does nothing without one.
  Expected<void> enable_service_watchdog();

  // Runs until exit(); returns its code. An exception from a callback ends the loop with an error:
  // it must not cross the C frames of the library.
  Expected<int> run();
  void exit(int code);

  struct Source;

 private:
  struct State;
  explicit EventLoop(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hnv::base
