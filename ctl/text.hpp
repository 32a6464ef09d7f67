// SPDX-License-Identifier: Apache-2.0
// Lines of styled ASCII text: made without knowing the terminal, turned into bytes at the end.
// Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "hnv/duration_words.hpp"

namespace hnv::ctl {

enum class Style { plain, strong, faint, good, warn, bad };

struct Span {
  std::string text;
  Style style = Style::plain;
  bool operator==(const Span&) const = default;
};

using Line = std::vector<Span>;
using Page = std::vector<Line>;

// The widest line that we make: one column less than the narrowest terminal, because some serial
// consoles wrap at the last one.
inline constexpr std::size_t kColumns = 79;

std::size_t width_of(const Line& line);

// Appends `words` to `head`, filled with spaces up to `indent`, and continues on lines indented
// alike. A word that is longer than a line is broken.
void add_wrapped(Page& page, Line head, std::size_t indent, std::string_view words,
                 Style style = Style::plain);

// Without what does not fit.
Line clipped(const Line& line, std::size_t columns);

// One line for the terminal, without its end. Bytes that are not printable ASCII become '?': names
// of interfaces may hold anything, and must not command a terminal.
std::string to_bytes(const Line& line, bool colour);

std::string to_bytes(const Page& page, bool colour);  // each line ended

// "2026-11-24 15:05:13", of this machine's time zone.
std::string local_time_text(double unix_seconds);

}  // namespace hnv::ctl
