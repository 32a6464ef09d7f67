// SPDX-License-Identifier: Apache-2.0
// The one error value: what was tried, on what, and why it failed.
#pragma once

#include <string>
#include <string_view>

namespace hnv::base {

// What a caller may want to tell apart. Everything else is `io`, and the reason says more.
enum class ErrorCode {
  io,
  permission,   // EPERM, EACCES on a file
  not_found,    // ENOENT, ENODEV
  unsupported,  // EOPNOTSUPP, a kind or schema that is not ours
  wrong_mode,   // EACCES from the bonding driver: option not allowed in this bond mode
  invalid,      // malformed input
  busy,         // EBUSY, EAGAIN: worth trying again
  timeout,
  interrupted,  // NLM_F_DUMP_INTR: the dump is not one consistent picture
  too_large,
};

struct Error {
  ErrorCode code = ErrorCode::io;
  std::string context;  // the attempt: "set primary"
  std::string object;   // on what: "bond191554c8", a path; may be empty
  std::string reason;   // why: "ENODEV: No such device"

  // "set primary bond191554c8: ENODEV: No such device"
  [[nodiscard]] std::string to_string() const;
};

// `error_number` is a positive errno value.
Error from_errno(std::string_view context, std::string_view object, int error_number);

// "ENODEV: No such device"
std::string errno_text(int error_number);

}  // namespace hnv::base
