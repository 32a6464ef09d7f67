// SPDX-License-Identifier: Apache-2.0
#include "ctl/watch.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "base/event_loop.hpp"
#include "ctl/look.hpp"
#include "ctl/raw_terminal.hpp"
#include "ctl/screen.hpp"
#include "ctl/watch_page.hpp"
#include "hnv/journal_reader.hpp"

namespace hnv::ctl {

namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

class Watch {
 public:
  Watch(const WatchOptions& options, Observer observer, RawTerminal terminal, base::EventLoop loop)
      : options_(options),
        observer_(std::move(observer)),
        terminal_(std::move(terminal)),
        loop_(std::move(loop)),
        journal_(watchdog_events_file(options.status_file),
                 read_boot_id(options.paths.procfs.native())) {}

  base::Expected<int> run() {
    auto ready = loop_.on_readable(STDIN_FILENO, [this] { on_keys(); });
    if (ready) ready = loop_.on_timer([this] { on_timer(); });
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
      if (ready) ready = loop_.on_signal(number, [this] { loop_.exit(base::kExitOk); });
    }
    if (ready) ready = loop_.on_signal(SIGWINCH, [this] { draw(); });
    if (ready) ready = loop_.on_signal(SIGTSTP, [this] { stop(); });
    if (ready) ready = loop_.on_signal(SIGCONT, [this] { go_on(); });
    if (!ready) return base::failure(ready.error());
    on_timer();
    return loop_.run();
  }

 private:
  void on_timer() {
    seen_ = look(observer_, options_);
    read_events();
    draw();
    const auto armed = loop_.arm_timer(base::BootClock::now() + options_.interval);
    if (!armed) loop_.exit(base::kExitFailure);
  }

  // Without a journal there is nothing to tell of it here: hnvctl events does.
  void read_events() {
    auto news = journal_.read();
    if (!news) return;
    for (auto& piece : *news) {
      std::move(piece.events.begin(), piece.events.end(), std::back_inserter(events_));
    }
    if (events_.size() > kWatchedEvents) {
      events_.erase(events_.begin(), events_.end() - static_cast<std::ptrdiff_t>(kWatchedEvents));
    }
  }

  void draw() {
    const Window window = window_of_stdout();
    Page page;
    if (seen_) {
      WatchPage made =
          watch_page(*seen_, judge(*seen_, options_.bonds), events_, host_, first_, window);
      shown_ = made.shown;
      page = std::move(made.page);
    } else {
      page = {{Span{"hnvctl: " + seen_.error().text, Style::bad}}, {Span{"q quits"}}};
    }
    if (!write_out(screen_.show(page, window))) loop_.exit(base::kExitFailure);
  }

  void on_keys() {
    std::array<char, 64> keys{};
    const ssize_t count = ::read(STDIN_FILENO, keys.data(), keys.size());
    if (count <= 0) return loop_.exit(base::kExitOk);  // the terminal has gone
    for (ssize_t at = 0; at < count; ++at) {
      constexpr char kControlL = '\x0c';
      const char key = keys[static_cast<std::size_t>(at)];
      if (key == 'q' || key == 'Q') return loop_.exit(base::kExitOk);
      if (key == kControlL) screen_.forget();
      if (key == ' ') turn_page();
    }
    draw();
  }

  void turn_page() {
    const std::size_t bonds = seen_ ? judge(*seen_, options_.bonds).size() : 0;
    first_ = first_ + shown_ < bonds ? first_ + shown_ : 0;
  }

  // The signal is ours alone, so the shell sees a program that has been stopped.
  void stop() {
    terminal_.leave();
    ::kill(::getpid(), SIGSTOP);
  }

  void go_on() {
    terminal_.enter();
    screen_.forget();
    draw();
  }

  const WatchOptions& options_;
  Observer observer_;
  RawTerminal terminal_;
  base::EventLoop loop_;
  JournalReader journal_;
  Screen screen_{wants_colour(options_.colour, true, environment_allows_colour())};
  tl::expected<Picture, Problem> seen_ = tl::unexpected(Problem{});
  std::vector<JournalEvent> events_;
  const std::string host_ = host_name();
  std::size_t first_ = 0;
  std::size_t shown_ = 0;
};

}  // namespace

int run_watch(const WatchOptions& options) {
  auto observer = Observer::open(options);
  if (!observer) {
    complain(observer.error().to_string());
    return base::kExitFailure;
  }
  // A mistake is told before the screen is taken.
  if (const auto first = look_first(*observer, options); !first) {
    complain(first.error().text);
    return first.error().code;
  }
  auto loop = base::EventLoop::open();
  auto terminal = RawTerminal::open();
  if (!terminal) {
    complain(terminal.error().to_string());
    return base::kExitFailure;
  }
  base::Expected<int> code =
      loop ? Watch(options, std::move(*observer), std::move(*terminal), std::move(*loop)).run()
           : base::failure(loop.error());
  if (code) return *code;
  complain(code.error().to_string());
  return base::kExitFailure;
}

}  // namespace hnv::ctl
