// SPDX-License-Identifier: Apache-2.0
// The terminal while a program has the whole screen: keys come at once and are not shown, and what
// was there before comes back.
#pragma once

#include <termios.h>

#include "base/expected.hpp"

namespace hnv::ctl {

class RawTerminal {
 public:
  // Of standard input and output. Error unsupported where one of them is no terminal.
  static base::Expected<RawTerminal> open();
  RawTerminal(RawTerminal&& other) noexcept;
  RawTerminal& operator=(RawTerminal&&) = delete;
  ~RawTerminal();

  // For the time of a stop (SIGTSTP): as it was before open(), and back.
  void leave();
  void enter();

 private:
  explicit RawTerminal(const termios& before) : before_(before) {}

  termios before_;
  bool is_ours_ = false;
};

}  // namespace hnv::ctl
