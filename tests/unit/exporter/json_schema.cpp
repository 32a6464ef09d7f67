// SPDX-License-Identifier: Apache-2.0
#include "json_schema.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace hnv::exporter::test {

namespace {

using Json = nlohmann::json;

const Json& schema() {
  static const Json whole = Json::parse(std::ifstream(HNV_SOURCE_DIR "/docs/api.schema.json"));
  return whole;
}

bool is_of_type(const Json& value, const std::string& type) {
  if (type == "null") return value.is_null();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return false;
}

class Check {
 public:
  void check(const Json& value, const Json& rule, const std::string& where) {
    static const std::set<std::string> kKnown{"$ref",     "enum",       "type", "minimum",
                                              "required", "properties", "items"};
    for (const auto& [keyword, unused] : rule.items()) {
      if (!kKnown.contains(keyword)) problem(where, "the schema uses " + keyword);
    }
    if (rule.contains("$ref")) {
      const auto pointer = rule["$ref"].get<std::string>().substr(1);
      check(value, schema().at(Json::json_pointer(pointer)), where);
    }
    if (rule.contains("enum") && !holds(rule["enum"], value)) problem(where, "is no such word");
    if (rule.contains("minimum") && value < rule["minimum"]) problem(where, "is too small");
    if (rule.contains("type")) check_type(value, rule["type"], where);
    if (value.is_object() && rule.contains("properties")) check_members(value, rule, where);
    if (value.is_array() && rule.contains("items")) {
      for (const Json& item : value) check(item, rule["items"], where + "[]");
    }
  }

  std::string problems;

 private:
  static bool holds(const Json& list, const Json& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }

  void check_type(const Json& value, const Json& types, const std::string& where) {
    const Json list = types.is_array() ? types : Json::array({types});
    const bool fits = std::any_of(list.begin(), list.end(),
                                  [&value](const Json& type) { return is_of_type(value, type); });
    if (!fits) problem(where, "is a " + std::string(value.type_name()));
  }

  void check_members(const Json& value, const Json& rule, const std::string& where) {
    for (const Json& name : rule["required"]) {
      if (!value.contains(name.get<std::string>())) problem(where, "has no " + name.dump());
    }
    for (const auto& [name, member] : value.items()) {
      if (!rule["properties"].contains(name)) {
        problem(where + "." + name, "is not in the schema");
      } else {
        check(member, rule["properties"][name], where + "." + name);
      }
    }
  }

  void problem(const std::string& where, const std::string& what) {
    problems += where + " " + what + "\n";
  }
};

}  // namespace

std::string schema_problems(const std::string& json, const std::string& name) {
  Check check;
  check.check(Json::parse(json), schema().at("$defs").at(name), name);
  return check.problems;
}

}  // namespace hnv::exporter::test
