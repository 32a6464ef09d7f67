// SPDX-License-Identifier: Apache-2.0
#include "hnv/property.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/unique_fd.hpp"

namespace hnv {

namespace {

using base::Error;
using base::ErrorCode;
using base::failure;
using base::from_errno;

constexpr const char* kAttempt = "read property";

}  // namespace

base::Expected<std::string> read_property(int folder, const char* name) {
  const base::UniqueFd file(
      ::openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW));
  if (!file) return failure(from_errno(kAttempt, name, errno));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failure(from_errno(kAttempt, name, errno));
  if (!S_ISREG(status.st_mode)) {
    return failure(Error{ErrorCode::invalid, kAttempt, name, "not a plain file"});
  }
  std::array<char, kLargestProperty + 1> bytes{};
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t count = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure(from_errno(kAttempt, name, errno));
    if (count == 0) return std::string(bytes.data(), size);
    size += static_cast<std::size_t>(count);
  }
  return failure(Error{ErrorCode::too_large, kAttempt, name,
                       "larger than " + std::to_string(kLargestProperty) + " bytes"});
}

base::Expected<std::string> read_property(const std::filesystem::path& file) {
  return read_property(AT_FDCWD, file.c_str());
}

std::optional<std::uint32_t> parse_cell(std::string_view bytes) {
  constexpr std::size_t kCellSize = 4;
  if (bytes.size() < kCellSize) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < kCellSize; ++index) {
    value = value << 8U | static_cast<std::uint8_t>(bytes[index]);
  }
  return value;
}

std::string parse_text(std::string_view bytes) {
  std::string text(bytes.substr(0, bytes.find_first_of(std::string_view("\0\n", 2))));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

std::optional<bond::MacAddress> parse_local_address(std::string_view bytes) {
  constexpr std::size_t kPadding = 2;
  bond::MacAddress address;
  if (bytes.size() == address.bytes.size() + kPadding) bytes.remove_prefix(kPadding);
  if (bytes.size() != address.bytes.size()) return std::nullopt;
  std::transform(bytes.begin(), bytes.end(), address.bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return address;
}

}  // namespace hnv
