// SPDX-License-Identifier: Apache-2.0
// A real NetworkManager on a bus of its own, which sees nothing of this machine but its programs.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/netns/program.hpp"

namespace hnv::test {

class NetworkManager {
 public:
  // Moves this process into namespaces of its own for good. `folder`: for the sockets, logs and the
  // profiles.
  explicit NetworkManager(std::filesystem::path folder);
  ~NetworkManager();
  NetworkManager(const NetworkManager&) = delete;
  NetworkManager& operator=(const NetworkManager&) = delete;
  NetworkManager(NetworkManager&&) = delete;
  NetworkManager& operator=(NetworkManager&&) = delete;

  // Before start(): what is stored. Only files with mode 0600 count.
  void store(const std::filesystem::path& file, const std::string& text) const;
  void start();  // and waits until it answers

  // <folder>/etc/NetworkManager/system-connections, which it takes for the one below /etc.
  [[nodiscard]] std::filesystem::path profiles() const;
  [[nodiscard]] std::string log() const;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Program> bus_;
  std::unique_ptr<Program> daemon_;
};

}  // namespace hnv::test
