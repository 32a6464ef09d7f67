// SPDX-License-Identifier: Apache-2.0
#include "exporter/renderer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <vector>

#include "unpacked.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;

Snapshot numbered(int number) {
  Snapshot snapshot;
  snapshot.taken_unix_seconds = number;
  return snapshot;
}

void ignore(const std::string&) {}

void render_number(View view, const Snapshot& snapshot, TextSink& sink) {
  sink.append(base::name_of(view));
  sink.append(" " + std::to_string(static_cast<int>(snapshot.taken_unix_seconds)));
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
  while (renderer.waiting() < late.size()) std::this_thread::yield();
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
  taken = 0;
  EXPECT_EQ(renderer.get(View::metrics, Coding::gzip, std::chrono::seconds(20)).outcome,
            Renderer::Outcome::failed);
  EXPECT_EQ(*renderer.get(View::metrics), "metrics 2");
}

constexpr std::chrono::milliseconds kLong = std::chrono::seconds(20);

TEST(Renderer, CompressesWhatIsWorthIt) {
  std::size_t size = Renderer::kWorthCompressing;
  Renderer renderer([] { return Snapshot(); },
                    [&size](View, const Snapshot&, TextSink& sink) {
                      for (std::size_t byte = 0; byte < size; ++byte) {
                        sink.append(std::to_string(byte % 10));
                      }
                    },
                    ignore);
  const auto small = renderer.get(View::metrics, Coding::gzip, kLong);
  ASSERT_EQ(small.outcome, Renderer::Outcome::done);
  EXPECT_EQ(small.coding, Coding::identity);
  EXPECT_EQ(small.body->size(), size);
  ++size;
  const auto large = renderer.get(View::metrics, Coding::gzip, kLong);
  ASSERT_EQ(large.outcome, Renderer::Outcome::done);
  EXPECT_EQ(large.coding, Coding::gzip);
  EXPECT_LT(large.body->size(), 200U);
  const auto plain = renderer.get(View::metrics, Coding::identity, kLong);
  EXPECT_EQ(plain.coding, Coding::identity);
  EXPECT_EQ(plain.body->size(), size);
  EXPECT_EQ(test::unpacked(*large.body), *plain.body) << "also what came before it was worth it";
}

// Holds the renderer's first round until it is released.
class HeldRenderer {
 public:
  HeldRenderer() {
    first_ = std::async(std::launch::async, [this] { return *renderer_.get(View::metrics); });
    begun_.get_future().wait();
  }
  void release() {
    release_.set_value();
    first_.get();
  }
  Renderer& operator*() { return renderer_; }
  [[nodiscard]] int taken() const { return taken_; }
  [[nodiscard]] int rendered(View view) const { return rendered_[view]; }

 private:
  Snapshot take() {
    if (++taken_ == 1) {
      begun_.set_value();
      release_.get_future().wait();
    }
    return numbered(taken_);
  }
  void render(View view, const Snapshot& snapshot, TextSink& sink) {
    ++rendered_[view];
    render_number(view, snapshot, sink);
    sink.append(std::string(Renderer::kWorthCompressing, ' '));
  }

  std::promise<void> begun_;
  std::promise<void> release_;
  std::atomic<int> taken_{0};
  base::EnumArray<View, std::atomic<int>> rendered_;
  Renderer renderer_{
      [this] { return take(); },
      [this](View view, const Snapshot& snapshot, TextSink& sink) { render(view, snapshot, sink); },
      ignore};
  std::future<std::string> first_;
};

// Whatever mixture of formats and codings they ask for: one snapshot more, each body rendered once
// more, and the very same bytes for all who asked for the same.
TEST(Renderer, FiftyScrapersAtOnceCostTwoRounds) {
  HeldRenderer renderer;
  std::vector<std::future<Renderer::Result>> late;
  late.reserve(50);
  for (int index = 0; index < 50; ++index) {
    const View view = index % 2 == 0 ? View::metrics : View::openmetrics;
    const Coding coding = index % 4 < 2 ? Coding::identity : Coding::gzip;
    late.push_back(std::async(std::launch::async, [&renderer, view, coding] {
      return (*renderer).get(view, coding, kLong);
    }));
  }
  while ((*renderer).waiting() < late.size()) std::this_thread::yield();
  renderer.release();
  std::vector<Renderer::Result> results;
  results.reserve(late.size());
  for (auto& result : late) results.push_back(result.get());
  EXPECT_EQ(renderer.taken(), 2);
  EXPECT_EQ(renderer.rendered(View::metrics), 1 + 2);
  EXPECT_EQ(renderer.rendered(View::openmetrics), 2);
  for (std::size_t index = 0; index < results.size(); ++index) {
    EXPECT_EQ(results[index].outcome, Renderer::Outcome::done);
    EXPECT_EQ(results[index].coding, index % 4 < 2 ? Coding::identity : Coding::gzip);
    EXPECT_EQ(results[index].body, results[index % 4].body) << "one piece of memory for all";
  }
}

TEST(Renderer, KeepsNobodyWaitingLongerThanHeIsPatient) {
  HeldRenderer renderer;
  const auto hurried =
      (*renderer).get(View::metrics, Coding::identity, std::chrono::milliseconds(1));
  EXPECT_EQ(hurried.outcome, Renderer::Outcome::late);
  EXPECT_EQ(hurried.body, nullptr);
  auto patient = std::async(std::launch::async, [&renderer] {
    return (*renderer).get(View::metrics, Coding::identity, kLong);
  });
  renderer.release();
  EXPECT_EQ(patient.get().outcome, Renderer::Outcome::done);
}

// Without memory not even the report of it may succeed.
TEST(Renderer, GoesOnWhenReportingAFailureFails) {
  int taken = 0;
  Renderer renderer(
      [&taken]() -> Snapshot {
        if (++taken == 1) throw std::bad_alloc();
        return numbered(taken);
      },
      render_number, [](const std::string&) { throw std::bad_alloc(); });
  EXPECT_EQ(renderer.get(View::metrics), nullptr);
  EXPECT_EQ(*renderer.get(View::metrics), "metrics 2");
}

TEST(Renderer, EndsWithoutARequest) {
  const Renderer renderer([] { return Snapshot(); }, render_number, ignore);
}

}  // namespace
