// SPDX-License-Identifier: Apache-2.0
// The files of exporter/page/ and the API's schema, which are part of the program.
#pragma once

#include <string_view>

namespace hnv::exporter {

std::string_view page_style();
std::string_view page_script();
std::string_view page_icon();
std::string_view api_schema();

}  // namespace hnv::exporter
