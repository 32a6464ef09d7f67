// SPDX-License-Identifier: Apache-2.0
#include "exporter/renderer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <vector>

namespace {

using namespace hnv;
using namespace hnv::exporter;

Snapshot numbered(int number) {
  Snapshot snapshot;
  snapshot.taken_unix_seconds = number;
  return snapshot;
}

void ignore(const std::string&) {}

std::string render_number(View view, const Snapshot& snapshot) {
  return std::string(base::name_of(view)) + " " +
         std::to_string(static_cast<int>(snapshot.taken_unix_seconds));
}

TEST(Renderer, TakesANewSnapshotForEachRequest) {
  int taken = 0;
  Renderer renderer([&taken] { return numbered(++taken); }, render_number, ignore);
  EXPECT_EQ(*renderer.get(View::metrics), "metrics 1");
  EXPECT_EQ(*renderer.get(View::live_page), "live_page 2");
}

// Requests that come while a snapshot is being taken wait for the next one, all of them for the
// same.
TEST(Renderer, SharesTheNextRoundAndNeverARunningOne) {
  std::promise<void> first_begun;
  std::promise<void> release;
  int taken = 0;
  Renderer renderer(
      [&] {
        if (++taken == 1) {
          first_begun.set_value();
          release.get_future().wait();
        }
        return numbered(taken);
      },
      render_number, ignore);
  auto first = std::async(std::launch::async, [&] { return *renderer.get(View::metrics); });
  first_begun.get_future().wait();
  std::vector<std::future<std::string>> late;
  late.reserve(8);
  for (int index = 0; index < 8; ++index) {
    const View view = index % 2 == 0 ? View::metrics : View::live_page;
    late.push_back(
        std::async(std::launch::async, [&renderer, view] { return *renderer.get(view); }));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  release.set_value();
  EXPECT_EQ(first.get(), "metrics 1");
  for (std::size_t index = 0; index < late.size(); ++index) {
    EXPECT_EQ(late[index].get(), index % 2 == 0 ? "metrics 2" : "live_page 2");
  }
  EXPECT_EQ(taken, 2);
}

TEST(Renderer, AnExceptionEndsOneRoundOnly) {
  int taken = 0;
  std::string problem;
  Renderer renderer(
      [&taken] {
        if (++taken == 1) throw std::runtime_error("no");
        return numbered(taken);
      },
      render_number, [&problem](const std::string& text) { problem = text; });
  EXPECT_EQ(renderer.get(View::metrics), nullptr);
  EXPECT_EQ(problem, "no");
  EXPECT_EQ(*renderer.get(View::metrics), "metrics 2");
}

TEST(Renderer, EndsWithoutARequest) {
  const Renderer renderer([] { return Snapshot(); }, render_number, ignore);
}

}  // namespace
