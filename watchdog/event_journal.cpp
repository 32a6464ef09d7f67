// SPDX-License-Identifier: Apache-2.0
#include "watchdog/event_journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/unique_fd.hpp"

namespace hnv::watchdog {

using base::BootTime;
using base::Expected;
using base::failure;

EventJournal::EventJournal(std::string file, std::string boot_id)
    : file_(std::move(file)), boot_id_(std::move(boot_id)) {}

Expected<void> EventJournal::read() {
  const auto text = base::read_file(file_, kLargestEventsFile);
  if (!text && text.error().code == base::ErrorCode::not_found) return {};
  if (!text) return set_aside(text.error());
  const auto journal = decode_journal(*text, file_);
  if (!journal) return set_aside(journal.error());
  if (journal->boot_id != boot_id_) return {};  // begun anew by the first write
  for (const JournalEvent& event : journal->events) {
    take(encode_event(event));
    last_ = std::max(last_, event.sequence);
  }
  // The rest is a line that was cut off; the size that does not fit lets the file be replaced.
  in_file_ = journal->events.size();
  size_ = journal->size;
  return {};
}

Expected<void> EventJournal::set_aside(const base::Error& error) const {
  std::error_code renamed;
  std::filesystem::rename(file_, file_ + ".bad", renamed);
  base::Error told = error;
  told.reason += renamed ? "; it cannot be kept aside: " + renamed.message()
                         : "; kept as " + file_ + ".bad, the journal begins anew";
  return failure(std::move(told));
}

void EventJournal::add(const LogEntry& entry, BootTime now, double unix_seconds) {
  JournalEvent event;
  event.sequence = ++last_;
  event.unix_seconds = unix_seconds;
  event.at = now;
  event.level = entry.level;
  event.name = base::name_of(entry.event);
  for (const base::LogField& field : entry.fields)
    event.fields.emplace_back(field.key, field.value);
  take(encode_event(event));
  ++pending_;
  if (pending_ > lines_.size()) {
    pending_ = lines_.size();
    ++lost_;
  }
}

void EventJournal::take(std::string line) {
  lines_.push_back(std::move(line));
  if (lines_.size() > kKept) lines_.pop_front();
}

Expected<void> EventJournal::write(BootTime now) {
  if (pending_ == 0 || (retry_at_ && now < *retry_at_)) return {};
  auto written = write_pending();
  retry_at_.reset();
  if (written) {
    pending_ = 0;
  } else {
    size_.reset();
    retry_at_ = now + kRetry;
  }
  return written;
}

std::optional<BootTime> EventJournal::wake_at() const {
  return retry_at_;
}

Expected<void> EventJournal::write_pending() {
  if (!size_ || in_file_ + pending_ > kLargest) return replace();
  const auto appended = append();
  if (!appended) return failure(appended.error());
  return *appended ? Expected<void>() : replace();
}

// False when the file is not as we left it: removed, cut, or with half a line at its end.
Expected<bool> EventJournal::append() {
  const base::UniqueFd file(::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  if (!file && errno == ENOENT) return false;
  if (!file) return failure(base::from_errno("append to", file_, errno));
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return failure(base::from_errno("append to", file_, errno));
  if (static_cast<std::size_t>(found.st_size) != *size_) return false;
  std::string text;
  for (auto line = lines_.end() - static_cast<std::ptrdiff_t>(pending_); line != lines_.end();
       ++line) {
    text += *line;
  }
  // One call, so that a reader or a SIGKILL finds whole lines, but for a file system that is full.
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written < 0) return failure(base::from_errno("append to", file_, errno));
  if (static_cast<std::size_t>(written) != text.size()) {
    // Without effect where even this fails: readers leave out half a line, and we replace the file.
    [[maybe_unused]] const int cut = ::ftruncate(file.get(), static_cast<off_t>(*size_));
    return failure(base::from_errno("append to", file_, ENOSPC));
  }
  *size_ += text.size();
  in_file_ += pending_;
  return true;
}

Expected<void> EventJournal::replace() {
  std::string text = encode_events_header(boot_id_);
  for (const std::string& line : lines_) text += line;
  if (auto replaced = base::replace_file(file_, text); !replaced) return replaced;
  size_ = text.size();
  in_file_ = lines_.size();
  return {};
}

}  // namespace hnv::watchdog
