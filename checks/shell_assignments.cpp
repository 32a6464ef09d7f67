// SPDX-License-Identifier: Apache-2.0
#include "checks/shell_assignments.hpp"

#include <algorithm>

namespace hnv::checks {

namespace {

bool is_blank(char character) {
  return character == ' ' || character == '\t' || character == '\r';
}

bool is_name_start(char character) {
  return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z') ||
         character == '_';
}

bool is_name(char character) {
  return is_name_start(character) || (character >= '0' && character <= '9');
}

// One value, from behind its '='.
class ValueReader {
 public:
  ValueReader(std::string_view text, std::size_t begin, Assignment& into)
      : text_(text), at_(begin), into_(into) {
    into_.begin = begin;
  }

  void read() {
    while (!is_over()) {
      const char character = text_[at_];
      if (character == '\'') {
        read_single_quoted();
      } else if (character == '"') {
        read_double_quoted();
      } else if (character == '\\') {
        read_escaped();
      } else {
        if (character == '$' || character == '`') into_.literal = false;
        take();
      }
    }
    into_.end = at_;
    check_rest();
  }

  // A quote without its end.
  [[nodiscard]] bool is_open() const { return is_open_; }

 private:
  [[nodiscard]] bool is_over() const {
    return at_ >= text_.size() || is_blank(text_[at_]) || text_[at_] == '\n' || text_[at_] == ';';
  }

  void take() {
    into_.value += text_[at_];
    into_.at.push_back(at_);
    ++at_;
  }

  void read_single_quoted() {
    into_.quoted = true;
    ++at_;
    while (at_ < text_.size() && text_[at_] != '\'') take();
    close_quote();
  }

  void read_double_quoted() {
    into_.quoted = true;
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\') {
        // Only before these does a backslash mean anything here.
        constexpr std::string_view kEscapable = "$`\"\\\n";
        if (at_ + 1 < text_.size() && kEscapable.find(text_[at_ + 1]) != std::string_view::npos) {
          read_escaped();
          continue;
        }
      } else if (text_[at_] == '$' || text_[at_] == '`') {
        into_.literal = false;
      }
      take();
    }
    close_quote();
  }

  void close_quote() {
    if (at_ < text_.size()) {
      ++at_;
    } else {
      into_.literal = false;
      is_open_ = true;
    }
  }

  void read_escaped() {
    into_.quoted = true;
    ++at_;
    if (at_ >= text_.size()) {
      into_.literal = false;
    } else if (text_[at_] == '\n') {
      ++at_;  // the line goes on
    } else {
      take();
    }
  }

  // `NAME=value command` sets nothing that lasts.
  void check_rest() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    const bool ends = at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '#';
    if (!ends) into_.literal = false;
  }

  std::string_view text_;
  std::size_t at_;
  Assignment& into_;
  bool is_open_ = false;
};

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

std::size_t next_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

// Where the value of the assignment at `at` begins; npos: there is none.
std::size_t read_name(std::string_view text, std::size_t at, std::string& name) {
  constexpr std::string_view kExport = "export ";
  if (text.substr(at, kExport.size()) == kExport) at = skip_blanks(text, at + kExport.size());
  const std::size_t begin = at;
  if (at >= text.size() || !is_name_start(text[at])) return std::string_view::npos;
  while (at < text.size() && is_name(text[at])) ++at;
  if (at >= text.size() || text[at] != '=') return std::string_view::npos;
  name = text.substr(begin, at - begin);
  return at + 1;
}

}  // namespace

std::vector<Assignment> parse_assignments(std::string_view text) {
  std::vector<Assignment> found;
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    Assignment assignment;
    const std::size_t start = skip_blanks(text, at);
    const std::size_t value = read_name(text, start, assignment.name);
    std::size_t next = next_line(text, at);
    if (value != std::string_view::npos) {
      assignment.line = line;
      ValueReader reader(text, value, assignment);
      reader.read();
      // An open quote would swallow the rest of the file, so that what follows is read as if it
      // were not there.
      if (!reader.is_open()) next = next_line(text, assignment.end);
      found.push_back(std::move(assignment));
    }
    line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                text.begin() + static_cast<std::ptrdiff_t>(next),
                                                '\n'));
    at = next;
  }
  return found;
}

const Assignment* find_assignment(const std::vector<Assignment>& assignments,
                                  std::string_view name) {
  const auto found =
      std::find_if(assignments.rbegin(), assignments.rend(),
                   [name](const Assignment& assignment) { return assignment.name == name; });
  return found == assignments.rend() ? nullptr : &*found;
}

std::vector<Word> words_of(std::string_view value) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<Word> words;
  std::size_t at = value.find_first_not_of(kBlanks);
  while (at != std::string_view::npos) {
    const std::size_t end = std::min(value.find_first_of(kBlanks, at), value.size());
    words.push_back(Word{at, end});
    at = value.find_first_not_of(kBlanks, end);
  }
  return words;
}

}  // namespace hnv::checks
