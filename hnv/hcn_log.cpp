// SPDX-License-Identifier: Apache-2.0
#include "hnv/hcn_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "base/unique_fd.hpp"

namespace hnv {

namespace {

// Of a log that grew by more, the end is read: one run writes some ten kilobytes.
constexpr off_t kMostAtOnce = off_t{1024} * 1024;

base::Expected<std::string> read_from(const std::filesystem::path& file, off_t begin, off_t end) {
  const base::UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return base::failure(base::from_errno("read", file.native(), errno));
  std::string text(static_cast<std::size_t>(end - begin), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t count = ::pread(fd.get(), text.data() + filled, text.size() - filled,
                                  begin + static_cast<off_t>(filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::failure(base::from_errno("read", file.native(), errno));
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  text.resize(filled);
  return text;
}

}  // namespace

std::vector<HcnCommand> commands_begun(std::string_view log) {
  constexpr std::string_view kBegin = "[DEBUG]:";
  constexpr std::string_view kEnd = " enter";
  std::vector<HcnCommand> commands;
  while (!log.empty()) {
    std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    if (line.substr(0, kBegin.size()) != kBegin) continue;
    line.remove_prefix(kBegin.size());
    if (line.size() < kEnd.size() || line.substr(line.size() - kEnd.size()) != kEnd) continue;
    line.remove_suffix(kEnd.size());
    if (const auto command = base::value_of<HcnCommand>(line)) commands.push_back(*command);
  }
  return commands;
}

HcnLog::HcnLog(std::filesystem::path file) : file_(std::move(file)) {
  struct stat now {};
  if (::stat(file_.c_str(), &now) != 0) return;
  device_ = now.st_dev;
  inode_ = now.st_ino;
  read_ = seen_ = now.st_size;
}

base::Expected<HcnLog::News> HcnLog::news() {
  News news;
  struct stat now {};
  if (::stat(file_.c_str(), &now) != 0) {
    if (errno == ENOENT) return news;
    return base::failure(base::from_errno("look at", file_.native(), errno));
  }
  const bool other = now.st_dev != device_ || now.st_ino != inode_ || now.st_size < seen_;
  if (other) {
    device_ = now.st_dev;
    inode_ = now.st_ino;
    read_ = seen_ = 0;
  }
  if (now.st_size == seen_) return news;
  news.grew = true;
  seen_ = now.st_size;
  const off_t begin = std::max(read_, now.st_size - kMostAtOnce);
  const auto text = read_from(file_, begin, now.st_size);
  if (!text) {
    read_ = now.st_size;
    // What it was cannot be told; that it was something can.
    if (text.error().code == base::ErrorCode::permission) return news;
    return base::failure(text.error());
  }
  const auto end = text->rfind('\n');
  if (end == std::string::npos) return news;
  const auto complete = std::string_view(*text).substr(0, end + 1);
  read_ = begin + static_cast<off_t>(complete.size());
  news.begun = commands_begun(complete);
  return news;
}

}  // namespace hnv
