// SPDX-License-Identifier: Apache-2.0
// Strict reading of YAML: every error says where it is, what was found and what is allowed. The
// first error wins; readers after it return defaults, so that callers check once at the end.
#pragma once

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.hpp"

namespace hnv {

class YamlReader {
 public:
  // Error: not YAML at all.
  static base::Expected<YamlReader> open(std::string_view text, const std::string& file);

  [[nodiscard]] const YAML::Node& root() const { return root_; }

  // The value of `key` in a map whose keys have been checked; empty when absent.
  static YAML::Node child(const YAML::Node& map, const std::string& key);

  // `node` must be a map with these keys only, each at most once.
  bool expect_map(const YAML::Node& node, const std::string& what,
                  const std::vector<std::string_view>& allowed);
  bool expect_sequence(const YAML::Node& node, const std::string& what);
  std::string text(const YAML::Node& node, const std::string& what);
  unsigned number(const YAML::Node& node, const std::string& what, unsigned low, unsigned high);
  // "250ms", "10s", "2m", "1h".
  std::chrono::milliseconds duration(const YAML::Node& node, const std::string& what,
                                     std::chrono::milliseconds longest);

  void fail(const YAML::Node& node, const std::string& problem);
  [[nodiscard]] const std::optional<base::Error>& error() const { return error_; }

 private:
  YAML::Node root_;
  std::string file_;
  std::optional<base::Error> error_;
};

// "1m30s" is not written by anyone; one number and one unit are enough. Empty for anything else.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace hnv
