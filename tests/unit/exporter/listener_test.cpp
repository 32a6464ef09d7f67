// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using front::Listener;
using ::testing::HasSubstr;

TEST(Listener, ChoosesAFreePort) {
  const auto first = Listener::open({"127.0.0.1", 0});
  const auto second = Listener::open({"::1", 0});
  ASSERT_TRUE(first) << first.error().to_string();
  ASSERT_TRUE(second) << second.error().to_string();
  EXPECT_NE(first->address().port, 0);
  EXPECT_EQ(second->address().host, "::1");
}

TEST(Listener, SaysWhichAddressItCannotListenOnAndWhy) {
  const auto first = Listener::open({"127.0.0.1", 0});
  ASSERT_TRUE(first);
  const auto second = Listener::open(first->address());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().to_string(),
              HasSubstr("127.0.0.1:" + std::to_string(first->address().port)));
  EXPECT_THAT(second.error().to_string(), HasSubstr("Address already in use"));
}

TEST(Listener, UnixSocketIsForOwnerAndGroup) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "s";
  const auto listener = Listener::open({"", 0, path});
  ASSERT_TRUE(listener) << listener.error().to_string();
  struct stat found {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0660U);
}

TEST(Listener, ReplacesADeadUnixSocketAndNoLivingOne) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "s";
  {
    const base::UniqueFd dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  const auto first = Listener::open({"", 0, path});
  ASSERT_TRUE(first) << first.error().to_string();
  const auto second = Listener::open({"", 0, path});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().to_string(), HasSubstr("Address already in use"));
  EXPECT_TRUE(std::filesystem::exists(path)) << "the living one's";
}

TEST(Listener, LeavesOtherFilesAlone) {
  const test::TemporaryFolder folder;
  folder.write("s", "precious");
  const auto listener = Listener::open({"", 0, folder.path() / "s"});
  ASSERT_FALSE(listener);
  EXPECT_THAT(listener.error().to_string(), HasSubstr("no socket"));
  EXPECT_TRUE(std::filesystem::is_regular_file(folder.path() / "s"));
}

TEST(Listener, SaysWhenTheServiceManagerPassesNothing) {
  const auto listeners = front::listeners_from_service_manager();
  ASSERT_FALSE(listeners);
  EXPECT_THAT(listeners.error().to_string(), HasSubstr(".socket unit"));
}

}  // namespace
