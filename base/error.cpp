// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <cerrno>
#include <cstring>

namespace hnv::base {

namespace {

ErrorCode code_of(int error_number) {
  switch (error_number) {
    case EPERM:
    case EACCES:
      return ErrorCode::permission;
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return ErrorCode::not_found;
    case EOPNOTSUPP:
      return ErrorCode::unsupported;
    case EINVAL:
      return ErrorCode::invalid;
    case EBUSY:
    case EAGAIN:
      return ErrorCode::busy;
    case ETIMEDOUT:
      return ErrorCode::timeout;
    default:
      return ErrorCode::io;
  }
}

}  // namespace

std::string Error::to_string() const {
  std::string text = context;
  if (!object.empty()) text.append(" ").append(object);
  return text.append(": ").append(reason);
}

Error from_errno(std::string_view context, std::string_view object, int error_number) {
  return Error{code_of(error_number), std::string(context), std::string(object),
               errno_text(error_number)};
}

std::string errno_text(int error_number) {
  const char* name = strerrorname_np(error_number);
  const char* description = strerrordesc_np(error_number);
  std::string text = name != nullptr ? name : "errno " + std::to_string(error_number);
  if (description != nullptr) text.append(": ").append(description);
  return text;
}

}  // namespace hnv::base
