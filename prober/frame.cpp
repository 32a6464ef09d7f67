// SPDX-License-Identifier: Apache-2.0
#include "prober/frame.hpp"

#include <algorithm>
#include <array>

namespace hnv::prober {

namespace {

using bond::MacAddress;

constexpr std::size_t kShortestFrame = 60;  // of Ethernet, without its checksum
constexpr std::size_t kAddressSize = 6;
constexpr std::uint16_t kVlanType = 0x8100;
constexpr std::uint16_t kServiceVlanType = 0x88a8;
constexpr MacAddress kBroadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
constexpr std::uint8_t kIcmp6 = 58;
constexpr std::uint8_t kOnLink = 255;  // the hop limit that no router has touched
constexpr std::uint8_t kSolicitation = 135;
constexpr std::uint8_t kAdvertisement = 136;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kSolicitationSize = 32;
constexpr std::size_t kAdvertisementSize = 24;  // without options

class Writer {
 public:
  Writer() { frame_.reserve(2 * kShortestFrame); }

  void number(std::uint64_t value, int bytes) {
    for (int at = bytes - 1; at >= 0; --at) {
      frame_.push_back(static_cast<std::uint8_t>(value >> (8 * at)));
    }
  }
  void bytes(FrameView view) { frame_.insert(frame_.end(), view.begin(), view.end()); }
  void header(const MacAddress& to, const MacAddress& from, std::uint16_t vlan,
              std::uint16_t type) {
    bytes(to.bytes);
    bytes(from.bytes);
    if (vlan != 0) {
      number(kVlanType, 2);
      number(vlan, 2);
    }
    number(type, 2);
  }
  Frame finish() {
    frame_.resize(std::max(frame_.size(), kShortestFrame));
    return std::move(frame_);
  }

