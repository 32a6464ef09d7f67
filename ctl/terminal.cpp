// SPDX-License-Identifier: Apache-2.0
#include "ctl/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

namespace hnv::ctl {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
  return set;
}

// An empty value counts as unset.
std::string_view environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value != nullptr ? value : "";
}

}  // namespace

Window window_of_stdout() {
  Window window;
  struct winsize size {};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return window;
  if (size.ws_col != 0) window.columns = size.ws_col;
  if (size.ws_row != 0) window.rows = size.ws_row;
  return window;
}

bool stdout_is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

bool wants_colour(ColourChoice choice, bool is_terminal, bool environment_allows) {
  switch (choice) {
    case ColourChoice::automatic:
      return is_terminal && environment_allows;
    case ColourChoice::always:
      return true;
    case ColourChoice::never:
      return false;
  }
  return false;
}

bool environment_allows_colour() {
  return environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

std::string redraw(const Page& page, const Window& window, bool colour) {
  // The cursor rests below the last line, so that one row is its own.
  const std::size_t room = std::max<std::size_t>(window.rows, 2) - 1;
  Page shown(page.begin(), page.begin() + static_cast<std::ptrdiff_t>(std::min(room, page.size())));
  if (page.size() > room) {
    const std::size_t hidden = page.size() - room + 1;
    shown.back() = {Span{"(" + std::to_string(hidden) +
                             " more lines do not fit; name a bond: hnvctl status BOND --watch)",
                         Style::warn}};
  }
  std::string bytes = "\x1b[H";
  for (const Line& line : shown) {
    bytes.append(to_bytes(clipped(line, window.columns), colour)).append("\x1b[K\n");
  }
  return bytes.append("\x1b[J");
}

bool write_out(const std::string& bytes) {
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() &&
         std::fflush(stdout) == 0;
}

StopSignals::StopSignals() {
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool StopSignals::wait(std::chrono::milliseconds time) {
  const sigset_t set = stop_signals();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  struct timespec timeout {};
  timeout.tv_sec = seconds.count();
  timeout.tv_nsec = std::chrono::nanoseconds(time - seconds).count();
  // Interrupted by something else (a stop and continue): as good as the end of the wait.
  return ::sigtimedwait(&set, nullptr, &timeout) > 0;
}

}  // namespace hnv::ctl
