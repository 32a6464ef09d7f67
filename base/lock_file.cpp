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
  constexpr mode_t kLockMode = 0644;
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kLockMode));
  if (!file) return failure(from_errno("open lock", path.native(), errno));
  if (::fchmod(file.get(), kLockMode) != 0 && errno != EPERM) {
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
  return LockProbe(path).holder();
}

Expected<std::optional<pid_t>> LockProbe::holder() {
  const auto opened = open_present_file();
  if (!opened) return failure(opened.error());
  if (!*opened) return std::nullopt;
  struct flock lock = whole_file_write_lock();
  if (::fcntl(fd_.get(), F_GETLK, &lock) != 0) {
    return failure(from_errno("ask for lock", file_.native(), errno));
  }
  if (lock.l_type == F_UNLCK) return std::nullopt;
  return lock.l_pid;
}

// False: there is no file.
Expected<bool> LockProbe::open_present_file() {
  struct stat now {};
  if (::stat(file_.c_str(), &now) != 0) {
    fd_ = UniqueFd();
    if (errno == ENOENT) return false;
    return failure(from_errno("open lock", file_.native(), errno));
  }
  if (fd_ && now.st_dev == device_ && now.st_ino == inode_) return true;
  fd_ = UniqueFd(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd_) {
    if (errno == ENOENT) return false;
    return failure(from_errno("open lock", file_.native(), errno));
  }
  device_ = now.st_dev;
  inode_ = now.st_ino;
  return true;
}

}  // namespace hnv::base
