// SPDX-License-Identifier: Apache-2.0
// A program under test: started, signalled, waited for, its output read.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hnv::test {

class Program {
 public:
  // Output and errors go to `log`.
  Program(const std::filesystem::path& program, std::vector<std::string> arguments,
          std::filesystem::path log);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();  // kills what still runs

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  int wait();  // the exit code, or 128 + the number of the signal that ended it
  [[nodiscard]] std::string output() const;

  // Polls until the output has `text`; false when it does not appear within 20 s.
  [[nodiscard]] bool says(const std::string& text) const;

 private:
  std::filesystem::path log_;
  pid_t pid_ = -1;
};

// Polls until `condition` holds; false when it does not within 20 s.
bool eventually(const std::function<bool()>& condition);

}  // namespace hnv::test
