// SPDX-License-Identifier: Apache-2.0
#include "exporter/throughput_history.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "sample_snapshot.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr bond::IfIndex kSriov{4};

class ThroughputHistoryTest : public ::testing::Test {
 protected:
  // The SR-IOV slave has received so many bytes, and sent half of that.
  void record(milliseconds later, std::uint64_t bytes) {
    snapshot_.taken = kNow + later;
    slave_of(snapshot_.bonds[0], kSriov.value).link.stats->receive_bytes = bytes;
    slave_of(snapshot_.bonds[0], kSriov.value).link.stats->transmit_bytes = bytes / 2;
    history_.record(snapshot_);
  }
  [[nodiscard]] double latest() const {
    const auto value = history_.latest(kSriov);
    return value ? value->receive : -1;
  }
  [[nodiscard]] std::ptrdiff_t known() const {
    const auto series = history_.of(kSriov);
    return std::count_if(series.begin(), series.end(),
                         [](const auto& value) { return value.has_value(); });
  }

  Snapshot snapshot_ = healthy_snapshot();
  ThroughputHistory history_;
};

TEST_F(ThroughputHistoryTest, KnowsNothingBeforeTheSecondNote) {
  EXPECT_TRUE(history_.of(kSriov).empty());
  record(seconds(0), 1000);
  EXPECT_EQ(known(), 0);
  EXPECT_EQ(latest(), -1);
  EXPECT_EQ(history_.of(kSriov).size(), ThroughputHistory::kSteps);
}

TEST_F(ThroughputHistoryTest, TellsBytesPerSecond) {
  record(seconds(0), 1000);
  record(seconds(5), 6000);
  EXPECT_EQ(latest(), 1000);
  EXPECT_EQ(history_.of(kSriov).back()->transmit, 500);
  EXPECT_EQ(known(), 1);
}

TEST_F(ThroughputHistoryTest, IgnoresScrapesInBetween) {
  record(seconds(0), 1000);
  record(seconds(2), 900'000);
  record(milliseconds(4999), 900'000);
  EXPECT_EQ(known(), 0);
  record(seconds(5), 6000);
  EXPECT_EQ(latest(), 1000);
}

// A scrape right after a note would divide by nearly nothing.
TEST_F(ThroughputHistoryTest, TakesNoNoteRightAfterAnother) {
  record(milliseconds(4900), 0);
  record(milliseconds(5100), 100);
  EXPECT_EQ(known(), 0);
  record(milliseconds(9900), 5000);
  EXPECT_EQ(latest(), 1000);
}

TEST_F(ThroughputHistoryTest, SpreadsOverStepsWithoutANote) {
  record(seconds(0), 0);
  record(seconds(15), 15'000);
  EXPECT_EQ(known(), 3);
  EXPECT_EQ(latest(), 1000);
}

TEST_F(ThroughputHistoryTest, KnowsNothingOfALongGapOrOfACounterThatWentBack) {
  record(seconds(0), 0);
  record(seconds(65), 65'000);
  EXPECT_EQ(known(), 0);
  record(seconds(70), 10);
  EXPECT_EQ(latest(), -1);
  record(seconds(75), 5010);
  EXPECT_EQ(latest(), 1000);
  EXPECT_EQ(known(), 1);
}

TEST_F(ThroughputHistoryTest, KeepsAQuarterOfAnHour) {
  for (int step = 0; step < 400; ++step) {
    record(step * seconds(5), static_cast<std::uint64_t>(step) * 5000);
  }
  EXPECT_EQ(known(), 180);
  record(seconds(399 * 5 + 3600), 400 * 5000);
  EXPECT_EQ(known(), 0);
}

TEST_F(ThroughputHistoryTest, ForgetsASlaveThatHasGone) {
  record(seconds(0), 0);
  record(seconds(5), 5000);
  const BondReport bond = snapshot_.bonds[0];
  remove_slave(snapshot_.bonds[0], kSriov.value);
  snapshot_.taken = kNow + seconds(10);
  history_.record(snapshot_);
  EXPECT_TRUE(history_.of(kSriov).empty());
  snapshot_.bonds[0] = bond;
  record(seconds(15), 10'000);
  EXPECT_EQ(known(), 0);
}

TEST_F(ThroughputHistoryTest, KeepsWhatItHasWhileTheKernelIsSilent) {
  record(seconds(0), 0);
  record(seconds(5), 5000);
  Snapshot silent = empty_snapshot();
  silent.taken = kNow + seconds(10);
  silent.sources[Source::netlink].error = base::Error{};
  history_.record(silent);
  EXPECT_EQ(known(), 1);
}

TEST_F(ThroughputHistoryTest, IsBounded) {
  BondReport& bond = snapshot_.bonds[0];
  for (std::uint32_t index = 100; index < 100 + 2 * ThroughputHistory::kMostSlaves; ++index) {
    bond.slaves.push_back(virtual_slave(index, "v" + std::to_string(index)));
  }
  record(seconds(0), 0);
  EXPECT_FALSE(history_.of(kSriov).empty());
  EXPECT_TRUE(history_.of(bond.slaves.back().link.index).empty());
}

}  // namespace
