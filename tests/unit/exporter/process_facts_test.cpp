// SPDX-License-Identifier: Apache-2.0
#include "exporter/process_facts.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;

TEST(ProcessReader, TellsThisProcess) {
  ProcessReader reader("/proc");
  const auto facts = reader.read();
  ASSERT_TRUE(facts) << facts.error().to_string();
  EXPECT_GT(facts->resident_bytes, 100'000U);
  EXPECT_GT(facts->virtual_bytes, facts->resident_bytes);
  EXPECT_GE(facts->open_fds, 3U);
  EXPECT_LT(facts->open_fds, 1000U);
  EXPECT_GT(facts->cpu_seconds, 0);
  EXPECT_LE(facts->start_time_unix_seconds, base::unix_time());
  EXPECT_GT(facts->start_time_unix_seconds, base::unix_time() - 3600);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(facts->max_fds, limit.rlim_cur);
  const auto again = reader.read();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->start_time_unix_seconds, facts->start_time_unix_seconds);
}

TEST(ProcessReader, ReadsFieldsBehindAnyName) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "self/fd");
  folder.write("self/stat",
               "42 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 1000 222 333 0\n");
  const auto facts = ProcessReader(folder.path()).read();
  ASSERT_TRUE(facts) << facts.error().to_string();
  EXPECT_EQ(facts->virtual_bytes, 222U);
  EXPECT_EQ(facts->resident_bytes, 333U * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(facts->open_fds, 0U);
}

TEST(ProcessReader, SaysWhatIsWrong) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(ProcessReader(folder.path()).read().error().code, base::ErrorCode::not_found);
  for (const char* stat : {"", "42 (a", "42 (a) S 1 2", "42 (a) S x"}) {
    folder.write("self/stat", stat);
    EXPECT_EQ(ProcessReader(folder.path()).read().error().code, base::ErrorCode::invalid) << stat;
  }
}

}  // namespace
