// SPDX-License-Identifier: Apache-2.0
#include "ctl/file_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/unique_fd.hpp"
#include "checks/primary_edit.hpp"

namespace hnv::ctl {

namespace {

namespace fs = std::filesystem;
using base::UniqueFd;

base::Expected<void> copy_attributes(int from, int to, const std::string& name) {
  const ssize_t length = ::flistxattr(from, nullptr, 0);
  if (length < 0 && errno == ENOTSUP) return {};  // a file system without any
  std::vector<char> names(length > 0 ? static_cast<std::size_t>(length) : 0);
  const ssize_t filled = ::flistxattr(from, names.data(), names.size());
  if (filled < 0) return base::failure(base::from_errno("list attributes of", name, errno));
  const char* end = names.data() + filled;
  for (const char* key = names.data(); key < end; key += std::string_view(key).size() + 1) {
    const ssize_t size = ::fgetxattr(from, key, nullptr, 0);
    std::vector<char> value(size > 0 ? static_cast<std::size_t>(size) : 0);
    const ssize_t got = ::fgetxattr(from, key, value.data(), value.size());
    if (size < 0 || got < 0 ||
        ::fsetxattr(to, key, value.data(), static_cast<std::size_t>(got), 0) != 0) {
      return base::failure(
          base::from_errno(std::string("copy attribute ") + key + " of", name, errno));
    }
  }
  return {};
}

base::Expected<void> write_all(int fd, std::string_view content, const std::string& name) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return base::failure(base::from_errno("write", name, errno));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

base::Expected<void> fill(int fd, int original, std::string_view content, const std::string& name) {
  struct stat old {};
  if (::fstat(original, &old) != 0) return base::failure(base::from_errno("stat", name, errno));
  // The owner before the mode: a change of owner takes bits away.
  if (::fchown(fd, old.st_uid, old.st_gid) != 0) {
    return base::failure(base::from_errno("set owner of", name, errno));
  }
  constexpr mode_t kPermissions = 07777;
  if (::fchmod(fd, old.st_mode & kPermissions) != 0) {
    return base::failure(base::from_errno("set mode of", name, errno));
  }
  if (auto copied = copy_attributes(original, fd, name); !copied) return copied;
  if (auto written = write_all(fd, content, name); !written) return written;
  if (::fsync(fd) != 0) return base::failure(base::from_errno("sync", name, errno));
  return {};
}

base::Expected<UniqueFd> open_original(const fs::path& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file) return base::failure(base::from_errno("open", path.native(), errno));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return base::failure(base::from_errno("stat", path.native(), errno));
  }
  if (!S_ISREG(status.st_mode) || status.st_nlink != 1) {
    return base::failure(base::Error{base::ErrorCode::invalid, "replace", path.native(),
                                     "is not one file with one name"});
  }
  return file;
}

tl::unexpected<base::Error> refusal(const checks::StoredProfile& profile, std::string reason) {
  return base::failure(
      base::Error{base::ErrorCode::invalid, "edit", profile.file.native(), std::move(reason)});
}

}  // namespace

base::Expected<void> replace_profile(const fs::path& path, std::string_view before,
                                     std::string_view after) {
  const auto original = open_original(path);
  if (!original) return base::failure(original.error());
  // The dot in front: NetworkManager and wicked pass such names over.
  std::string temporary = path.parent_path() / ("." + path.filename().native() + ".XXXXXX");
  const UniqueFd file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) return base::failure(base::from_errno("create", temporary, errno));
  auto done = fill(file.get(), original->get(), after, temporary);
  // As late as can be: an editor may be at work.
  const auto now = base::read_file(path, checks::kProfileSizeLimit);
  if (done && (!now || *now != before)) {
    done = base::failure(base::Error{base::ErrorCode::busy, "replace", path.native(),
                                     "somebody else has just changed it"});
  }
  if (done && std::rename(temporary.c_str(), path.c_str()) != 0) {
    done = base::failure(base::from_errno("rename to", path.native(), errno));
  }
  if (!done) {
    ::unlink(temporary.c_str());
    return done;
  }
  // The new name is on the disk only when its folder is.
  const UniqueFd folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) {
    return base::failure(base::from_errno("sync", path.parent_path().native(), errno));
  }
  return {};
}

FileStore::FileStore(fs::path root, std::optional<checks::NetworkService> service)
    : root_(std::move(root)), service_(service) {}

base::Expected<checks::StoredProfiles> FileStore::profiles() {
  checks::StoredProfiles stored = checks::read_stored_profiles(root_);
  if (service_) keep_only(stored, *service_);
  return stored;
}

base::Expected<void> FileStore::set_primary(const checks::StoredProfile& profile,
                                            const std::string& device) {
  if (profile.file.native().rfind("/etc/", 0) != 0) {
    return refusal(profile, "only profiles below /etc are written");
  }
  const fs::path place = root_ / profile.file.relative_path();
  const auto before = base::read_file(place, checks::kProfileSizeLimit);
  if (!before) return base::failure(before.error());
  const auto after = checks::with_primary(profile.format, profile.file.native(), *before, device);
  if (!after) return base::failure(after.error());
  if (auto replaced = replace_profile(place, *before, *after); !replaced) return replaced;
  const auto read_back = base::read_file(place, checks::kProfileSizeLimit);
  if (!read_back || *read_back != *after) return refusal(profile, "does not say what was written");
  return {};
}

}  // namespace hnv::ctl
