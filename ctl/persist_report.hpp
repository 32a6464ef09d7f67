// SPDX-License-Identifier: Apache-2.0
// `hnvctl persist` as text for a person, and its JSON object: a public interface like that of
// status. Pure.
#pragma once

#include <string>
#include <vector>

#include "ctl/persister.hpp"

namespace hnv::ctl {

inline constexpr int kPersistJsonSchema = 1;

std::string persist_text(const std::vector<PersistResult>& results, bool dry_run);
std::string persist_json(const std::vector<PersistResult>& results, bool dry_run);

// 1 when something that should be stored is not.
int exit_code(const std::vector<PersistResult>& results);

}  // namespace hnv::ctl
