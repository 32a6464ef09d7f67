// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/golden_messages.hpp"

#include <linux/netlink.h>

#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "bond/link_message.hpp"

namespace hnv::golden {

namespace {

std::filesystem::path corpus_folder() {
  for (const auto& entry : std::filesystem::directory_iterator(HNV_GOLDEN_DIR)) {
    if (entry.is_directory() && entry.path().filename().native().starts_with("linux-")) {
      return entry.path();
    }
  }
  throw std::runtime_error("no recorded messages in " HNV_GOLDEN_DIR);
}

Message from_hex(const std::string& line) {
  Message message(line.size() / 2);
  for (std::size_t index = 0; index < message.size(); ++index) {
    std::uint8_t byte = 0;
    const char* const digits = line.data() + 2 * index;
    if (std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) {
      throw std::runtime_error("not hexadecimal: " + line);
    }
    message[index] = std::byte{byte};
  }
  return message;
}

}  // namespace

std::vector<Message> messages(const std::string& scene) {
  std::ifstream file(corpus_folder() / (scene + ".hex"));
  std::vector<Message> all;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#')) all.push_back(from_hex(line));
  }
  if (all.empty()) throw std::runtime_error("no messages recorded for " + scene);
  return all;
}

std::vector<std::string> scenes() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(corpus_folder())) {
    const std::string name = entry.path().stem();
    if (!name.starts_with("dump")) names.push_back(name);
  }
  return names;
}

Recording recording(const std::string& scene) {
  Recording all;
  for (const Message& message : messages(scene)) {
    auto event = bond::parse_link_message(message);
    if (!event) throw std::runtime_error(scene + ": " + event.error().to_string());
    if (!*event) continue;
    nlmsghdr header{};
    std::memcpy(&header, message.data(), sizeof header);
    const bool dumped = (header.nlmsg_flags & NLM_F_MULTI) != 0;
    (dumped ? all.before : all.happened).push_back(std::move(**event));
  }
  return all;
}

std::vector<bond::LinkEvent> events(const std::string& scene) {
  Recording parts = recording(scene);
  parts.before.insert(parts.before.end(), parts.happened.begin(), parts.happened.end());
  return parts.before;
}

}  // namespace hnv::golden
