// SPDX-License-Identifier: Apache-2.0
// Frames byte by byte: what leaves, and what is taken for an answer.
#include "prober/frame.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hnv;
using namespace hnv::prober;

const bond::MacAddress kOwn = *bond::MacAddress::parse("52:54:00:00:00:12");
const bond::MacAddress kPeer = *bond::MacAddress::parse("52:55:0a:00:02:02");
const IpAddress kGateway = *IpAddress::parse("10.0.2.2");
const IpAddress kGateway6 = *IpAddress::parse("fe80::2");

Frame bytes_of(std::string_view hex) {
  Frame frame;
  for (std::size_t at = 0; at + 1 < hex.size();) {
    if (hex[at] == ' ') {
      ++at;
      continue;
    }
    frame.push_back(
        static_cast<std::uint8_t>(std::stoul(std::string(hex.substr(at, 2)), nullptr, 16)));
    at += 2;
  }
  return frame;
}

Frame padded(Frame frame) {
  frame.resize(std::max<std::size_t>(frame.size(), 60));
  return frame;
}

Frame arp_reply() {
  return bytes_of(
      "525400000012 52550a000202 0806 0001 0800 06 04 0002 "
      "52550a000202 0a000202 525400000012 00000000");
}

Frame with(Frame frame, std::size_t at, std::uint8_t value) {
  frame.at(at) = value;
  return frame;
}

TEST(ProbeFrame, AsksByArpFromNobodysAddress) {
  EXPECT_EQ(build_question({kOwn, kGateway, std::nullopt, 0}),
            padded(bytes_of("ffffffffffff 525400000012 0806 0001 0800 06 04 0001 "
                            "525400000012 00000000 000000000000 0a000202")));
}

TEST(ProbeFrame, AsksALearnedAddressAlone) {
  EXPECT_EQ(build_question({kOwn, kGateway, kPeer, 0}),
            padded(bytes_of("52550a000202 525400000012 0806 0001 0800 06 04 0001 "
                            "525400000012 00000000 000000000000 0a000202")));
}

TEST(ProbeFrame, CarriesTheTagOfAVlan) {
  EXPECT_EQ(build_question({kOwn, kGateway, std::nullopt, 100}),
            padded(bytes_of("ffffffffffff 525400000012 8100 0064 0806 0001 0800 06 04 0001 "
                            "525400000012 00000000 000000000000 0a000202")));
}

TEST(ProbeFrame, SolicitsFromTheSlavesOwnLinkLocalAddress) {
  EXPECT_EQ(link_local_of(kOwn).to_string(), "fe80::5054:ff:fe00:12");
  const Frame frame = build_question({kOwn, kGateway6, std::nullopt, 0});
  Frame expected = bytes_of(
      "3333ff000002 525400000012 86dd 60000000 0020 3a ff "
      "fe80000000000000505400fffe000012 ff0200000000000000000001ff000002 "
      "87 00 0000 00000000 fe800000000000000000000000000002 "
      "01 01 525400000012");
  ASSERT_EQ(frame.size(), expected.size());
  expected[56] = frame[56];
  expected[57] = frame[57];
  EXPECT_EQ(frame, expected);
}

TEST(ProbeFrame, ArpRepliesAreAnswers) {
  const Answer answer{kGateway, kPeer};
  EXPECT_EQ(parse_answer(arp_reply(), kOwn), answer);
  EXPECT_EQ(parse_answer(padded(arp_reply()), kOwn), answer);
  Frame tagged = arp_reply();
  const Frame tag = bytes_of("81000064");
  tagged.insert(tagged.begin() + 12, tag.begin(), tag.end());
  EXPECT_EQ(parse_answer(tagged, kOwn), answer) << "the tag may still be there";
}

