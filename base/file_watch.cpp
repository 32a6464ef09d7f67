// SPDX-License-Identifier: Apache-2.0
#include "base/file_watch.hpp"

#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace hnv::base {

Expected<FileWatch> FileWatch::open() {
  UniqueFd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd) return failure(from_errno("watch files", "", errno));
  return FileWatch(std::move(fd));
}

Expected<int> FileWatch::add(const std::filesystem::path& path, std::uint32_t mask) {
  const int watch = ::inotify_add_watch(fd_.get(), path.c_str(), mask);
  if (watch < 0) return failure(from_errno("watch", path.native(), errno));
  return watch;
}

std::vector<FileWatch::Event> FileWatch::read() {
  std::vector<Event> events;
  alignas(inotify_event) std::array<char, 8192> buffer;
  while (true) {
    const ssize_t length = ::read(fd_.get(), buffer.data(), buffer.size());
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) return events;
    const auto end = static_cast<std::size_t>(length);
    for (std::size_t at = 0; at + sizeof(inotify_event) <= end;) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      at += sizeof event;
      // The name is filled up with NUL.
      events.push_back(Event{event.wd, event.mask, event.len > 0 ? buffer.data() + at : ""});
      at += event.len;
    }
  }
}

}  // namespace hnv::base
