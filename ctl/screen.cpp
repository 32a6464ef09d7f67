// SPDX-License-Identifier: Apache-2.0
#include "ctl/screen.hpp"

#include <fmt/format.h>

#include <utility>

namespace hnv::ctl {

std::string Screen::show(const Page& page, const Window& window) {
  std::vector<std::string> lines(window.rows);
  // Some serial consoles wrap at the last column.
  const std::size_t columns = window.columns > 1 ? window.columns - 1 : 1;
  for (std::size_t row = 0; row < lines.size() && row < page.size(); ++row) {
    lines[row] = to_bytes(clipped(page[row], columns), colour_);
  }
  std::string bytes;
  const bool anew = !lines_ || window.rows != window_.rows || window.columns != window_.columns;
  if (anew) bytes = "\x1b[H\x1b[2J";
  for (std::size_t row = 0; row < lines.size(); ++row) {
    const bool is_shown = anew ? lines[row].empty() : lines[row] == (*lines_)[row];
    if (is_shown) continue;
    bytes += fmt::format("\x1b[{};1H{}{}", row + 1, lines[row], anew ? "" : "\x1b[K");
  }
  window_ = window;
  lines_ = std::move(lines);
  return bytes;
}

}  // namespace hnv::ctl
