// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace {

using namespace hnv::base;

TEST(Error, SaysWhatWasTriedOnWhatAndWhy) {
  EXPECT_EQ(from_errno("set primary", "bond191554c8", ENODEV).to_string(),
            "set primary bond191554c8: ENODEV: No such device");
  EXPECT_EQ(from_errno("open event loop", "", EMFILE).to_string(),
            "open event loop: EMFILE: Too many open files");
}

TEST(Error, TellsApartWhatCallersTellApart) {
  EXPECT_EQ(from_errno("", "", EPERM).code, ErrorCode::permission);
  EXPECT_EQ(from_errno("", "", ENOENT).code, ErrorCode::not_found);
  EXPECT_EQ(from_errno("", "", EBUSY).code, ErrorCode::busy);
  EXPECT_EQ(from_errno("", "", EOPNOTSUPP).code, ErrorCode::unsupported);
  EXPECT_EQ(from_errno("", "", EIO).code, ErrorCode::io);
}

TEST(Error, HasANumberForWhatHasNoName) {
  EXPECT_EQ(errno_text(98765), "errno 98765");
}

}  // namespace
