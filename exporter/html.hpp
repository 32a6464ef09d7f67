// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace hnv::exporter {

// Text that comes from outside, such as the name of an interface, for element content and quoted
// attributes. The kernel takes nearly every byte in a name: what is not UTF-8, or commands instead
// of being shown, becomes U+FFFD.
std::string escape_html(std::string_view text);

}  // namespace hnv::exporter
