// SPDX-License-Identifier: Apache-2.0
#include "tests/guest/kernel_bond.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <thread>

#include "base/unique_fd.hpp"
#include "bond/link_message.hpp"
#include "tests/guest/kernel_bond_requests.hpp"

namespace hnv::test {

namespace {

using bond::IfIndex;
using bond::NetlinkSocket;

// Whatever the contract suite makes is called so; nothing else in the guest is.
constexpr std::string_view kOurs = "hnv";

IfIndex index_of(const std::string& name) {
  return IfIndex{::if_nametoindex(name.c_str())};
}

NetlinkSocket open_socket(bool link_events) {
  bond::NetlinkSocketOptions options;
  options.link_events = link_events;
  options.receive_buffer = 4 * 1024 * 1024;
  auto socket = NetlinkSocket::open(options);
  if (!socket) throw std::runtime_error(socket.error().to_string());
  return std::move(*socket);
}

int write_option(const std::string& option, const std::string& value) {
  const std::string path = std::string("/sys/class/net/") + BondWorld::kBond + "/bonding/" + option;
  const base::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return errno;
  const std::string line = value + "\n";
  return ::write(file.get(), line.data(), line.size()) < 0 ? errno : 0;
}

}  // namespace

KernelBond::KernelBond() : requests_(open_socket(false)), messages_(open_socket(true)) {
  clear();
}

KernelBond::~KernelBond() {
  clear();
}

// Also what a test before left: a device may have been renamed.
void KernelBond::clear() {
  while (true) {
    struct if_nameindex* const all = ::if_nameindex();
    if (all == nullptr) return;
    IfIndex found;
    for (const struct if_nameindex* entry = all; entry->if_index != 0; ++entry) {
      if (std::string_view(entry->if_name).starts_with(kOurs)) found = IfIndex{entry->if_index};
    }
    ::if_freenameindex(all);
    if (found == IfIndex{}) return;
    if (!ask(delete_link_request(next_sequence(), found))) return;
  }
}

base::Expected<void> KernelBond::ask(const bond::RequestBytes& request) {
  return requests_.transact(request, "prepare", "the contract's bond");
}

void KernelBond::must(const bond::RequestBytes& request) {
  if (const auto done = ask(request); !done) throw std::runtime_error(done.error().to_string());
}

void KernelBond::make(const BondWorldOptions& options) {
  must(add_bond_request(next_sequence(), kBond, options));
  set_admin(kBond, true);
  for (const char* name : {kSriov, kVirtual}) {
    add_device(name);
    enslave(name);
  }
  const bool ready = eventually([this, &options] {
    const auto bond = link(kBond);
    const bool chosen = bond->bond->active_slave == index_of(kSriov);
    const bool needs_choice = options.mode == bond::BondMode::active_backup;
    return is_healthy(*link(kSriov)) && is_healthy(*link(kVirtual)) && bond->carrier == true &&
           (chosen || !needs_choice);
  });
  if (!ready) throw std::runtime_error("the bond did not come up");
  let_pass(std::chrono::milliseconds(50));
  events();
}

void KernelBond::add_device(const std::string& name) {
  const std::string peer = "p_" + name;
  must(add_veth_request(next_sequence(), name, peer));
  peers_[name] = peer;
  set_admin(peer, true);
}

void KernelBond::remove_device(const std::string& name) {
  must(delete_link_request(next_sequence(), index_of(name)));
}

void KernelBond::set_plugged(const std::string& name, bool plugged) {
  set_admin(peers_.at(name), plugged);
}

void KernelBond::set_admin(const std::string& name, bool up) {
  must(set_admin_request(next_sequence(), index_of(name), up));
}

int KernelBond::rename(const std::string& from, const std::string& to) {
  if (!ask(rename_request(next_sequence(), index_of(from), to))) return EBUSY;
  peers_[to] = peers_.at(from);
  return 0;
}

void KernelBond::enslave(const std::string& name) {
  set_admin(name, false);
  must(set_master_request(next_sequence(), index_of(name), index_of(kBond)));
}

void KernelBond::release(const std::string& name) {
  must(set_master_request(next_sequence(), index_of(name), std::nullopt));
}

int KernelBond::write_primary(const std::string& name) {
  return write_option("primary", name);
}

int KernelBond::write_active_slave(const std::string& name) {
  return write_option("active_slave", name);
}

std::optional<bond::Link> KernelBond::link(const std::string& name) {
  std::optional<bond::Link> link;
  const auto request = bond::get_link_request(next_sequence(), index_of(name));
  const auto keep = [&link](std::span<const std::byte> message) -> base::Expected<void> {
    const auto event = bond::parse_link_message(message);
    if (!event) return base::failure(event.error());
    if (*event) link = (*event)->link;
    return {};
  };
  if (index_of(name) == IfIndex{} || !requests_.transact(request, "read link", name, keep)) {
    return std::nullopt;
  }
  if (link) link->stats.reset();
  return link;
}

std::vector<bond::LinkEvent> KernelBond::events() {
  std::vector<bond::LinkEvent> events;
  while (true) {
    auto received = messages_.receive();
    if (!received) throw std::runtime_error(received.error().to_string());
    if (received->status == NetlinkSocket::ReceiveStatus::would_block) return events;
    EXPECT_EQ(received->status, NetlinkSocket::ReceiveStatus::data);
    while (const auto message = bond::take_message(received->batch)) {
      const auto event = bond::parse_link_message(*message);
      const bool ours = event && *event && (*event)->link.name.starts_with(kOurs);
      if (!ours) continue;
      events.push_back(**event);
      events.back().link.stats.reset();
    }
  }
}

bool KernelBond::eventually(const std::function<bool()>& condition) {
  constexpr std::chrono::seconds kPatience(10);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return condition();
}

void KernelBond::let_pass(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
}

std::unique_ptr<BondWorld> make_kernel_bond() {
  return std::make_unique<KernelBond>();
}

}  // namespace hnv::test
