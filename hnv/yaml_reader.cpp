// SPDX-License-Identifier: Apache-2.0
#include "hnv/yaml_reader.hpp"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>
#include <utility>

namespace hnv {

namespace {

using base::Error;
using base::ErrorCode;
using base::failure;

std::string position_of(const YAML::Mark& mark) {
  if (mark.is_null()) return "1:1";
  return std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
}

std::string found(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return "'" + node.Scalar() + "'";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a map";
    default:
      return "nothing";
  }
}

std::string join(const std::vector<std::string_view>& words) {
  std::string list;
  for (const std::string_view word : words) {
    if (!list.empty()) list.append(", ");
    list.append(word);
  }
  return list;
}

// A limit is a whole number of hours or of seconds.
std::string limit_text(std::chrono::milliseconds limit) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(limit);
  if (hours == limit) return std::to_string(hours.count()) + "h";
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count()) + "s";
}

// Where the content of each document begins, and nothing of what is in it.
class DocumentStarts : public YAML::EventHandler {
 public:
  std::vector<YAML::Mark> marks;

  void OnDocumentStart(const YAML::Mark&) override { begun_ = true; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string&) override {
    note(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnMapEnd() override {}

 private:
  bool begun_ = false;

  void note(const YAML::Mark& mark) {
    if (std::exchange(begun_, false)) marks.push_back(mark);
  }
};

// Of the first two documents. The parser takes what it cannot begin a document with, such as a
// comma, for empty documents without end: reading all of them would never stop.
std::vector<YAML::Mark> first_documents(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStarts starts;
  while (starts.marks.size() < 2 && parser.HandleNextDocument(starts)) {
  }
  return starts.marks;
}

}  // namespace

base::Expected<YamlReader> YamlReader::open(std::string_view text, const std::string& file) {
  YamlReader reader;
  reader.file_ = file;
  try {
    const std::vector<YAML::Mark> documents = first_documents(std::string(text));
    if (documents.size() > 1) {
      return failure(Error{ErrorCode::invalid, "parse", file + ":" + position_of(documents[1]),
                           "a second document; allowed: one"});
    }
    if (!documents.empty()) reader.root_ = YAML::Load(std::string(text));
  } catch (const YAML::Exception& problem) {
    return failure(
        Error{ErrorCode::invalid, "parse", file + ":" + position_of(problem.mark), problem.msg});
  }
  return reader;
}

YAML::Node YamlReader::child(const YAML::Node& map, const std::string& key) {
  return map.IsMap() ? map[key] : YAML::Node(YAML::NodeType::Undefined);
}

void YamlReader::fail(const YAML::Node& node, const std::string& problem) {
  if (error_) return;
  error_ = Error{ErrorCode::invalid, "parse", file_ + ":" + position_of(node.Mark()), problem};
}

bool YamlReader::expect_map(const YAML::Node& node, const std::string& what,
                            const std::vector<std::string_view>& allowed) {
  if (!node.IsMap()) {
    fail(node, what + " is " + found(node) + "; allowed: a map with the keys " + join(allowed));
    return false;
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const YAML::Node& key = entry.first;
    const std::string name = key.IsScalar() ? key.Scalar() : found(key);
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
      fail(key, "unknown key '" + name + "' in " + what + "; allowed: " + join(allowed));
      return false;
    }
    if (!seen.insert(name).second) {
      fail(key, "key '" + name + "' stands twice in " + what + "; allowed: once");
      return false;
    }
  }
  return true;
}

bool YamlReader::expect_sequence(const YAML::Node& node, const std::string& what) {
  if (node.IsSequence()) return true;
  fail(node, what + " is " + found(node) + "; allowed: a list");
  return false;
}

std::string YamlReader::text(const YAML::Node& node, const std::string& what) {
  if (node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
  fail(node, what + " is " + found(node) + "; allowed: a text");
  return {};
}

unsigned YamlReader::number(const YAML::Node& node, const std::string& what, unsigned low,
                            unsigned high) {
  unsigned value = 0;
  if (node.IsScalar()) {
    const std::string& digits = node.Scalar();
    const char* const end = digits.data() + digits.size();
    const auto [last, error] = std::from_chars(digits.data(), end, value);
    if (error == std::errc() && last == end && value >= low && value <= high) return value;
  }
  fail(node, what + " is " + found(node) + "; allowed: a whole number from " + std::to_string(low) +
                 " to " + std::to_string(high));
  return low;
}

std::chrono::milliseconds YamlReader::duration(const YAML::Node& node, const std::string& what,
                                               std::chrono::milliseconds longest) {
  if (node.IsScalar()) {
    const auto value = parse_duration(node.Scalar());
    if (value && *value <= longest) return *value;
  }
  fail(node, what + " is " + found(node) +
                 "; allowed: a number with ms, s, m or h, such as 10s, up to " +
                 limit_text(longest));
  return {};
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  // Small enough that no unit below can overflow.
  constexpr std::int64_t kMost = 1'000'000'000;
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || value < 0 || value > kMost) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  if (unit == "ms") return std::chrono::milliseconds(value);
  if (unit == "s") return std::chrono::seconds(value);
  if (unit == "m") return std::chrono::minutes(value);
  if (unit == "h") return std::chrono::hours(value);
  return std::nullopt;
}

}  // namespace hnv
