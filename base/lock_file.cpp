// SPDX-License-Identifier: Apache-2.0
#include "base/lock_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

namespace hnv::base {

namespace {

struct flock whole_file_write_lock() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

Expected<LockFile> LockFile::acquire(const std::filesystem::path& path) {
  constexpr mode_t kWorldReadable = 0644;
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kWorldReadable));
  if (!file) return failure(from_errno("open lock", path.native(), errno));
  if (::fchmod(file.get(), kWorldReadable) != 0 && errno != EPERM) {
    return failure(from_errno("set mode of lock", path.native(), errno));
  }
  struct flock lock = whole_file_write_lock();
  if (::fcntl(file.get(), F_SETLK, &lock) == 0) return LockFile(std::move(file));
  if (errno != EACCES && errno != EAGAIN) return failure(from_errno("lock", path.native(), errno));
  Error error{ErrorCode::busy, "lock", path.native(), "held by another process"};
  if (::fcntl(file.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) {
    error.reason = "held by pid " + std::to_string(lock.l_pid);
  }
  return failure(std::move(error));
}

Expected<std::optional<pid_t>> lock_holder(const std::filesystem::path& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    return failure(from_errno("open lock", path.native(), errno));
  }
  struct flock lock = whole_file_write_lock();
  if (::fcntl(file.get(), F_GETLK, &lock) != 0) {
    return failure(from_errno("ask for lock", path.native(), errno));
  }
  if (lock.l_type == F_UNLCK) return std::nullopt;
  return lock.l_pid;
}

}  // namespace hnv::base
