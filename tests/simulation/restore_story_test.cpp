// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/simulation.hpp"

namespace hnv::test {
namespace {
using namespace std::chrono_literals;
TEST(A, B) {
  Config c;
  c.bonds.push_back({"bond0", ByDevice{"vf0"}, 2});
  Simulation s(c);
  auto bond = s.kernel.add_bond({});
  auto vf = s.kernel.add_device({.name = "vf0"});
  auto vn = s.kernel.add_device({.name = "env3", .bus = "vio"});
  EXPECT_EQ(s.kernel.enslave(bond, vf), 0);
  EXPECT_EQ(s.kernel.enslave(bond, vn), 0);
  s.run_for(1s);
  EXPECT_EQ(s.active(bond), vf);
  s.kernel.set_plugged(vf, false);
  s.run_for(1s);
  EXPECT_EQ(s.active(bond), vn);
  s.kernel.set_plugged(vf, true);
  s.run_for(1s);
  EXPECT_EQ(s.active(bond), vn);
  s.run_for(30s);
  EXPECT_EQ(s.active(bond), vf);
  EXPECT_EQ(s.writes().size(), 1U);
}
}  // namespace
}  // namespace hnv::test
