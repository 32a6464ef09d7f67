// SPDX-License-Identifier: Apache-2.0
#include "watchdog/netlink_actuator.hpp"

#include "bond/link_dump.hpp"
#include "bond/link_request.hpp"

namespace hnv::watchdog {

using base::Expected;
using base::failure;

Expected<bond::NetlinkSocket*> NetlinkActuator::socket() {
  if (!socket_) {
    auto opened = bond::NetlinkSocket::open({});
    if (!opened) return failure(opened.error());
    socket_.emplace(std::move(*opened));
  }
  return &*socket_;
}

// An answer that did not come in time may come later: a new socket never sees it.
void NetlinkActuator::close_after(const base::Error& error) {
  if (error.code == base::ErrorCode::timeout || error.code == base::ErrorCode::io) socket_.reset();
}

Expected<std::vector<bond::Link>> NetlinkActuator::read_bond(bond::IfIndex bond) {
  auto opened = socket();
  if (!opened) return failure(opened.error());
  auto links = bond::read_bond(**opened, bond);
  if (!links) close_after(links.error());
  return links;
}

Expected<void> NetlinkActuator::set_primary(bond::IfIndex bond, bond::IfIndex slave) {
  auto opened = socket();
  if (!opened) return failure(opened.error());
  const auto request = bond::set_primary_request((*opened)->next_sequence(), bond, slave);
  auto done =
      (*opened)->transact(request, "set primary of bond with ifindex", std::to_string(bond.value));
  if (!done) close_after(done.error());
  return done;
}

}  // namespace hnv::watchdog
