// SPDX-License-Identifier: Apache-2.0
#include "ctl/command_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/unique_fd.hpp"

namespace hnv::ctl {

namespace {

using base::UniqueFd;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kLargestOutput = std::size_t{1} << 20U;

// Killed and waited for, unless it has been waited for.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&&) = delete;
  Child& operator=(Child&&) = delete;
  ~Child() {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

 private:
  pid_t pid_;
};

base::Expected<pid_t> spawn(const std::vector<std::string>& words, int output) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  // posix_spawnp() takes them as it takes main()'s, and writes to none.
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  std::string locale = "LC_ALL=C";
  std::array<char*, 3> environment{path.data(), locale.data(), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, words.front().c_str(), &actions, nullptr, arguments.data(),
                                   environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return base::failure(base::from_errno("run", words.front(), error));
  return pid;
}

base::Expected<std::string> read_until(int fd, const std::string& name, Clock::time_point end) {
  std::string output;
  std::array<char, 4096> piece{};
  while (output.size() <= kLargestOutput) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd ready{fd, POLLIN, 0};
    const int count = left > 0 ? ::poll(&ready, 1, static_cast<int>(left)) : 0;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::failure(base::from_errno("read from", name, errno));
    if (count == 0) {
      return base::failure(base::Error{base::ErrorCode::timeout, "run", name, "took too long"});
    }
    const ssize_t length = ::read(fd, piece.data(), piece.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return base::failure(base::from_errno("read from", name, errno));
    if (length == 0) return output;
    output.append(piece.data(), static_cast<std::size_t>(length));
  }
  return base::failure(base::Error{base::ErrorCode::too_large, "run", name, "prints too much"});
}

}  // namespace

base::Expected<std::string> command_output(const std::vector<std::string>& words,
                                           std::chrono::milliseconds timeout) {
  const auto end = Clock::now() + timeout;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return base::failure(base::from_errno("make a pipe for", words.front(), errno));
  }
  const UniqueFd from(ends[0]);
  UniqueFd to(ends[1]);
  const auto pid = spawn(words, to.get());
  if (!pid) return base::failure(pid.error());
  const Child child(*pid);
  to = UniqueFd();
  return read_until(from.get(), words.front(), end);
}

}  // namespace hnv::ctl
