// SPDX-License-Identifier: Apache-2.0
#include "base/file_watch.hpp"

#include <gtest/gtest.h>
#include <sys/inotify.h>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using base::FileWatch;

TEST(FileWatch, TellsWhatHappensInAFolder) {
  const test::TemporaryFolder folder;
  FileWatch watch = FileWatch::open().value();
  const int number = watch.add(folder.path(), IN_CLOSE_WRITE).value();
  EXPECT_TRUE(watch.read().empty()) << "and does not wait";
  folder.write("some", "text");
  folder.write("other", "text");
  const auto events = watch.read();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].watch, number);
  EXPECT_EQ(events[0].mask, IN_CLOSE_WRITE);
  EXPECT_EQ(events[0].name, "some");
  EXPECT_EQ(events[1].name, "other");
}

TEST(FileWatch, TellsThatAWatchHasEnded) {
  const test::TemporaryFolder folder;
  folder.write("some", "");
  FileWatch watch = FileWatch::open().value();
  const int number = watch.add(folder.path() / "some", IN_MODIFY).value();
  std::filesystem::remove(folder.path() / "some");
  const auto events = watch.read();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().watch, number);
  EXPECT_NE(events.back().mask & IN_IGNORED, 0U);
}

TEST(FileWatch, SaysThatThereIsNoSuchFile) {
  FileWatch watch = FileWatch::open().value();
  const auto added = watch.add("/nonexistent/file", IN_MODIFY);
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code, base::ErrorCode::not_found);
}

}  // namespace
