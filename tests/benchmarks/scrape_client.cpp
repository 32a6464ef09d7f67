// SPDX-License-Identifier: Apache-2.0
// Scrapes an exporter on this machine as Prometheus does, asking for gzip, from several connections
// at once, and prints how long the answers took.
// usage: scrape_client PORT CONNECTIONS SCRAPES     (SCRAPES: of each connection)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"

namespace {

using std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct Scrape {
  double ms = 0;
  std::size_t bytes = 0;  // of the body as sent
};

// One connection that stays, as Prometheus has one for each target.
class Connection {
 public:
  explicit Connection(std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
        0) {
      throw std::runtime_error("nobody answers");
    }
  }

  Scrape scrape() {
    constexpr std::string_view kRequest =
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n";
    const auto begin = steady_clock::now();
    if (::send(socket_.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) {
      throw std::runtime_error("the connection has been closed");
    }
    const std::string head = take_until("\r\n\r\n");
    if (!head.starts_with("HTTP/1.1 200")) throw std::runtime_error("no page: " + head);
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    std::size_t bytes = 0;
    if (const auto at = head.find(kLength); at != std::string::npos) {
      bytes = std::stoul(head.substr(at + kLength.size()));
      take(bytes);
    } else {
      bytes = take_chunks();
    }
    return {Milliseconds(steady_clock::now() - begin).count(), bytes};
  }

 private:
  std::size_t take_chunks() {
    std::size_t bytes = 0;
    while (const std::size_t size = std::stoul(take_until("\r\n"), nullptr, 16)) {
      take(size);
      take_until("\r\n");
      bytes += size;
    }
    take_until("\r\n");
    return bytes;
  }

  std::string take_until(std::string_view end) {
    std::size_t at = 0;
    while ((at = unread_.find(end)) == std::string::npos) receive();
    std::string text = unread_.substr(0, at);
    unread_.erase(0, at + end.size());
    return text;
  }

  void take(std::size_t bytes) {
    while (unread_.size() < bytes) receive();
    unread_.erase(0, bytes);
  }

  void receive() {
    const ssize_t got = ::recv(socket_.get(), piece_.data(), piece_.size(), 0);
    if (got <= 0) throw std::runtime_error("the answer has been cut off");
    unread_.append(piece_.data(), static_cast<std::size_t>(got));
  }

  hnv::base::UniqueFd socket_;
  std::string unread_;
  std::vector<char> piece_ = std::vector<char>(std::size_t{1} << 18);
};

double at(const std::vector<Scrape>& sorted, double share) {
  return sorted[static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size()))) - 1]
      .ms;
}

int run(std::uint16_t port, std::size_t connections, std::size_t scrapes) {
  Connection(port).scrape();  // what is slow only the first time
  std::vector<std::vector<Scrape>> of_each(connections);
  std::vector<std::thread> threads;
  threads.reserve(connections);
  for (auto& mine : of_each) {
    threads.emplace_back([&mine, port, scrapes] {
      Connection connection(port);
      for (std::size_t number = 0; number < scrapes; ++number) mine.push_back(connection.scrape());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<Scrape> all;
  for (const auto& mine : of_each) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end(),
            [](const Scrape& left, const Scrape& right) { return left.ms < right.ms; });
  std::printf("%.3f %.3f %zu\n", at(all, 0.5), at(all, 0.99), all.back().bytes);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    static_cast<void>(std::fputs(
        "usage: scrape_client PORT CONNECTIONS SCRAPES\nprints: p50 and p99 in ms, bytes\n",
        stderr));
    return 2;
  }
  try {
    return run(static_cast<std::uint16_t>(std::stoul(argv[1])), std::stoul(argv[2]),
               std::stoul(argv[3]));
  } catch (const std::exception& problem) {
    static_cast<void>(std::fprintf(stderr, "scrape_client: %s\n", problem.what()));
    return 1;
  }
}
