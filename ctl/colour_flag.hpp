// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "ctl/options.hpp"

namespace hnv::ctl {

inline void add_colour_flag(CLI::App& command, ColourChoice& choice) {
  command
      .add_option_function<std::string>(
          "--color",
          [&choice](const std::string& word) { choice = *base::value_of<ColourChoice>(word); },
          "auto (a terminal, NO_COLOR unset), always, never")
      ->check([](const std::string& word) {
        return base::value_of<ColourChoice>(word)
                   ? std::string()
                   : "'" + word + "'; allowed: " + base::list_of_names<ColourChoice>();
      })
      ->type_name("WORD")
      ->default_str(std::string(base::name_of(choice)));
}

}  // namespace hnv::ctl
