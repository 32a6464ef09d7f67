// SPDX-License-Identifier: Apache-2.0
// What a lost carrier costs the traffic of a bond: numbered packets, one each millisecond and in
// both directions, between the bond and a peer in another network namespace, while ports are set
// down and up again at a random moment of the kernel's tick. Who moves the traffic is not its
// business. Root, for the lab's guest; python3 -m lab fast and lab/cases/fast.py run it.
// usage: lost_packets BOND NETNS BOND-ADDRESS PEER-ADDRESS DOWN-MS TIMES UP-MS PORT...
// Prints one line: the failovers (milliseconds since the first loss, and the new active slave) and
// the packets lost until the last carrier returned (lost) and afterwards (lost_back).
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "bond/link_message.hpp"
#include "bond/netlink_socket.hpp"
#include "tests/guest/kernel_bond_requests.hpp"

namespace {

using namespace hnv;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using bond::IfIndex;
using bond::NetlinkSocket;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr auto kSpacing = 1ms;
constexpr auto kQuiet = 150ms;
constexpr unsigned kTickMicroseconds = 100'000;   // miimon of the lab's bonds: any phase of it
constexpr int kBufferedBytes = 32 * 1024 * 1024;  // everything is read at the end only

struct Plan {
  std::string bond;
  std::string peer_namespace;
  std::string bond_address;
  std::string peer_address;
  std::chrono::milliseconds down{};
  int times = 1;
  std::chrono::milliseconds up{};
  std::vector<std::string> ports;
};

int check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

IfIndex index_of(const std::string& name) {
  const unsigned index = ::if_nametoindex(name.c_str());
  if (index == 0) throw std::runtime_error("no interface " + name);
  return IfIndex{index};
}

// Sockets stay in the namespace in which they were made.
class EnteredNamespace {
 public:
  explicit EnteredNamespace(const std::string& file)
      : own_(check(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), "own namespace")) {
    const base::UniqueFd other(check(::open(file.c_str(), O_RDONLY | O_CLOEXEC), file.c_str()));
    check(::setns(other.get(), CLONE_NEWNET), "setns");
  }
  EnteredNamespace(const EnteredNamespace&) = delete;
  EnteredNamespace& operator=(const EnteredNamespace&) = delete;
  ~EnteredNamespace() { ::setns(own_.get(), CLONE_NEWNET); }

 private:
  base::UniqueFd own_;
};

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error("not an address: " + text);
  }
  return address;
}

// Both ends of a socket pair have the same port.
base::UniqueFd udp_socket(const std::string& own, const std::string& other) {
  constexpr std::uint16_t kPort = 10470;
  base::UniqueFd socket(check(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), "socket"));
  const int buffer = kBufferedBytes;
  check(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer), "buffer");
  const sockaddr_in here = address_of(own, kPort);
  const sockaddr_in there = address_of(other, kPort);
  const auto* const here_bytes = reinterpret_cast<const sockaddr*>(&here);    // NOLINT
  const auto* const there_bytes = reinterpret_cast<const sockaddr*>(&there);  // NOLINT
  check(::bind(socket.get(), here_bytes, sizeof here), "bind");
  check(::connect(socket.get(), there_bytes, sizeof there), "connect");
  return socket;
}

// One packet each millisecond in both directions, from construction to stop().
class Traffic {
 public:
  explicit Traffic(const Plan& plan) : bond_(udp_socket(plan.bond_address, plan.peer_address)) {
    {
      const EnteredNamespace entered(plan.peer_namespace);
      peer_ = udp_socket(plan.peer_address, plan.bond_address);
    }
    sender_ = std::thread([this] { send(); });
  }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;
  ~Traffic() {
    if (sender_.joinable()) stop();
  }

  void stop() {
    stopped_ = true;
    sender_.join();
  }

  // How many of those sent in [from, to) have not arrived. To be asked once stopped.
  struct Lost {
    std::size_t to_peer = 0;
    std::size_t to_bond = 0;
  };
  [[nodiscard]] Lost lost(Clock::time_point from, Clock::time_point to) const {
    Lost lost;
    for (std::size_t number = 0; number < sent_.size(); ++number) {
      if (sent_[number] < from || sent_[number] >= to) continue;
      lost.to_peer += at_peer_[number] ? 0U : 1U;
      lost.to_bond += at_bond_[number] ? 0U : 1U;
    }
    return lost;
  }

  void collect() {
    at_peer_ = received(peer_.get());
    at_bond_ = received(bond_.get());
  }
  [[nodiscard]] std::size_t sent() const { return sent_.size(); }
  // How far behind its time a packet left at most: a sender that is kept from sending loses
  // nothing.
  [[nodiscard]] Clock::duration latest() const { return latest_; }

 private:
  // Before whoever else wants the processor, the one that moves the traffic included.
  void send() {
    const sched_param first{1};
    check(::sched_setscheduler(0, SCHED_FIFO, &first), "SCHED_FIFO");
    for (auto due = Clock::now(); !stopped_; due += kSpacing) {
      std::this_thread::sleep_until(due);
      const auto number = static_cast<std::uint32_t>(sent_.size());
      sent_.push_back(Clock::now());
      latest_ = std::max(latest_, sent_.back() - due);
      // Refused or dropped: it will be missing at the other end.
      ::send(bond_.get(), &number, sizeof number, 0);
      ::send(peer_.get(), &number, sizeof number, 0);
    }
  }

  [[nodiscard]] std::vector<bool> received(int socket) const {
    std::vector<bool> arrived(sent_.size(), false);
    std::uint32_t number = 0;
    while (true) {
      const ssize_t size = ::recv(socket, &number, sizeof number, 0);
      if (size < 0 && errno == EAGAIN) return arrived;
      if (size == sizeof number && number < arrived.size()) arrived[number] = true;
    }
  }

