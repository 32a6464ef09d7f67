// SPDX-License-Identifier: Apache-2.0
#include "base/event_loop.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace {

using namespace hnv::base;

TEST(EventLoop, RunsWhatIsReadableBeforeATimerThatIsDue) {
  EventLoop loop = EventLoop::open().value();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  std::string order;
  ASSERT_TRUE(loop.on_timer([&] {
    order += "timer";
    loop.exit(7);
  }));
  ASSERT_TRUE(loop.on_readable(ends[0], [&] {
    char byte = 0;
    ASSERT_EQ(::read(ends[0], &byte, 1), 1);
    order += "readable ";
  }));
  ASSERT_TRUE(loop.arm_timer(BootClock::now()));
  EXPECT_EQ(loop.run().value(), 7);
  EXPECT_EQ(order, "readable timer");
}

TEST(EventLoop, WatchesSeveralDescriptorsUntilTheyAreForgotten) {
  EventLoop loop = EventLoop::open().value();
  int first[2];
  int second[2];
  ASSERT_EQ(::pipe(first), 0);
  ASSERT_EQ(::pipe(second), 0);
  ASSERT_TRUE(loop.on_readable(first[0], [] { FAIL() << "forgotten"; }));
  ASSERT_TRUE(loop.on_readable(second[0], [&loop] { loop.exit(3); }));
  loop.forget(first[0]);
  ASSERT_EQ(::write(first[1], "x", 1), 1);
  ASSERT_EQ(::write(second[1], "x", 1), 1);
  EXPECT_EQ(loop.run().value(), 3);
}

TEST(EventLoop, DoesNotRunADisarmedTimer) {
  EventLoop loop = EventLoop::open().value();
  ASSERT_TRUE(loop.on_timer([] { FAIL(); }));
  ASSERT_TRUE(loop.arm_timer(BootClock::now()));
  ASSERT_TRUE(loop.arm_timer(std::nullopt));
  ASSERT_TRUE(loop.on_signal(SIGUSR1, [&loop] { loop.exit(0); }));
  ::raise(SIGUSR1);
  EXPECT_EQ(loop.run().value(), 0);
}

TEST(EventLoop, HandsOnAnExceptionOfACallback) {
  EventLoop loop = EventLoop::open().value();
  ASSERT_TRUE(loop.on_signal(SIGUSR2, [] { throw std::runtime_error("out"); }));
  ::raise(SIGUSR2);
  EXPECT_THROW(static_cast<void>(loop.run()), std::runtime_error);
}

}  // namespace
