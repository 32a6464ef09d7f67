// SPDX-License-Identifier: Apache-2.0
#include "ctl/raw_terminal.hpp"

#include <unistd.h>

#include <string>
#include <utility>

#include "ctl/terminal.hpp"

namespace hnv::ctl {

namespace {

// The other screen of a terminal that has two, and no cursor. A terminal that knows neither ignores
// both, and then the last picture stays above the prompt.
constexpr const char* kEnter = "\x1b[?1049h\x1b[?25l";
constexpr const char* kLeave = "\x1b[?25h\x1b[?1049l";

}  // namespace

base::Expected<RawTerminal> RawTerminal::open() {
  termios before{};
  if (::tcgetattr(STDIN_FILENO, &before) != 0 || !stdout_is_terminal()) {
    return base::failure(base::Error{base::ErrorCode::unsupported, "watch", "",
                                     "needs a terminal; hnvctl status --watch does not"});
  }
  RawTerminal terminal(before);
  terminal.enter();
  return terminal;
}

RawTerminal::RawTerminal(RawTerminal&& other) noexcept
    : before_(other.before_), is_ours_(std::exchange(other.is_ours_, false)) {}

RawTerminal::~RawTerminal() {
  leave();
}

void RawTerminal::enter() {
  if (std::exchange(is_ours_, true)) return;
  termios raw = before_;
  // Ctrl-C and Ctrl-Z stay signals.
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  write_out(kEnter);
}

void RawTerminal::leave() {
  if (!std::exchange(is_ours_, false)) return;
  // To the last row first, for terminals with one screen.
  write_out("\x1b[999;1H\n" + std::string(kLeave));
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

}  // namespace hnv::ctl
