// SPDX-License-Identifier: Apache-2.0
#include "exporter/live_feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <new>
#include <utility>

namespace {

using namespace hnv::exporter;
using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

Renderer::Body body(const std::string& revision, int number) {
  return std::make_shared<const std::string>(R"({"revision":")" + revision + R"(","number":)" +
                                             std::to_string(number) + "}");
}

LiveFeed::Periods periods(milliseconds idle, milliseconds watched, milliseconds heartbeat) {
  LiveFeed::Periods all;
  all.idle = idle;
  all.watched = watched;
  all.heartbeat = heartbeat;
  return all;
}

TEST(LiveFeed, TellsTheFirstAtOnce) {
  LiveFeed feed([](bool) { return body("a", 1); }, periods(hours(1), hours(1), hours(1)));
  EXPECT_EQ(feed.open()->next(),
            "id: a\nevent: bonds\ndata: {\"revision\":\"a\",\"number\":1}\n\n");
}

TEST(LiveFeed, TellsWhatHasAnotherRevisionOnly) {
  std::atomic<int> looks{0};
  LiveFeed feed(
      [&looks](bool) {
        const int look = ++looks;
        return body(look < 5 ? "a" : "b", look);
      },
      periods(hours(1), milliseconds(1), hours(1)));
  const auto stream = feed.open();
  EXPECT_THAT(stream->next(), HasSubstr("id: a\n"));
  EXPECT_THAT(stream->next(), HasSubstr("id: b\n"));
  EXPECT_GE(looks, 5);
}

TEST(LiveFeed, TellsTheSameNowAndThen) {
  LiveFeed feed([](bool) { return body("a", 1); },
                periods(milliseconds(20), milliseconds(1), hours(1)));
  const auto stream = feed.open();
  EXPECT_THAT(stream->next(), HasSubstr("id: a\n"));
  EXPECT_THAT(stream->next(), HasSubstr("id: a\n"));
}

TEST(LiveFeed, LooksAlsoWhenNobodyListens) {
  std::promise<void> thrice;
  int looks = 0;
  const LiveFeed feed(
      [&](bool followed) {
        EXPECT_FALSE(followed);
        if (++looks == 3) thrice.set_value();
        return Renderer::Body();
      },
      periods(milliseconds(1), milliseconds(1), hours(1)));
  EXPECT_EQ(thrice.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

// Who comes during a look that was made for nobody hears the next, which is made at once.
TEST(LiveFeed, TellsAFollowerOnlyWhatWasMadeForOne) {
  std::promise<void> begun;
  std::promise<void> release;
  LiveFeed feed(
      [&, first = true](bool followed) mutable {
        if (std::exchange(first, false)) {
          begun.set_value();
          release.get_future().wait();
        }
        return body(followed ? "followed" : "alone", 1);
      },
      periods(milliseconds(1), hours(1), milliseconds(20)));
  begun.get_future().wait();
  const auto stream = feed.open();
  EXPECT_EQ(stream->next(), ":\n\n") << "it follows by now, and the look has not ended";
  release.set_value();
  std::string heard;
  while ((heard = stream->next()) == ":\n\n") continue;
  EXPECT_THAT(heard, HasSubstr("id: followed\n"));
}

TEST(LiveFeed, GivesASignOfLifeWhileNoLookSucceeds) {
  LiveFeed feed([](bool) { return Renderer::Body(); },
                periods(hours(1), milliseconds(1), milliseconds(5)));
  EXPECT_EQ(feed.open()->next(), ":\n\n");
}

TEST(LiveFeed, WithoutMemoryItGoesOnAndOwesTheFirstMessage) {
  std::atomic<int> looks{0};
  LiveFeed feed(
      [&looks](bool) {
        if (++looks == 1) throw std::bad_alloc();
        return body("a", looks);
      },
      periods(hours(1), milliseconds(1), hours(1)));
  EXPECT_THAT(feed.open()->next(), HasSubstr("\"number\":2"));
}

TEST(LiveFeed, EveryStreamHearsOfIt) {
  LiveFeed feed([](bool) { return body("a", 1); }, periods(hours(1), hours(1), hours(1)));
  const auto one = feed.open();
  const auto two = feed.open();
  EXPECT_THAT(one->next(), HasSubstr("id: a\n"));
  EXPECT_THAT(two->next(), HasSubstr("id: a\n"));
}

TEST(LiveFeed, NewcomersGetWhatOthersWereToldAMomentAgo) {
  std::atomic<int> looks{0};
  LiveFeed feed([&looks](bool) { return body("a", ++looks); },
                periods(hours(1), hours(1), hours(1)));
  for (int newcomer = 0; newcomer < 5; ++newcomer) {
    EXPECT_THAT(feed.open()->next(), HasSubstr("\"number\":1}"));
  }
  EXPECT_EQ(looks, 1);
}

TEST(LiveFeed, StreamsEndWithIt) {
  std::shared_ptr<HttpStream> stream;
  std::future<std::string> end;
  {
    LiveFeed feed([](bool) { return body("a", 1); }, periods(hours(1), hours(1), hours(1)));
    stream = feed.open();
    EXPECT_THAT(stream->next(), HasSubstr("id: a\n"));
    end = std::async(std::launch::async, [&stream] { return stream->next(); });
  }
  EXPECT_EQ(end.get(), "");
}

TEST(LiveFeed, AStreamCanBeEndedWhileItWaits) {
  LiveFeed feed([](bool) { return body("a", 1); }, periods(hours(1), hours(1), hours(1)));
  const auto stream = feed.open();
  stream->next();
  auto end = std::async(std::launch::async, [&stream] { return stream->next(); });
  stream->end();
  EXPECT_EQ(end.get(), "");
}

}  // namespace
