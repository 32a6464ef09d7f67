// SPDX-License-Identifier: Apache-2.0
// The frames that are sent and the ones that are understood. Pure. What each does to its receiver,
// to the switch and to others was measured (docs/prober.md): the sender's IP address is never the
// bond's, and its Ethernet address is always the slave's own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bond/mac_address.hpp"
#include "hnv/ip_address.hpp"

namespace hnv::prober {

using Frame = std::vector<std::uint8_t>;
using FrameView = std::span<const std::uint8_t>;

inline constexpr std::uint16_t kArpType = 0x0806;
inline constexpr std::uint16_t kIpv6Type = 0x86dd;
inline constexpr std::uint16_t kCrossType = 0x88b5;  // IEEE: for experiments on one's own network
inline constexpr std::uint32_t kCrossMagic = 0x484e5650;  // "HNVP"

struct Question {
  bond::MacAddress source;  // the slave's own present address
  IpAddress target;
  std::optional<bond::MacAddress> learned;  // of the target; empty: all are asked
  std::uint16_t vlan = 0;                   // 0: none
};

// IPv4: an ARP request from 0.0.0.0. IPv6: a neighbour solicitation from the link-local address
// that belongs to `source`.
Frame build_question(const Question& question);

struct Answer {
  IpAddress target;
  bond::MacAddress address;
  bool operator==(const Answer&) const = default;
};

// An ARP reply or a neighbour advertisement to `own`; with its VLAN tag or without, since the
// kernel may have taken it off.
std::optional<Answer> parse_answer(FrameView frame, const bond::MacAddress& own);

// From one slave to another, past all targets.
struct CrossProbe {
  std::uint64_t run = 0;  // of one start of one prober
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint64_t sequence = 0;
  bool operator==(const CrossProbe&) const = default;
};
Frame build_cross(const CrossProbe& probe, const bond::MacAddress& source,
                  const bond::MacAddress& destination, std::uint16_t vlan);
std::optional<CrossProbe> parse_cross(FrameView frame, const bond::MacAddress& own);

// fe80:: with the modified EUI-64 of the address.
IpAddress link_local_of(const bond::MacAddress& address);

}  // namespace hnv::prober
