// SPDX-License-Identifier: Apache-2.0
#include "exporter/html.hpp"

#include <cstdint>
#include <optional>

namespace hnv::exporter {

namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t size = 1;  // in bytes
};

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// The first character; empty: these bytes are not UTF-8.
std::optional<Character> decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80U) return Character{lead, 1};
  const std::size_t size = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
  if (lead < 0xC2U || lead > 0xF4U) return std::nullopt;
  std::uint32_t code = lead & (0xFFU >> (size + 1));
  for (std::size_t index = 1; index < size; ++index) {
    if (!is_continuation(text, index)) return std::nullopt;
    code = code << 6U | (static_cast<unsigned char>(text[index]) & 0x3FU);
  }
  const bool overlong = (size == 3 && code < 0x800U) || (size == 4 && code < 0x10000U);
  const bool surrogate = code >= 0xD800U && code <= 0xDFFFU;
  if (overlong || surrogate || code > 0x10FFFFU) return std::nullopt;
  return Character{code, size};
}

// Control characters, and those that change the direction or hide themselves: a name must not
// rearrange the page around it.
bool is_shown(std::uint32_t code) {
  if (code < 0x20U) return code == '\n' || code == '\t';
  const bool control = code >= 0x7FU && code <= 0x9FU;
  const bool direction = code == 0x061CU || (code >= 0x200BU && code <= 0x200FU) ||
                         (code >= 0x2028U && code <= 0x202EU) ||
                         (code >= 0x2060U && code <= 0x206FU) || code == 0xFEFFU;
  return !control && !direction && code != 0xFFFEU && code != 0xFFFFU;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return "";
  }
}

}  // namespace

std::string escape_html(std::string_view text) {
  constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";
  std::string escaped;
  escaped.reserve(text.size());
  while (!text.empty()) {
    const auto character = decode(text);
    const std::size_t size = character ? character->size : 1;
    const std::string_view special = entity(text.front());
    if (!character || !is_shown(character->code)) {
      escaped.append(kReplacementCharacter);
    } else {
      escaped.append(special.empty() ? text.substr(0, size) : special);
    }
    text.remove_prefix(size);
  }
  return escaped;
}

}  // namespace hnv::exporter
