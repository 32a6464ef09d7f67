// SPDX-License-Identifier: Apache-2.0
#include "checks/tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>

#include "base/unique_fd.hpp"

namespace hnv::checks {

namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel's own limit

tl::unexpected<base::Error> invalid(const fs::path& path, std::string reason) {
  return base::failure(
      base::Error{base::ErrorCode::invalid, "read", path.native(), std::move(reason)});
}

void put_in_front(std::deque<fs::path>& rest, const fs::path& path) {
  const std::vector<fs::path> parts(path.begin(), path.end());
  rest.insert(rest.begin(), parts.begin(), parts.end());
}

struct OpenFile {
  base::UniqueFd fd;
  std::uintmax_t size = 0;
};

// Only plain files are opened: opening a device may do something, and waiting on a pipe takes long.
base::Expected<OpenFile> open_plain(const Tree& tree, const fs::path& path) {
  const auto place = tree.locate(path);
  if (!place) return base::failure(place.error());
  struct stat status {};
  if (::stat(place->c_str(), &status) != 0) {
    return base::failure(base::from_errno("read", path.native(), errno));
  }
  if (!S_ISREG(status.st_mode)) return invalid(path, "is not a plain file");
  base::UniqueFd fd(::open(place->c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return base::failure(base::from_errno("read", path.native(), errno));
  return OpenFile{std::move(fd), static_cast<std::uintmax_t>(status.st_size)};
}

// One byte more than `limit` when there is more.
base::Expected<std::string> read_all(int fd, const fs::path& path, std::size_t limit) {
  std::string content;
  std::array<char, 16384> piece{};
  while (content.size() <= limit) {
    const ssize_t count = ::read(fd, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::failure(base::from_errno("read", path.native(), errno));
    if (count == 0) break;
    content.append(piece.data(), static_cast<std::size_t>(count));
  }
  return content;
}

}  // namespace

base::Expected<fs::path> Tree::locate(const fs::path& path) const {
  fs::path done = "/";  // within the partition; without links
  std::deque<fs::path> rest;
  put_in_front(rest, path.relative_path());
  int links = 0;
  while (!rest.empty()) {
    const fs::path part = std::move(rest.front());
    rest.pop_front();
    if (part.empty() || part == "." || part == "/") continue;
    if (part == "..") {
      done = done.parent_path();
      continue;
    }
    const fs::path place = root_ / (done / part).relative_path();
    std::error_code error;
    const fs::path target = fs::read_symlink(place, error);
    if (error) {  // EINVAL: no link; anything else is what the last step will say
      if (error == std::errc::permission_denied) {
        return base::failure(base::from_errno("read", path.native(), error.value()));
      }
      done /= part;
      continue;
    }
    if (++links > kMostLinks) return invalid(path, "a loop of links");
    if (target.is_absolute()) done = "/";
    put_in_front(rest, target.relative_path());
  }
  return root_ / done.relative_path();
}

base::Expected<std::string> Tree::read(const fs::path& path, std::size_t limit) const {
  const auto file = open_plain(*this, path);
  if (!file) return base::failure(file.error());
  auto content = read_all(file->fd.get(), path, limit);
  if (content && content->size() > limit) {
    return base::failure(base::Error{base::ErrorCode::too_large, "read", path.native(),
                                     "larger than " + std::to_string(limit) + " bytes"});
  }
  return content;
}

base::Expected<std::string> Tree::read_end(const fs::path& path, std::size_t limit) const {
  const auto file = open_plain(*this, path);
  if (!file) return base::failure(file.error());
  if (file->size > limit) {
    const auto from = static_cast<off_t>(file->size - limit);
    if (::lseek(file->fd.get(), from, SEEK_SET) < 0) {
      return base::failure(base::from_errno("seek in", path.native(), errno));
    }
  }
  auto content = read_all(file->fd.get(), path, limit);
  if (content && content->size() > limit) content->resize(limit);  // it grows
  return content;
}

base::Expected<std::vector<std::string>> Tree::list(const fs::path& folder,
                                                    std::size_t limit) const {
  const auto place = locate(folder);
  if (!place) return base::failure(place.error());
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(*place, error), end; !error && entry != end;
       entry.increment(error)) {
    if (names.size() == limit) {
      return base::failure(base::Error{base::ErrorCode::too_large, "list", folder.native(),
                                       "more than " + std::to_string(limit) + " entries"});
    }
    names.push_back(entry->path().filename().native());
  }
  if (error) return base::failure(base::from_errno("list", folder.native(), error.value()));
  std::sort(names.begin(), names.end());
  return names;
}

base::Expected<std::string> Tree::link(const fs::path& path) const {
  const auto folder = locate(path.parent_path());
  if (!folder) return base::failure(folder.error());
  std::error_code error;
  const fs::path target = fs::read_symlink(*folder / path.filename(), error);
  if (error) return base::failure(base::from_errno("read link", path.native(), error.value()));
  return target.native();
}

base::Expected<std::uintmax_t> Tree::size(const fs::path& path) const {
  const auto file = open_plain(*this, path);
  if (!file) return base::failure(file.error());
  return file->size;
}

bool Tree::exists(const fs::path& path) const {
  const auto place = locate(path);
  std::error_code error;
  return place && fs::exists(*place, error) && !error;
}

}  // namespace hnv::checks
