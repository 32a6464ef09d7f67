// SPDX-License-Identifier: Apache-2.0
#include "ctl/look.hpp"

#include <iostream>
#include <utility>

#include "ctl/verdict.hpp"

namespace hnv::ctl {

tl::expected<Picture, Problem> look(Observer& observer, const LookOptions& options) {
  auto config = find_config(options);
  if (!config) return tl::unexpected(Problem{base::kExitConfig, config.error().to_string()});
  auto picture = observer.look(std::move(*config));
  if (!picture) return tl::unexpected(Problem{base::kExitFailure, picture.error().to_string()});
  return std::move(*picture);
}

tl::expected<Picture, Problem> look_first(Observer& observer, const LookOptions& options) {
  auto picture = look(observer, options);
  if (!picture) return picture;
  if (auto unknown = unknown_bond(*picture, options.bonds)) {
    return tl::unexpected(Problem{base::kExitUsage, std::move(*unknown)});
  }
  return picture;
}

tl::expected<Picture, Problem> look_once(const LookOptions& options) {
  auto observer = Observer::open(options);
  if (!observer) return tl::unexpected(Problem{base::kExitFailure, observer.error().to_string()});
  return look_first(*observer, options);
}

void complain(const std::string& what) {
  std::cerr << "hnvctl: " << what << '\n';
}

}  // namespace hnv::ctl
