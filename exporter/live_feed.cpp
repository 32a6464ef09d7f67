// SPDX-License-Identifier: Apache-2.0
#include "exporter/live_feed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "exporter/bonds_json.hpp"

namespace hnv::exporter {

using std::chrono::steady_clock;

// What the feed and its streams share; a stream may outlive the feed.
struct LiveFeed::Hub {
  std::mutex mutex;
  std::condition_variable look;  // for the feed: somebody came, or it is to end
  std::condition_variable news;  // for the streams
  unsigned watchers = 0;
  bool newcomer = false;  // waits for a first message
  bool stopping = false;
  std::uint64_t number = 0;  // of the message; 0: none yet
  std::string revision;
  std::shared_ptr<const std::string> message;
  steady_clock::time_point told;  // when that was made
};

class LiveFeed::Stream : public HttpStream {
 public:
  Stream(std::shared_ptr<Hub> hub, const Periods& periods)
      : hub_(std::move(hub)), periods_(periods) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  Stream(Stream&&) = delete;
  Stream& operator=(Stream&&) = delete;
  ~Stream() override {
    const std::lock_guard lock(hub_->mutex);
    if (watches_) --hub_->watchers;
  }

  std::string next() override {
    std::unique_lock lock(hub_->mutex);
    if (!watches_) begin_to_watch();
    const bool woken = hub_->news.wait_for(lock, periods_.heartbeat, [this] {
      return ended_ || hub_->stopping || hub_->number != seen_;
    });
    if (ended_ || hub_->stopping) return "";
    if (!woken) return ":\n\n";  // a comment
    seen_ = hub_->number;
    return *hub_->message;
  }

  void end() override {
    const std::lock_guard lock(hub_->mutex);
    ended_ = true;
    hub_->news.notify_all();
  }

 private:
  // Not when it is made: a stream that is refused is never read.
  void begin_to_watch() {
    watches_ = true;
    ++hub_->watchers;
    hub_->look.notify_one();
    if (hub_->number != 0 && steady_clock::now() - hub_->told < periods_.watched) return;
    seen_ = hub_->number;
    hub_->newcomer = true;
  }

  std::shared_ptr<Hub> hub_;
  Periods periods_;
  bool watches_ = false;
  std::uint64_t seen_ = 0;
  bool ended_ = false;
};

LiveFeed::LiveFeed(Look look, Periods periods)
    : look_(std::move(look)),
      periods_(periods),
      hub_(std::make_shared<Hub>()),
      thread_([this] { run(); }) {}

LiveFeed::~LiveFeed() {
  {
    const std::lock_guard lock(hub_->mutex);
    hub_->stopping = true;
    hub_->look.notify_one();
    hub_->news.notify_all();
  }
  thread_.join();
}

std::shared_ptr<HttpStream> LiveFeed::open() {
  return std::make_shared<Stream>(hub_, periods_);
}

void LiveFeed::run() {
  std::unique_lock lock(hub_->mutex);
  // A look that nobody followed has told nothing: whoever comes then is not to wait for the next.
  auto due_followed = steady_clock::now();
  auto due_alone = due_followed + periods_.idle;
  while (!hub_->stopping) {
    const bool followed = hub_->watchers != 0;
    const auto due = followed ? due_followed : due_alone;
    const auto now = steady_clock::now();
    if (now < due) {
      hub_->look.wait_until(lock, due);
      continue;
    }
    if (followed) due_followed = now + periods_.watched;
    due_alone = now + periods_.idle;
    try {
      look_once(lock, followed, now);
    } catch (const std::exception&) {
      // Out of memory: the next look is in its time, and a newcomer still waits for it.
      if (!lock.owns_lock()) lock.lock();
    }
  }
}

void LiveFeed::look_once(std::unique_lock<std::mutex>& lock, bool followed,
                         steady_clock::time_point now) {
  lock.unlock();
  const Renderer::Body body = look_(followed);
  lock.lock();
  if (!body || !followed || hub_->watchers == 0) return;
  const std::string_view present = revision_of(*body);
  if (!hub_->newcomer && present == hub_->revision && now - hub_->told < periods_.idle) return;
  auto message = std::make_shared<const std::string>(
      fmt::format("id: {}\nevent: bonds\ndata: {}\n\n", present, *body));
  hub_->revision = present;
  hub_->message = std::move(message);
  hub_->newcomer = false;
  hub_->told = now;
  ++hub_->number;
  hub_->news.notify_all();
}

}  // namespace hnv::exporter
