// SPDX-License-Identifier: Apache-2.0
#include "tests/guest/kernel_bond_requests.hpp"

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <cstring>
#include <memory>
#include <new>

namespace hnv::test {

namespace {

using bond::IfIndex;
using bond::RequestBytes;

struct FreeMessage {
  void operator()(nl_msg* message) const { nlmsg_free(message); }
};

// One link message under construction.
class Request {
 public:
  Request(std::uint32_t sequence, int type, int flags, IfIndex link) : message_(nlmsg_alloc()) {
    require(message_ != nullptr);
    const int all_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
    require(nlmsg_put(message_.get(), NL_AUTO_PORT, sequence, type, 0, all_flags) != nullptr);
    header_.ifi_index = static_cast<int>(link.value);
    append_header();
  }

  void text(int type, const std::string& value) {
    require(nla_put_string(message_.get(), type, value.c_str()) == 0);
  }
  void u32(int type, std::uint32_t value) {
    require(nla_put_u32(message_.get(), type, value) == 0);
  }
  void u8(int type, std::uint8_t value) { require(nla_put_u8(message_.get(), type, value) == 0); }
  void milliseconds(int type, std::chrono::milliseconds value) {
    u32(type, static_cast<std::uint32_t>(value.count()));
  }

  template <class Fill>
  void nest(int type, const Fill& fill) {
    nlattr* parent = nla_nest_start(message_.get(), type);
    require(parent != nullptr);
    fill();
    nla_nest_end(message_.get(), parent);
  }
  void append_header() {
    require(nlmsg_append(message_.get(), &header_, sizeof header_, NLMSG_ALIGNTO) == 0);
  }

  RequestBytes bytes() const {
    const nlmsghdr* header = nlmsg_hdr(message_.get());
    RequestBytes bytes(header->nlmsg_len);
    std::memcpy(bytes.data(), header, bytes.size());
    return bytes;
  }

 private:
  static void require(bool built) {
    if (!built) throw std::bad_alloc();
  }

  std::unique_ptr<nl_msg, FreeMessage> message_;
  ifinfomsg header_{};
};

constexpr int kCreate = NLM_F_CREATE | NLM_F_EXCL;

}  // namespace

RequestBytes add_veth_request(std::uint32_t sequence, const std::string& name,
                              const std::string& peer) {
  Request request(sequence, RTM_NEWLINK, kCreate, IfIndex{0});
  request.text(IFLA_IFNAME, name);
  request.nest(IFLA_LINKINFO, [&] {
    request.text(IFLA_INFO_KIND, "veth");
    request.nest(IFLA_INFO_DATA, [&] {
      request.nest(VETH_INFO_PEER, [&] {
        request.append_header();
        request.text(IFLA_IFNAME, peer);
      });
    });
  });
  return request.bytes();
}

RequestBytes add_bond_request(std::uint32_t sequence, const std::string& name,
                              const BondWorldOptions& options) {
  const bool active_backup = options.mode == bond::BondMode::active_backup;
  Request request(sequence, RTM_NEWLINK, kCreate, IfIndex{0});
  request.text(IFLA_IFNAME, name);
  request.nest(IFLA_LINKINFO, [&] {
    request.text(IFLA_INFO_KIND, "bond");
    request.nest(IFLA_INFO_DATA, [&] {
      request.u8(IFLA_BOND_MODE, static_cast<std::uint8_t>(options.mode));
      request.milliseconds(IFLA_BOND_MIIMON, options.miimon);
      if (options.updelay.count() > 0) request.milliseconds(IFLA_BOND_UPDELAY, options.updelay);
      if (!active_backup) return;
      request.u8(IFLA_BOND_PRIMARY_RESELECT, static_cast<std::uint8_t>(options.primary_reselect));
      request.u8(IFLA_BOND_FAIL_OVER_MAC, static_cast<std::uint8_t>(bond::FailOverMac::follow));
    });
  });
  return request.bytes();
}

RequestBytes delete_link_request(std::uint32_t sequence, IfIndex link) {
  return Request(sequence, RTM_DELLINK, 0, link).bytes();
}

RequestBytes set_admin_request(std::uint32_t sequence, IfIndex link, bool up) {
  RequestBytes bytes = Request(sequence, RTM_NEWLINK, 0, link).bytes();
  ifinfomsg header{};
  header.ifi_index = static_cast<int>(link.value);
  header.ifi_change = IFF_UP;
  header.ifi_flags = up ? IFF_UP : 0;
  std::memcpy(bytes.data() + NLMSG_HDRLEN, &header, sizeof header);
  return bytes;
}

RequestBytes set_master_request(std::uint32_t sequence, IfIndex link,
                                std::optional<IfIndex> master) {
  Request request(sequence, RTM_NEWLINK, 0, link);
  request.u32(IFLA_MASTER, master ? master->value : 0);
  return request.bytes();
}

RequestBytes rename_request(std::uint32_t sequence, IfIndex link, const std::string& name) {
  Request request(sequence, RTM_NEWLINK, 0, link);
  request.text(IFLA_IFNAME, name);
  return request.bytes();
}

RequestBytes set_primary_by_setlink_request(std::uint32_t sequence, IfIndex bond, IfIndex slave) {
  Request request(sequence, RTM_SETLINK, 0, bond);
  request.nest(IFLA_LINKINFO, [&] {
    request.text(IFLA_INFO_KIND, "bond");
    request.nest(IFLA_INFO_DATA, [&] { request.u32(IFLA_BOND_PRIMARY, slave.value); });
  });
  return request.bytes();
}

}  // namespace hnv::test
