// SPDX-License-Identifier: Apache-2.0
// The probing of one bond against a network that is played: who answers, and who does not.
#include "prober/bond_prober.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace {

using namespace hnv;
using namespace hnv::prober;
using namespace std::chrono_literals;

const bond::MacAddress kSriovMac = *bond::MacAddress::parse("52:54:00:00:00:11");
const bond::MacAddress kVirtualMac = *bond::MacAddress::parse("52:54:00:00:00:12");
const bond::MacAddress kRouterMac = *bond::MacAddress::parse("52:55:0a:00:02:02");
const IpAddress kRouter = *IpAddress::parse("10.0.2.2");
constexpr bond::IfIndex kSriov{5};
constexpr bond::IfIndex kVirtual{6};

Frame reply_to(const Outgoing& question) {
  Frame reply(60);
  const auto put = [&reply](std::size_t at, FrameView bytes) {
    std::copy(bytes.begin(), bytes.end(), reply.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(0, question.source.bytes);
  put(6, kRouterMac.bytes);
  put(12, Frame{8, 6, 0, 1, 8, 0, 6, 4, 0, 2});
  put(22, kRouterMac.bytes);
  put(28, FrameView(kRouter.bytes).first(4));
  put(32, question.source.bytes);
  return reply;
}

class ProbedPair : public testing::Test {
 protected:
  ProbedPair() {
    view.name = "bond0";
    view.index = {7};
    view.address = kSriovMac;
    view.slaves = {{"vf0", kSriov, kSriovMac, Role::sriov, true, true, ""},
                   {"env3", kVirtual, kVirtualMac, Role::virtual_device, false, true, ""}};
    view.targets = {{kRouter, 0}};
    prober.see(view, now);
    wait_out_pause();
  }

  void wait_out_pause() {
    const base::BootTime until = now + BondProber::kPause;
    while (prober.wake_at() < until) prober.start_round(prober.wake_at());
    now = until;
  }
  // One round: everything that is due, with the answers of what lives.
  std::vector<Outgoing> round() {
    now = std::max(now, prober.wake_at());
    const auto frames = prober.start_round(now);
    for (const Outgoing& frame : frames) deliver(frame);
    return frames;
  }
  void rounds(int count) {
    for (int done = 0; done < count; ++done) round();
  }
  void deliver(const Outgoing& frame) {
    const bool leaves = frame.slave == kSriov ? sriov_sends : virtual_sends;
    if (!leaves) return;
    const base::BootTime then = now + 2ms;
    if (frame.heard_by) {
      const bool arrives = *frame.heard_by == kSriov ? sriov_receives : virtual_receives;
      if (arrives && !isolated) prober.note_frame(*frame.heard_by, frame.frame, then);
    } else if (router && (frame.slave == kSriov ? sriov_receives : virtual_receives)) {
      prober.note_frame(frame.slave, reply_to(frame), then);
    }
  }
  void kill_sriov() { sriov_sends = sriov_receives = false; }
  void kill_virtual() { virtual_sends = virtual_receives = false; }
  void settle() {
    rounds(4);
    ASSERT_EQ(prober.verdict(), PathVerdict::healthy);
  }

  base::BootTime now{100s};
  BondView view;
  BondProber prober{PathConfig{}, 42, now};
  bool sriov_sends = true, sriov_receives = true;
  bool virtual_sends = true, virtual_receives = true;
  bool router = true, isolated = false;
};

TEST_F(ProbedPair, SendsFourFramesARoundAndFindsAllWell) {
  EXPECT_EQ(prober.verdict(), PathVerdict::not_judged);
  EXPECT_EQ(round().size(), 4U);
  EXPECT_EQ(prober.verdict(), PathVerdict::not_judged) << "too early";
  rounds(3);
  EXPECT_EQ(prober.verdict(), PathVerdict::healthy);
  EXPECT_EQ(prober.doubt(), "");
}

TEST_F(ProbedPair, BlamesTheDeadPathAfterThreeLostProbes) {
  settle();
  kill_sriov();
  const base::BootTime died = now;
  rounds(3);
  EXPECT_EQ(prober.verdict(), PathVerdict::healthy);
  round();
  EXPECT_EQ(prober.verdict(), PathVerdict::sriov_dead);
  EXPECT_LE(now - died, 4s);
  sriov_sends = sriov_receives = true;
  rounds(3);
  EXPECT_EQ(prober.verdict(), PathVerdict::healthy) << "three answers";
}

TEST_F(ProbedPair, TellsTheFaultsApart) {
  settle();
  kill_virtual();
  rounds(4);
  EXPECT_EQ(prober.verdict(), PathVerdict::virtual_dead);
  kill_sriov();
  rounds(4);
  EXPECT_EQ(prober.verdict(), PathVerdict::both_dead);
  sriov_sends = sriov_receives = virtual_sends = virtual_receives = true;
  router = false;
  rounds(4);
  EXPECT_EQ(prober.verdict(), PathVerdict::target_dead);
  router = true;
  rounds(4);
  EXPECT_EQ(prober.verdict(), PathVerdict::healthy);
  sriov_sends = false;
  rounds(4);
  EXPECT_EQ(prober.verdict(), PathVerdict::sriov_dead);
  const auto crosses = prober.status().crosses;
  ASSERT_EQ(crosses.size(), 2U);
  EXPECT_EQ(crosses[0].up, false) << "from the SR-IOV slave";
  EXPECT_EQ(crosses[1].up, true);
}

TEST_F(ProbedPair, CrossProbesThatNobodyLetsThroughAreOfNoUse) {
  isolated = true;
  rounds(5);
  EXPECT_EQ(prober.verdict(), PathVerdict::isolated);
  EXPECT_EQ(prober.status().crosses.at(0).up, std::nullopt);
  isolated = false;
  rounds(4);
  EXPECT_EQ(prober.verdict(), PathVerdict::healthy);
  EXPECT_EQ(prober.status().crosses.at(0).up, true);
}

TEST_F(ProbedPair, AsksAllOfThemFirstAndAfterALossAndElseTheOneItKnows) {
  const auto destination = [](const Outgoing& frame) { return frame.frame.at(0); };
  EXPECT_EQ(destination(round().at(0)), 0xff);
  EXPECT_EQ(destination(round().at(0)), kRouterMac.bytes[0]);
  router = false;
  round();
  EXPECT_EQ(destination(round().at(0)), 0xff);
}

TEST_F(ProbedPair, JudgesNothingAfterItsOwnSleep) {
  settle();
  kill_sriov();
  rounds(2);
  now += 5s;  // two are lost by now, and the third would be blamed
  rounds(1);
  EXPECT_EQ(prober.overslept(), 1U);
  EXPECT_EQ(prober.verdict(), PathVerdict::healthy);
  const auto judged = prober.status().judged_at;
  EXPECT_LE(judged, now - 5s) << "not confirmed either";
}

TEST_F(ProbedPair, PausesAfterAFailoverAndForgetsNothing) {
  settle();
  const auto probes = prober.status().slaves.at(0).targets.at(0).probes;
  now += 500ms;
  view.slaves[0].active = false;
  view.slaves[1].active = true;
  std::swap(view.slaves[0].address, view.slaves[1].address);
  prober.see(view, now);
  const base::BootTime moved = now;
  while (prober.wake_at() < moved + BondProber::kPause) EXPECT_THAT(round(), testing::IsEmpty());
  EXPECT_EQ(prober.status().slaves.at(0).targets.at(0).probes, probes);
  EXPECT_EQ(prober.verdict(), PathVerdict::healthy);
  const auto frames = round();
  ASSERT_EQ(frames.size(), 4U);
  EXPECT_EQ(frames[0].source, kVirtualMac) << "the address that the slave has now";
}

// As the kernel tells a failover with fail_over_mac=follow.
TEST_F(ProbedPair, WhatAFailoverLooksLikeOnItsWayIsNoDoubt) {
  settle();
  view.slaves[0].active = false;
  prober.see(view, now);
  view.slaves[1].address = view.address;
  prober.see(view, now);
  view.slaves[0].address = kVirtualMac;
  prober.see(view, now);
  view.slaves[1].active = true;
  prober.see(view, now);
  EXPECT_EQ(prober.verdict(), PathVerdict::healthy);
  wait_out_pause();
  rounds(2);
  EXPECT_EQ(prober.verdict(), PathVerdict::healthy);
}

TEST_F(ProbedPair, NeverAsksFromAnIdleSlaveWithTheBondsAddress) {
  view.slaves[1].address = view.address;
  prober.see(view, now);
  wait_out_pause();
  for (const Outgoing& frame : round()) EXPECT_EQ(frame.slave, kSriov);
  EXPECT_EQ(prober.verdict(), PathVerdict::not_judged);
  EXPECT_EQ(prober.doubt(), "env3: has the bond's own address");
  EXPECT_EQ(prober.status().slaves.at(1).not_probed, "has the bond's own address");
}

TEST_F(ProbedPair, ASlaveWithoutCarrierIsNotAskedAndStartsAnew) {
  settle();
  view.slaves[0].lower_up = false;
  prober.see(view, now);
  EXPECT_EQ(prober.verdict(), PathVerdict::not_judged);
  EXPECT_EQ(prober.doubt(), "vf0: no carrier");
  wait_out_pause();
  for (const Outgoing& frame : round()) EXPECT_EQ(frame.slave, kVirtual);
  view.slaves[0].lower_up = true;
  prober.see(view, now);
  EXPECT_EQ(prober.status().slaves.at(0).targets.at(0).up, std::nullopt);
  wait_out_pause();
  settle();
}

TEST_F(ProbedPair, WhatDidNotLeaveIsNotLost) {
  settle();
  kill_sriov();
  for (int count = 0; count < 8; ++count) {
    for (const Outgoing& frame : round()) {
      if (frame.slave == kSriov) prober.note_unsent(frame, count % 2 == 0);
    }
  }
  const SlavePath slave = prober.status().slaves.at(0);
  EXPECT_EQ(slave.targets.at(0).lost_in_row, 0U);
  EXPECT_EQ(slave.errors, 8U) << "of four rounds, a question and a cross probe each";
}

TEST_F(ProbedPair, LateAnswersAreCounted) {
  settle();
  router = false;
  const Outgoing question = round().at(0);
  router = true;
  round();
  prober.note_frame(kSriov, reply_to(question), now + 5ms);
  EXPECT_EQ(prober.status().slaves.at(0).targets.at(0).late_answers, 1U);
  prober.note_frame(kSriov, reply_to(question), now + 6ms);
  EXPECT_EQ(prober.status().slaves.at(0).targets.at(0).late_answers, 1U) << "nobody asked for it";
}

TEST_F(ProbedPair, CrossProbesOfAnotherRunAreNotHeard) {
  settle();
  virtual_receives = false;
  for (int count = 0; count < 4; ++count) {
    round();
    prober.note_frame(kVirtual, build_cross({43, 5, 6, 1}, kSriovMac, kVirtualMac, 0), now);
  }
  EXPECT_EQ(prober.status().crosses.at(0).up, false);
}

TEST_F(ProbedPair, OneOfTwoTargetsProvesThePath) {
  view.targets.push_back({*IpAddress::parse("10.0.2.3"), 0});
  prober.see(view, now);
  rounds(5);
  EXPECT_EQ(prober.verdict(), PathVerdict::healthy);
  EXPECT_EQ(prober.status().slaves.at(0).targets.at(1).up, false);
}

TEST_F(ProbedPair, SaysWhyNothingIsAsked) {
  view.targets.clear();
  view.no_target = "no default route leads over the bond";
  prober.see(view, now);
  EXPECT_EQ(prober.doubt(), "vf0: no default route leads over the bond");
  view.slaves.pop_back();
  prober.see(view, now);
  wait_out_pause();
  EXPECT_THAT(round(), testing::IsEmpty());
  EXPECT_EQ(prober.doubt(), "not exactly one virtual slave");
  EXPECT_THAT(round(), testing::IsEmpty());
}

TEST_F(ProbedPair, RoundsComeWithinTheIntervalAndNotInStep) {
  BondProber other(PathConfig{}, 43, now);
  std::set<base::BootClock::duration> seen;
  for (int count = 0; count < 50; ++count) {
    const auto before = prober.wake_at();
    now = std::max(now, before);
    prober.start_round(now);
    const auto interval = prober.wake_at() - now;
    EXPECT_GT(interval, 900ms - 1ns);
    EXPECT_LE(interval, 1s);
    seen.insert(interval);
  }
  EXPECT_GT(seen.size(), 30U);
}

}  // namespace
