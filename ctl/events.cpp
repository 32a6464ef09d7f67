// SPDX-License-Identifier: Apache-2.0
#include "ctl/events.hpp"

#include <sys/inotify.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>

#include "base/event_loop.hpp"
#include "base/exit_code.hpp"
#include "base/file_watch.hpp"
#include "base/lock_file.hpp"
#include "ctl/event_line.hpp"
#include "ctl/look.hpp"
#include "ctl/terminal.hpp"
#include "hnv/journal_reader.hpp"
#include "hnv/status.hpp"

namespace hnv::ctl {

namespace {

class Events {
 public:
  explicit Events(const EventsOptions& options)
      : options_(options),
        file_(watchdog_events_file(options.status_file)),
        reader_(file_, read_boot_id(options.paths.procfs.native())) {}

  int show() {
    auto news = reader_.read();
    if (!news) {
      explain(news.error());
      return base::kExitFailure;
    }
    if (options_.last) keep_last(*news, *options_.last);
    if (!print(*news)) return base::kExitFailure;
    if (!options_.follow && !watchdog_lives()) {
      complain("no watchdog runs; these events are of one that has ended");
    }
    return base::kExitOk;
  }

  // Watches the folder: the file itself is replaced now and then.
  int follow() {
    auto loop = base::EventLoop::open();
    if (!loop) return fail(loop.error());
    auto watch = base::FileWatch::open();
    if (!watch) return fail(watch.error());
    const auto folder = std::filesystem::path(file_).parent_path();
    if (auto added = watch->add(folder, IN_MODIFY | IN_MOVED_TO | IN_CREATE); !added) {
      return fail(added.error());
    }
    auto ready = loop->on_readable(watch->fd(), [&] {
      if (concerns(watch->read()) && !show_news()) loop->exit(base::kExitFailure);
    });
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
      if (ready) ready = loop->on_signal(number, [&] { loop->exit(base::kExitOk); });
    }
    if (!ready) return fail(ready.error());
    // Watched before it is read, so that nothing falls between.
    if (const int code = show(); code != base::kExitOk) return code;
    const auto code = loop->run();
    return code ? *code : fail(code.error());
  }

 private:
  using News = JournalReader::News;

  static int fail(const base::Error& error) {
    complain(error.to_string());
    return base::kExitFailure;
  }

  [[nodiscard]] bool concerns(const std::vector<base::FileWatch::Event>& changes) const {
    const std::string name = std::filesystem::path(file_).filename();
    return std::any_of(changes.begin(), changes.end(), [&name](const auto& change) {
      return change.watch < 0 || change.name == name;
    });
  }

  // False when nobody takes what we write. A file that cannot be read now is read when it changes
  // again: the watchdog puts a bad one aside and begins another.
  bool show_news() {
    const auto news = reader_.read();
    if (!news) {
      complain(news.error().to_string());
      return true;
    }
    return print(*news);
  }

  [[nodiscard]] bool watchdog_lives() const {
    const auto holder = base::lock_holder(watchdog_lock_file(options_.status_file));
    return holder && holder->has_value();
  }

  void explain(const base::Error& error) const {
    complain(error.to_string());
    if (error.code != base::ErrorCode::not_found) return;
    complain(watchdog_lives() ? "the watchdog that runs has written no events yet"
                              : "no watchdog runs; try: systemctl status hnv-watchdog");
  }

  [[nodiscard]] bool is_wanted(const JournalEvent& event) const {
    if (options_.bonds.empty()) return true;
    const std::string* bond = event.text("bond");
    return bond != nullptr &&
           std::find(options_.bonds.begin(), options_.bonds.end(), *bond) != options_.bonds.end();
  }

  void keep_last(std::vector<News>& all, std::size_t last) const {
    for (std::size_t left = all.size(); left > 0; --left) {
      News& news = all[left - 1];
      auto event = news.events.end();
      while (event != news.events.begin() && last > 0) {
        --event;
        if (is_wanted(*event)) --last;
      }
      // Nothing before the first one that is shown is told of.
      if (event != news.events.begin() || last == 0) news.missing = 0;
      news.events.erase(news.events.begin(), event);
    }
  }

  [[nodiscard]] bool print(const std::vector<News>& all) const {
    std::string bytes;
    for (const News& news : all) {
      // In JSON the sequence numbers tell it.
      if (news.missing != 0 && !options_.json) {
        bytes += to_bytes(missing_line(news.missing), colour_) + "\n";
      }
      for (const JournalEvent& event : news.events) {
        if (!is_wanted(event)) continue;
        bytes += options_.json ? encode_event(event) : to_bytes(event_line(event), colour_) + "\n";
      }
    }
    return write_out(bytes);
  }

  const EventsOptions& options_;
  std::string file_;
  JournalReader reader_;
  const bool colour_ =
      wants_colour(options_.colour, stdout_is_terminal(), environment_allows_colour());
};

}  // namespace

int run_events(const EventsOptions& options) {
  Events events(options);
  return options.follow ? events.follow() : events.show();
}

}  // namespace hnv::ctl
