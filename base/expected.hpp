// SPDX-License-Identifier: Apache-2.0
// Expected<T>: a value or an Error. tl::expected until every compiler we build with has
// std::expected.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.hpp"

namespace hnv::base {

template <class T>
using Expected = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace hnv::base
