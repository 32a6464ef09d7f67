// SPDX-License-Identifier: Apache-2.0
// A flag whose values are the names of an enumeration. Who includes this links CLI11.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/enum_names.hpp"

namespace hnv::base {

// `value` gives the default that --help shows, and must outlive the parsing. Another word is
// refused with the list of those that are allowed.
template <class E>
void add_enum_option(CLI::App& app, const std::string& name, E& value, const std::string& text) {
  app.add_option_function<std::string>(
         name, [&value](const std::string& word) { value = *value_of<E>(word); }, text)
      ->check([](const std::string& word) {
        return value_of<E>(word) ? std::string() : "'" + word + "'; allowed: " + list_of_names<E>();
      })
      ->type_name("WORD")
      ->default_str(std::string(name_of(value)));
}

}  // namespace hnv::base
