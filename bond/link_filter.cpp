// SPDX-License-Identifier: Apache-2.0
#include "bond/link_filter.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hnv::bond {

namespace {

// BPF loads are big-endian, netlink headers are host-endian: constants are turned instead.
std::uint32_t as_loaded(std::uint16_t host_value) {
  return htons(host_value);
}

constexpr std::uint32_t kTypeOffset = offsetof(nlmsghdr, nlmsg_type);
constexpr std::uint32_t kFlagsOffset = offsetof(nlmsghdr, nlmsg_flags);
constexpr std::uint32_t kFamilyOffset = NLMSG_HDRLEN + offsetof(ifinfomsg, ifi_family);
constexpr std::uint32_t kAttributesOffset = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(ifinfomsg));
constexpr std::uint32_t kAttributeHeader = 4;      // sizeof(nlattr)
constexpr std::uint32_t kBondAsText = 0x626f6e64;  // "bond", as a big-endian load sees it

// The ancillary loads that find an attribute (Documentation/networking/filter.rst): A is where to
// look, X the type.
constexpr std::uint32_t kFindAttribute = static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_NLATTR);
constexpr std::uint32_t kFindNested = static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_NLATTR_NEST);

// Jumps in classic BPF count instructions; labels here are resolved once all instructions are
// known.
class Program {
 public:
  enum class Label : std::uint8_t { next, accept, drop, kind };

  void step(std::uint16_t code, std::uint32_t k) { add(code, k, Label::next, Label::next); }
  void branch(std::uint16_t code, std::uint32_t k, Label if_true, Label if_false) {
    add(static_cast<std::uint16_t>(BPF_JMP | code | BPF_K), k, if_true, if_false);
  }
  void mark_kind() { kind_ = code_.size(); }

  std::vector<sock_filter> finish() {
    const std::size_t drop = code_.size();
    step(BPF_RET | BPF_K, 0);
    step(BPF_RET | BPF_K, 0xFFFFFFFF);
    for (std::size_t at = 0; at < drop; ++at) {
      code_[at].jt = distance(at, targets_[at][0], drop);
      code_[at].jf = distance(at, targets_[at][1], drop);
    }
    return code_;
  }

 private:
  void add(std::uint16_t code, std::uint32_t k, Label if_true, Label if_false) {
    code_.push_back(sock_filter{code, 0, 0, k});
    targets_.push_back({if_true, if_false});
  }
  [[nodiscard]] std::uint8_t distance(std::size_t from, Label to, std::size_t drop) const {
    switch (to) {
      case Label::next:
        return 0;
      case Label::drop:
        return static_cast<std::uint8_t>(drop - from - 1);
      case Label::accept:
        return static_cast<std::uint8_t>(drop - from);
      case Label::kind:
        return static_cast<std::uint8_t>(kind_ - from - 1);
    }
    return 0;
  }

  std::vector<sock_filter> code_;
  std::vector<std::array<Label, 2>> targets_;
  std::size_t kind_ = 0;
};

std::vector<sock_filter> link_filter_program() {
  using Label = Program::Label;
  Program program;
  program.step(BPF_LD | BPF_H | BPF_ABS, kTypeOffset);
  program.branch(BPF_JEQ, as_loaded(RTM_NEWLINK), Label::next, Label::accept);
  program.step(BPF_LD | BPF_H | BPF_ABS, kFlagsOffset);
  program.branch(BPF_JSET, as_loaded(NLM_F_MULTI), Label::accept, Label::next);
  program.step(BPF_LD | BPF_B | BPF_ABS, kFamilyOffset);
  program.branch(BPF_JEQ, AF_UNSPEC, Label::next, Label::drop);

  program.step(BPF_LD | BPF_IMM, kAttributesOffset);
  program.step(BPF_LDX | BPF_IMM, IFLA_LINKINFO);
  program.step(BPF_LD | BPF_B | BPF_ABS, kFindAttribute);
  program.branch(BPF_JEQ, 0, Label::accept, Label::next);  // no LINKINFO: a real device
  program.step(BPF_ST, 0);                                 // M[0]: where LINKINFO is

  program.step(BPF_LDX | BPF_IMM, IFLA_INFO_SLAVE_KIND);
  program.step(BPF_LD | BPF_B | BPF_ABS, kFindNested);
  program.branch(BPF_JEQ, 0, Label::kind, Label::next);
  program.step(BPF_MISC | BPF_TAX, 0);
  program.step(BPF_LD | BPF_W | BPF_IND, kAttributeHeader);
  program.branch(BPF_JEQ, kBondAsText, Label::accept, Label::next);

  program.mark_kind();
  program.step(BPF_LD | BPF_MEM, 0);
  program.step(BPF_LDX | BPF_IMM, IFLA_INFO_KIND);
  program.step(BPF_LD | BPF_B | BPF_ABS, kFindNested);
  program.branch(BPF_JEQ, 0, Label::accept,
                 Label::next);  // slave of something, itself a real device
  program.step(BPF_MISC | BPF_TAX, 0);
  program.step(BPF_LD | BPF_W | BPF_IND, kAttributeHeader);
  program.branch(BPF_JEQ, kBondAsText, Label::accept, Label::drop);
  return program.finish();
}

}  // namespace

base::Expected<void> attach_link_filter(int socket_fd) {
  std::vector<sock_filter> code = link_filter_program();
  const sock_fprog program{static_cast<std::uint16_t>(code.size()), code.data()};
  if (::setsockopt(socket_fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
    return base::failure(base::from_errno("attach link filter", "netlink socket", errno));
  }
  return {};
}

}  // namespace hnv::bond
