// SPDX-License-Identifier: Apache-2.0
#include "hnv/journal_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/unique_fd.hpp"

namespace hnv {

using base::Expected;
using base::failure;

namespace {

Expected<std::string> read_from(int fd, std::size_t offset, const std::string& file) {
  std::string text;
  std::array<char, 65536> piece{};
  while (text.size() < kLargestEventsFile) {
    const ssize_t count =
        ::pread(fd, piece.data(), piece.size(), static_cast<off_t>(offset + text.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure(base::from_errno("read events", file, errno));
    if (count == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  return failure(base::Error{base::ErrorCode::too_large, "read events", file, "is too large"});
}

}  // namespace

JournalReader::JournalReader(std::string file, std::string boot_id)
    : file_(std::move(file)), boot_id_(std::move(boot_id)) {}

Expected<Journal> JournalReader::read_new() {
  const base::UniqueFd file(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0) {
    return failure(base::from_errno("read events", file_, errno));
  }
  const bool same = found.st_dev == device_ && found.st_ino == inode_ &&
                    static_cast<std::size_t>(found.st_size) >= offset_;
  if (!same) offset_ = 0;
  device_ = found.st_dev;
  inode_ = found.st_ino;
  const auto text = read_from(file.get(), offset_, file_);
  if (!text) return failure(text.error());
  auto journal = offset_ == 0 ? decode_journal(*text, file_) : decode_journal_end(*text, file_);
  // Another file may have got the inode of the one before.
  if (!journal && offset_ != 0) {
    offset_ = 0;
    return read_new();
  }
  if (!journal) return journal;
  if (offset_ == 0 && journal->boot_id != boot_id_) {
    return failure(
        base::Error{base::ErrorCode::not_found, "read events", file_, "is of another boot"});
  }
  // A journal that was begun anew counts from 1 again.
  if (offset_ == 0 && (journal->events.empty() || journal->events.back().sequence < last_)) {
    last_ = 0;
  }
  offset_ += journal->size;
  return journal;
}

Expected<std::vector<JournalReader::News>> JournalReader::read() {
  auto journal = read_new();
  if (!journal) return failure(journal.error());
  std::vector<News> all;
  for (JournalEvent& event : journal->events) {
    if (event.sequence <= last_) continue;
    // What was dropped before the first one that we see is no loss.
    const std::uint64_t missing = last_ != 0 ? event.sequence - last_ - 1 : 0;
    last_ = event.sequence;
    if (all.empty() || missing != 0) {
      all.emplace_back();
      all.back().missing = missing;
    }
    all.back().events.push_back(std::move(event));
  }
  return all;
}

}  // namespace hnv
