// SPDX-License-Identifier: Apache-2.0
#include "ctl/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

namespace hnv::ctl {

namespace {

std::string_view colour_code(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::strong:
      return "\x1b[1m";
    case Style::faint:
      return "\x1b[2m";
    case Style::good:
      return "\x1b[32m";
    case Style::warn:
      return "\x1b[33m";
    case Style::bad:
      return "\x1b[1;31m";
  }
  return "";
}

std::string printable(std::string_view text) {
  std::string safe(text);
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return safe;
}

void append(Line& line, std::string_view text, Style style) {
  if (!line.empty() && line.back().style == style) {
    line.back().text.append(text);
  } else {
    line.push_back(Span{std::string(text), style});
  }
}

void pad(Line& line, std::size_t column) {
  const std::size_t width = width_of(line);
  if (width < column) append(line, std::string(column - width, ' '), Style::plain);
}

}  // namespace

std::size_t width_of(const Line& line) {
  std::size_t width = 0;
  for (const Span& span : line) width += span.text.size();
  return width;
}

void add_wrapped(Page& page, Line head, std::size_t indent, std::string_view words, Style style) {
  pad(head, indent);
  Line line = std::move(head);
  bool at_start = true;
  const auto wrap = [&] {
    page.push_back(std::move(line));
    line.clear();
    pad(line, indent);
    at_start = true;
  };
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    std::string_view word = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    if (!at_start && width_of(line) + 1 + word.size() > kColumns) wrap();
    if (!at_start) append(line, " ", style);
    while (width_of(line) + word.size() > kColumns && width_of(line) < kColumns) {
      const std::size_t fits = kColumns - width_of(line);
      append(line, word.substr(0, fits), style);
      word.remove_prefix(fits);
      wrap();
    }
    append(line, word, style);
    at_start = false;
  }
  page.push_back(std::move(line));
}

Line clipped(const Line& line, std::size_t columns) {
  Line result;
  for (const Span& span : line) {
    const std::size_t fits = std::min(span.text.size(), columns);
    if (fits != 0) result.push_back(Span{span.text.substr(0, fits), span.style});
    columns -= fits;
  }
  return result;
}

std::string to_bytes(const Line& line, bool colour) {
  std::string bytes;
  for (const Span& span : line) {
    const std::string_view code = colour ? colour_code(span.style) : "";
    bytes.append(code).append(printable(span.text));
    if (!code.empty()) bytes.append("\x1b[0m");
  }
  if (const auto last = bytes.find_last_not_of(' '); last != std::string::npos) {
    bytes.resize(last + 1);
  }
  return bytes;
}

std::string to_bytes(const Page& page, bool colour) {
  std::string bytes;
  for (const Line& line : page) bytes.append(to_bytes(line, colour)).append("\n");
  return bytes;
}

std::string local_time_text(double unix_seconds) {
  const auto time = static_cast<std::time_t>(unix_seconds);
  struct tm parts {};
  ::localtime_r(&time, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%F %T", &parts)};
}

}  // namespace hnv::ctl
