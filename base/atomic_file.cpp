// SPDX-License-Identifier: Apache-2.0
#include "base/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/unique_fd.hpp"

namespace hnv::base {

namespace {

constexpr mode_t kWorldReadable = 0644;

Expected<void> write_all(int fd, std::string_view content, const std::string& name) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return failure(from_errno("write", name, errno));
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Expected<void> fill_and_rename(int fd, const std::string& temporary,
                               const std::filesystem::path& path, std::string_view content) {
  // The umask of whoever started us must not hide the file from the exporter.
  if (::fchmod(fd, kWorldReadable) != 0) {
    return failure(from_errno("set mode of", temporary, errno));
  }
  if (auto written = write_all(fd, content, temporary); !written) return written;
  if (::fsync(fd) != 0) return failure(from_errno("sync", temporary, errno));
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    return failure(from_errno("rename to", path.native(), errno));
  }
  return {};
}

}  // namespace

Expected<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file) return failure(from_errno("read", path.native(), errno));
  std::string content;
  std::array<char, 4096> piece{};
  while (true) {
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return failure(from_errno("read", path.native(), errno));
    }
    if (count == 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(count));
    if (content.size() > limit) {
      return failure(Error{ErrorCode::too_large, "read", path.native(),
                           "larger than " + std::to_string(limit) + " bytes"});
    }
  }
}

Expected<std::string> read_link_name(const std::filesystem::path& path) {
  std::error_code error;
  const auto target = std::filesystem::read_symlink(path, error);
  if (error) return failure(from_errno("read link", path.native(), error.value()));
  return target.filename().native();
}

Expected<void> replace_file(const std::filesystem::path& path, std::string_view content) {
  return replace_file(path, content, path.native() + ".new");
}

Expected<void> replace_file(const std::filesystem::path& path, std::string_view content,
                            const std::filesystem::path& beside) {
  const std::string& temporary = beside.native();
  // Left by whoever died while writing; or put there by somebody else who may write the folder, as
  // a link to what we must not overwrite.
  ::unlink(temporary.c_str());
  const UniqueFd file(::open(temporary.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kWorldReadable));
  if (!file) return failure(from_errno("create", temporary, errno));
  auto replaced = fill_and_rename(file.get(), temporary, path, content);
  // Half a file would be in the way of a full file system's next one.
  if (!replaced) ::unlink(temporary.c_str());
  return replaced;
}

}  // namespace hnv::base
