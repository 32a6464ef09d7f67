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

Expected<void> NetlinkActuator::write(const Write& write) {
  auto opened = socket();
  if (!opened) return failure(opened.error());
  const std::uint32_t sequence = (*opened)->next_sequence();
  bond::RequestBytes request;
  const char* context = "";
  switch (option_of(write.rule)) {
    case WrittenOption::primary:
      request = bond::set_primary_request(sequence, write.bond, write.slave);
      context = "set primary of bond with ifindex";
      break;
    case WrittenOption::active_slave:
      request = bond::set_active_slave_request(sequence, write.bond, write.slave);
      context = "set active_slave of bond with ifindex";
      break;
    case WrittenOption::primary_reselect:
      request = bond::set_primary_reselect_request(sequence, write.bond, *write.reselect);
      context = "set primary_reselect of bond with ifindex";
      break;
  }
  auto done = (*opened)->transact(request, context, std::to_string(write.bond.value));
  if (!done) close_after(done.error());
  return done;
}

}  // namespace hnv::watchdog
