// SPDX-License-Identifier: Apache-2.0
// What a terminal shows, so that a slow line carries only the lines that have changed. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ctl/terminal.hpp"
#include "ctl/text.hpp"

namespace hnv::ctl {

class Screen {
 public:
  explicit Screen(bool colour) : colour_(colour) {}

  // The bytes that make the terminal show the page. Lines are cut at the window's width, and what
  // has no row is left out. Another window than before, and everything is drawn anew.
  std::string show(const Page& page, const Window& window);

  // Nothing is known of what the terminal shows: the next show() draws everything.
  void forget() { lines_.reset(); }

 private:
  bool colour_;
  Window window_;
  std::optional<std::vector<std::string>> lines_;  // as bytes
};

}  // namespace hnv::ctl