 private:
  Frame frame_;
};

std::uint64_t number_at(FrameView view, std::size_t at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t index = 0; index < bytes; ++index) value = value << 8 | view[at + index];
  return value;
}

MacAddress address_at(FrameView view, std::size_t at) {
  MacAddress address;
  std::copy_n(view.begin() + static_cast<std::ptrdiff_t>(at), kAddressSize, address.bytes.begin());
  return address;
}

FrameView address_bytes(const IpAddress& address) {
  return FrameView(address.bytes)
      .first(address.family == IpAddress::Family::v4 ? std::size_t{4} : std::size_t{16});
}

IpAddress ip_at(FrameView view, std::size_t at, IpAddress::Family family) {
  IpAddress address;
  address.family = family;
  std::copy_n(view.begin() + static_cast<std::ptrdiff_t>(at), address_bytes(address).size(),
              address.bytes.begin());
  return address;
}

struct Payload {
  MacAddress source;
  std::uint16_t type = 0;
  FrameView bytes;
};

// What is addressed to `own` alone, past one VLAN tag if there is one.
std::optional<Payload> open_frame(FrameView frame, const MacAddress& own) {
  constexpr std::size_t kHeader = 2 * kAddressSize + 2;
  constexpr std::size_t kTag = 4;
  if (frame.size() < kHeader || address_at(frame, 0) != own) return std::nullopt;
  const MacAddress source = address_at(frame, kAddressSize);
  auto type = static_cast<std::uint16_t>(number_at(frame, kHeader - 2, 2));
  FrameView rest = frame.subspan(kHeader);
  if (type == kVlanType || type == kServiceVlanType) {
    if (rest.size() < kTag) return std::nullopt;
    type = static_cast<std::uint16_t>(number_at(rest, 2, 2));
    rest = rest.subspan(kTag);
  }
  return Payload{source, type, rest};
}

Frame arp_question(const Question& question) {
  Writer writer;
  writer.header(question.learned.value_or(kBroadcast), question.source, question.vlan, kArpType);
  writer.number(1, 2);       // Ethernet
  writer.number(0x0800, 2);  // IPv4
  writer.number(kAddressSize, 1);
  writer.number(4, 1);
  writer.number(1, 2);  // request
  writer.bytes(question.source.bytes);
  writer.number(0, 4);  // the sender's IP address is nobody's
  writer.number(0, kAddressSize);
  writer.bytes(address_bytes(question.target));
  return writer.finish();
}

std::optional<Answer> parse_arp(FrameView arp, const MacAddress& own) {
  constexpr std::size_t kSize = 28;
  constexpr std::uint64_t kReplyOfEthernetAndIpv4 = 0x0001'0800'0604'0002;
  if (arp.size() < kSize || number_at(arp, 0, 8) != kReplyOfEthernetAndIpv4) return std::nullopt;
  if (address_at(arp, 18) != own) return std::nullopt;
  return Answer{ip_at(arp, 14, IpAddress::Family::v4), address_at(arp, 8)};
}

// RFC 4443 section 2.3: over a pseudo header and the message; 0 for a message whose checksum is
// right.
std::uint16_t checksum_of(FrameView source, FrameView destination, FrameView message) {
  std::uint64_t sum = message.size() + kIcmp6;
  for (const FrameView part : {source, destination, message}) {
    for (std::size_t at = 0; at < part.size(); ++at) {
      sum += at % 2 == 0 ? std::uint64_t{part[at]} << 8 : part[at];
    }
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

// All solicited nodes that the target is one of, as an IPv6 and as an Ethernet address.
IpAddress group_of(const IpAddress& target) {
  IpAddress group;
  group.family = IpAddress::Family::v6;
  group.bytes = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
  std::copy(target.bytes.end() - 3, target.bytes.end(), group.bytes.end() - 3);
  return group;
}

MacAddress group_address_of(const IpAddress& group) {
  MacAddress address{{0x33, 0x33}};
  std::copy(group.bytes.end() - 4, group.bytes.end(), address.bytes.begin() + 2);
  return address;
}

Frame solicitation(const Question& question) {
  const IpAddress source = link_local_of(question.source);
  const IpAddress group = group_of(question.target);
  const IpAddress& destination = question.learned ? question.target : group;
  Frame message{kSolicitation, 0, 0, 0, 0, 0, 0, 0};
  message.reserve(kSolicitationSize);
  message.insert(message.end(), question.target.bytes.begin(), question.target.bytes.end());
  message.insert(message.end(), {1, 1});  // option: the sender's Ethernet address
  message.insert(message.end(), question.source.bytes.begin(), question.source.bytes.end());
  const std::uint16_t checksum = checksum_of(source.bytes, destination.bytes, message);
  message[2] = static_cast<std::uint8_t>(checksum >> 8);
  message[3] = static_cast<std::uint8_t>(checksum & 0xff);
  Writer writer;
  writer.header(question.learned.value_or(group_address_of(group)), question.source, question.vlan,
                kIpv6Type);
  writer.number(0x60000000, 4);
  writer.number(message.size(), 2);
  writer.number(kIcmp6, 1);
  writer.number(kOnLink, 1);
  writer.bytes(source.bytes);
  writer.bytes(destination.bytes);
  writer.bytes(message);
  return writer.finish();
}

std::optional<Answer> parse_advertisement(FrameView packet, const MacAddress& source,
                                          const MacAddress& own) {
  if (packet.size() < kIpv6Header + kAdvertisementSize) return std::nullopt;
  const std::size_t length = number_at(packet, 4, 2);
  const bool is_icmp = packet[0] >> 4 == 6 && packet[6] == kIcmp6 && packet[7] == kOnLink;
  if (!is_icmp || length < kAdvertisementSize || length > packet.size() - kIpv6Header) {
    return std::nullopt;
  }
  const FrameView message = packet.subspan(kIpv6Header, length);
  const FrameView from = packet.subspan(8, 16);
  const FrameView to = packet.subspan(24, 16);
  const IpAddress own_address = link_local_of(own);
  if (!std::equal(to.begin(), to.end(), own_address.bytes.begin())) return std::nullopt;
  if (message[0] != kAdvertisement || message[1] != 0) return std::nullopt;
  if (checksum_of(from, to, message) != 0) return std::nullopt;
  return Answer{ip_at(message, 8, IpAddress::Family::v6), source};
}

}  // namespace

Frame build_question(const Question& question) {
  return question.target.family == IpAddress::Family::v4 ? arp_question(question)
                                                         : solicitation(question);
}

std::optional<Answer> parse_answer(FrameView frame, const MacAddress& own) {
  const auto payload = open_frame(frame, own);
  if (!payload) return std::nullopt;
  if (payload->type == kArpType) return parse_arp(payload->bytes, own);
  if (payload->type == kIpv6Type) return parse_advertisement(payload->bytes, payload->source, own);
  return std::nullopt;
}

Frame build_cross(const CrossProbe& probe, const MacAddress& source, const MacAddress& destination,
                  std::uint16_t vlan) {
  Writer writer;
  writer.header(destination, source, vlan, kCrossType);
  writer.number(kCrossMagic, 4);
  writer.number(probe.run, 8);
  writer.number(probe.from, 4);
  writer.number(probe.to, 4);
  writer.number(probe.sequence, 8);
  return writer.finish();
}

std::optional<CrossProbe> parse_cross(FrameView frame, const MacAddress& own) {
  constexpr std::size_t kSize = 28;
  const auto payload = open_frame(frame, own);
  if (!payload || payload->type != kCrossType || payload->bytes.size() < kSize ||
      number_at(payload->bytes, 0, 4) != kCrossMagic) {
    return std::nullopt;
  }
  return CrossProbe{number_at(payload->bytes, 4, 8),
                    static_cast<std::uint32_t>(number_at(payload->bytes, 12, 4)),
                    static_cast<std::uint32_t>(number_at(payload->bytes, 16, 4)),
                    number_at(payload->bytes, 20, 8)};
}

IpAddress link_local_of(const MacAddress& address) {
  const auto& mac = address.bytes;
  IpAddress local;
  local.family = IpAddress::Family::v6;
  local.bytes = {
      0xfe,   0x80,   0,    0,    0,      0,      0,     0, static_cast<std::uint8_t>(mac[0] ^ 2),
      mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]};
  return local;
}

}  // namespace hnv::prober