TEST(ProbeFrame, OtherArpIsNoAnswer) {
  EXPECT_FALSE(parse_answer(arp_reply(), kPeer)) << "to another address";
  EXPECT_FALSE(parse_answer(with(arp_reply(), 21, 1), kOwn)) << "a request";
  EXPECT_FALSE(parse_answer(with(arp_reply(), 15, 6), kOwn)) << "not of Ethernet";
  EXPECT_FALSE(parse_answer(with(arp_reply(), 37, 0x11), kOwn)) << "the answer to someone else";
  EXPECT_FALSE(parse_answer(with(arp_reply(), 13, 0), kOwn)) << "not ARP";
}

// An advertisement of fe80::2 to the slave's own link-local address, as a router sends it.
Frame advertisement() {
  Frame frame = bytes_of(
      "525400000012 52550a000202 86dd 60000000 0020 3a ff "
      "fe800000000000000000000000000002 fe80000000000000505400fffe000012 "
      "88 00 0000 e0000000 fe800000000000000000000000000002 "
      "02 01 52550a000202");
  std::uint32_t sum = 0x20 + 58;
  for (std::size_t at = 22; at < frame.size(); at += 2) {
    sum += static_cast<std::uint32_t>(frame[at] << 8 | frame[at + 1]);
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  frame[56] = static_cast<std::uint8_t>(~sum >> 8);
  frame[57] = static_cast<std::uint8_t>(~sum);
  return frame;
}

TEST(ProbeFrame, AdvertisementsAreAnswers) {
  EXPECT_EQ(parse_answer(advertisement(), kOwn), (Answer{kGateway6, kPeer}));
}

TEST(ProbeFrame, OtherIpv6IsNoAnswer) {
  EXPECT_FALSE(parse_answer(advertisement(), kPeer)) << "to another address";
  EXPECT_FALSE(parse_answer(with(advertisement(), 57, 0), kOwn)) << "a wrong checksum";
  EXPECT_FALSE(parse_answer(with(advertisement(), 21, 64), kOwn)) << "through a router";
  EXPECT_FALSE(parse_answer(with(advertisement(), 54, 135), kOwn)) << "a solicitation";
  EXPECT_FALSE(parse_answer(with(advertisement(), 19, 0x80), kOwn)) << "longer than the frame";
  EXPECT_FALSE(parse_answer(with(advertisement(), 19, 8), kOwn)) << "shorter than its own header";
}

TEST(ProbeFrame, TheSumOfASolicitationIsRight) {
  const Frame frame = build_question({kOwn, kGateway6, kPeer, 0});
  std::uint32_t sum = 0x20 + 58;
  for (std::size_t at = 22; at < 86; at += 2) {
    sum += static_cast<std::uint32_t>(frame[at] << 8 | frame[at + 1]);
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  EXPECT_EQ(sum, 0xffffU);
}

TEST(ProbeFrame, CrossProbesAreReadBack) {
  const CrossProbe probe{0x0123456789abcdef, 5, 6, 77};
  const Frame frame = build_cross(probe, kPeer, kOwn, 0);
  EXPECT_EQ(frame.size(), 60U);
  EXPECT_EQ(parse_cross(frame, kOwn), probe);
  EXPECT_EQ(parse_cross(build_cross(probe, kPeer, kOwn, 100), kOwn), probe);
  EXPECT_FALSE(parse_cross(frame, kPeer)) << "to another address";
  EXPECT_FALSE(parse_cross(with(frame, 14, 0), kOwn)) << "someone else's experiment";
  EXPECT_FALSE(parse_answer(frame, kOwn));
}

TEST(ProbeFrame, EveryTruncationIsSurvived) {
  constexpr std::size_t kShortestCross = 46;  // header, tag, and what is in it
  for (const Frame& whole :
       {arp_reply(), advertisement(), build_cross({1, 2, 3, 4}, kPeer, kOwn, 9)}) {
    const bool cross = parse_cross(whole, kOwn).has_value();
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const FrameView part = FrameView(whole).first(size);
      EXPECT_FALSE(parse_answer(part, kOwn)) << size;
      EXPECT_EQ(parse_cross(part, kOwn).has_value(), size >= kShortestCross && cross) << size;
    }
  }
}

}  // namespace
