// SPDX-License-Identifier: Apache-2.0
// As much of JSON Schema as docs/api.schema.json uses.
#pragma once

#include <string>

namespace hnv::exporter::test {

// What `json` has that the definition `name` of docs/api.schema.json does not allow; "": nothing. A
// member that the definition does not name is told as well: it would not be documented.
std::string schema_problems(const std::string& json, const std::string& name);

}  // namespace hnv::exporter::test
