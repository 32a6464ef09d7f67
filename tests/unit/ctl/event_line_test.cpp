// SPDX-License-Identifier: Apache-2.0
#include "ctl/event_line.hpp"

#include <gtest/gtest.h>

namespace hnv::ctl {
namespace {

TEST(EventLine, LineHasTimeAndBond) {
  JournalEvent gone;
  gone.name = "bond_gone";
  gone.fields = {{"bond", std::string("bond1")}};
  gone.level = base::LogLevel::error;
  const std::string line = to_bytes(event_line(gone), false);
  EXPECT_EQ(line, local_time_text(0) + "  bond1  the bond has gone");
  EXPECT_NE(to_bytes(event_line(gone), true).find("\x1b[1;31mthe bond has gone"),
            std::string::npos);
}

TEST(EventLine, SayHowManyAreMissing) {
  EXPECT_EQ(to_bytes(missing_line(1), false), "--- 1 event is missing ---");
  EXPECT_EQ(to_bytes(missing_line(12), false), "--- 12 events are missing ---");
}

}  // namespace
}  // namespace hnv::ctl