  base::UniqueFd bond_;
  base::UniqueFd peer_;
  std::vector<Clock::time_point> sent_;
  Clock::duration latest_{};
  std::vector<bool> at_peer_;
  std::vector<bool> at_bond_;
  std::atomic<bool> stopped_ = false;
  std::thread sender_;
};

// The bond's active slave, as the kernel's messages tell of it.
class Observer {
 public:
  struct Failover {
    Clock::time_point at;
    std::string to;
  };

  explicit Observer(IfIndex bond) : bond_(bond), socket_(open()) {}

  void watch_until(Clock::time_point end) {
    while (true) {
      const auto left = std::max(end - Clock::now(), Clock::duration::zero());
      const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
      const timespec timeout{seconds.count(), (left - seconds).count()};
      pollfd readable{socket_.fd(), POLLIN, 0};
      const int ready = ::ppoll(&readable, 1, &timeout, nullptr);
      if (ready > 0) drain();
      if (ready == 0 && Clock::now() >= end) return;
    }
  }
  [[nodiscard]] const std::vector<Failover>& failovers() const { return failovers_; }

 private:
  static NetlinkSocket open() {
    bond::NetlinkSocketOptions options;
    options.link_events = true;
    options.receive_buffer = std::size_t{4} * 1024 * 1024;
    return NetlinkSocket::open(options).value();
  }

  void drain() {
    while (true) {
      auto received = socket_.receive().value();
      if (received.status == NetlinkSocket::ReceiveStatus::would_block) return;
      if (received.status != NetlinkSocket::ReceiveStatus::data) {
        throw std::runtime_error("messages of the kernel were lost");
      }
      while (const auto message = bond::take_message(received.batch)) {
        const auto event = bond::parse_link_message(*message);
        if (event && *event && (*event)->link.index == bond_ && (*event)->link.bond) note(**event);
      }
    }
  }

  // The driver announces each change of the active slave by one message of its own.
  void note(const bond::LinkEvent& event) {
    if (event.cause != bond::LinkEventCause::bonding_failover) return;
    const auto active = event.link.bond->active_slave;
    std::array<char, IF_NAMESIZE> name{};
    if (active) ::if_indextoname(active->value, name.data());
    failovers_.push_back({Clock::now(), active ? name.data() : "none"});
  }

  IfIndex bond_;
  NetlinkSocket socket_;
  std::vector<Failover> failovers_;
};

void set_up(NetlinkSocket& requests, const Plan& plan, bool up) {
  for (const std::string& port : plan.ports) {
    const auto request = test::set_admin_request(requests.next_sequence(), index_of(port), up);
    const auto done = requests.transact(request, up ? "set up" : "set down", port);
    if (!done) throw std::runtime_error(done.error().to_string());
  }
}

void run(const Plan& plan) {
  auto requests = NetlinkSocket::open({}).value();
  Observer observer(index_of(plan.bond));
  Traffic traffic(plan);
  std::random_device random;
  observer.watch_until(Clock::now() + kQuiet +
                       std::chrono::microseconds(random() % kTickMicroseconds));
  const auto lost_at = Clock::now();
  auto returned = lost_at;
  for (int time = 0; time < plan.times; ++time) {
    const auto at = lost_at + time * (plan.down + plan.up);
    observer.watch_until(at);
    set_up(requests, plan, false);
    observer.watch_until(at + plan.down);
    returned = Clock::now();
    set_up(requests, plan, true);
  }
  observer.watch_until(returned + plan.up);
  const auto end = Clock::now();
  traffic.stop();
  observer.watch_until(Clock::now() + kQuiet);
  traffic.collect();

  std::printf("sent=%zu latest=%.1f failovers=", traffic.sent(),
              Milliseconds(traffic.latest()).count());
  const char* separator = "";
  for (const auto& [at, to] : observer.failovers()) {
    std::printf("%s%.1f:%s", separator, Milliseconds(at - lost_at).count(), to.c_str());
    separator = ",";
  }
  const auto away = traffic.lost(lost_at - kSpacing, returned);
  const auto back = traffic.lost(returned, end);
  const auto before = traffic.lost({}, lost_at - kSpacing);
  std::printf(" lost=%zu lost_to_bond=%zu lost_back=%zu lost_back_to_bond=%zu lost_before=%zu\n",
              away.to_peer, away.to_bond, back.to_peer, back.to_bond, before.to_peer);
}

int number_of(const char* text) {
  int number = 0;
  const char* const end = text + std::strlen(text);
  if (std::from_chars(text, end, number).ptr != end) {
    throw std::runtime_error(std::string("not a number: ") + text);
  }
  return number;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kFirstPort = 8;
  if (argc <= kFirstPort) {
    (void)std::fprintf(
        stderr,
        "usage: lost_packets BOND NETNS BOND-ADDRESS PEER-ADDRESS DOWN-MS TIMES UP-MS "
        "PORT...\n");
    return 2;
  }
  try {
    Plan plan;
    plan.bond = argv[1];
    plan.peer_namespace = argv[2];
    plan.bond_address = argv[3];
    plan.peer_address = argv[4];
    plan.down = std::chrono::milliseconds(number_of(argv[5]));
    plan.times = number_of(argv[6]);
    plan.up = std::chrono::milliseconds(number_of(argv[7]));
    plan.ports.assign(argv + kFirstPort, argv + argc);
    run(plan);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "lost_packets: %s\n", error.what());
    return 2;
  }
  return 0;
}
