// SPDX-License-Identifier: Apache-2.0
// Who is asked, from what the host says of its routes and addresses.
#include "prober/targets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace hnv;
using namespace hnv::prober;
using testing::ElementsAre;
using testing::IsEmpty;

IpAddress address(const char* text) {
  return *IpAddress::parse(text);
}

HostNetwork some_host() {
  HostNetwork host;
  host.gateways = {{"mgmt", address("10.0.3.2")}, {"bond0.100", address("10.0.7.2")}};
  host.addresses = {{"bond0", address("10.0.2.15"), 24},
                    {"bond0.100", address("10.0.7.1"), 24},
                    {"mgmt", address("10.0.3.15"), 24}};
  host.vlans = {{"bond0.100", "bond0", 100}};
  return host;
}

PathConfig asking(std::vector<IpAddress> targets) {
  PathConfig config;
  config.targets = std::move(targets);
  return config;
}

TEST(ProbeTargets, AreTheDefaultGatewaysOverTheBond) {
  const Targets chosen = choose_targets(PathConfig{}, "bond0", some_host());
  EXPECT_THAT(chosen.targets, ElementsAre(ViewedTarget{address("10.0.7.2"), 100}));
  EXPECT_EQ(chosen.no_target, "");
}

TEST(ProbeTargets, AreNoneWhereNoDefaultRouteLeadsOverTheBond) {
  const Targets chosen = choose_targets(PathConfig{}, "bond1", some_host());
  EXPECT_THAT(chosen.targets, IsEmpty());
  EXPECT_EQ(chosen.no_target, "no target is configured, and no default route leads over the bond");
}

TEST(ProbeTargets, AreTheConfiguredOnesInTheVlanOfTheirNetwork) {
  const auto config = asking({address("10.0.2.2"), address("10.0.7.9"), address("192.0.2.1")});
  EXPECT_THAT(
      choose_targets(config, "bond0", some_host()).targets,
      ElementsAre(ViewedTarget{address("10.0.2.2"), 0}, ViewedTarget{address("10.0.7.9"), 100},
                  ViewedTarget{address("192.0.2.1"), 0}));
}

TEST(ProbeTargets, AreNeverAddressesOfTheHost) {
  const auto both = asking({address("10.0.2.15"), address("10.0.2.2")});
  EXPECT_THAT(choose_targets(both, "bond0", some_host()).targets,
              ElementsAre(ViewedTarget{address("10.0.2.2"), 0}));
  const Targets own = choose_targets(asking({address("10.0.3.15")}), "bond0", some_host());
  EXPECT_THAT(own.targets, IsEmpty());
  EXPECT_EQ(own.no_target, "its targets are addresses of this host");
}

TEST(ProbeTargets, ReadsTheRoutesOfTheKernel) {
  EXPECT_THAT(
      parse_ipv4_gateways(
          "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
          "bond0\t00000000\t0202000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
          "bond0\t00000000\t0202000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
          "bond1\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n"
          "bond0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
          "cut\t00000000\t02\n"),
      ElementsAre(Gateway{"bond0", address("10.0.2.2")}));
  const std::string zero(32, '0');
  EXPECT_THAT(parse_ipv6_gateways(zero + " 00 " + zero +
                                  " 00 fe800000000000000000000000000002 00000400 00000001 "
                                  "00000000 00000003    bond0\n" +
                                  zero + " 00 " + zero + " 00 " + zero +
                                  " ffffffff 00000001 00000000 00200200       lo\n"),
              ElementsAre(Gateway{"bond0", address("fe80::2")}));
  EXPECT_THAT(parse_ipv4_gateways(""), IsEmpty());
  EXPECT_THAT(parse_ipv6_gateways(zero + " 00 x\n"), IsEmpty());
}

}  // namespace
