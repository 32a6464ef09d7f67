// SPDX-License-Identifier: Apache-2.0
// Standard output: a terminal or not, and how a page gets there again and again.
#pragma once

#include <chrono>
#include <string>

#include "ctl/options.hpp"
#include "ctl/text.hpp"

namespace hnv::ctl {

struct Window {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// What the terminal says; what a serial console has when it says nothing.
Window window_of_stdout();

bool stdout_is_terminal();

// `environment_allows`: NO_COLOR is not set and TERM is not "dumb" (no-color.org).
bool wants_colour(ColourChoice choice, bool is_terminal, bool environment_allows);
bool environment_allows_colour();

// The page over the one before, with as few bytes as a slow line deserves: from the upper left
// corner, each line's rest erased, and then everything below. What does not fit is left out; the
// last line says so. Pure.
std::string redraw(const Page& page, const Window& window, bool colour);

// All of it at once; false when nobody takes it.
bool write_out(const std::string& bytes);

// Waits for SIGINT, SIGTERM or SIGHUP, which stay blocked while this lives: a redraw is never cut.
class StopSignals {
 public:
  StopSignals();
  // True when one came within the time.
  bool wait(std::chrono::milliseconds time);
};

}  // namespace hnv::ctl
