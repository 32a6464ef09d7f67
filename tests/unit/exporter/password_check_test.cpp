// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/password_check.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <new>

namespace {

using namespace hnv::exporter::front;
using Verdict = PasswordCheck::Verdict;
using std::chrono::seconds;

// bcrypt of "secret" with cost 4, in the three spellings that tools write.
constexpr const char* kHash = "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

TEST(Basic, IsDecoded) {
  const auto credentials = parse_basic("basic  dXNlcjpwYXNzOndvcmQ=");
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->user, "user");
  EXPECT_EQ(credentials->password, "pass:word");
}

TEST(Basic, NothingElseIs) {
  for (const char* header : {"", "Basic", "Basic ", "Bearer dXNlcjpw", "Basic dXNlcg==",
                             "Basic ???", "Basic dXNlcjpw===", "Basicx dXNlcjpw"}) {
    EXPECT_FALSE(parse_basic(header)) << header;
  }
}

TEST(Bcrypt, Matches) {
  const std::string hash = kHash;
  for (const char* kind : {"$2a$", "$2b$", "$2y$"}) {
    EXPECT_TRUE(matches("secret", kind + hash.substr(4))) << kind;
    EXPECT_FALSE(matches("Secret", kind + hash.substr(4))) << kind;
  }
  EXPECT_FALSE(matches(std::string("secret\0x", 8), hash));
}

class PasswordChecks : public ::testing::Test {
 protected:
  PasswordChecks() : check_(limits_, [this] { told(); }) { settings_.users = {{"user", kHash}}; }

  Verdict ask(const std::string& user, const std::string& password,
              const std::string& source = "here") {
    return check_.check(settings_, {user, password}, source, ++ticket_, now_);
  }

  // The answer, after as long as it takes.
  bool is_right(const std::string& user, const std::string& password,
                const std::string& source = "here") {
    EXPECT_EQ(ask(user, password, source), Verdict::pending);
    std::vector<PasswordCheck::Told> verdicts;
    while (verdicts.empty()) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return count_ != taken_; });
      ++taken_;
      lock.unlock();
      verdicts = check_.take_verdicts(now_);
    }
    EXPECT_EQ(verdicts.front().ticket, ticket_);
    return verdicts.front().answer == PasswordCheck::Answer::right;
  }

  void told() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }

  Limits limits_;
  WebSettings settings_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
  int taken_ = 0;
  std::uint64_t ticket_ = 0;
  PasswordCheck::Clock::time_point now_ = PasswordCheck::Clock::now();
  PasswordCheck check_;
};

TEST_F(PasswordChecks, RightPairIsCheckedOnceOnly) {
  EXPECT_TRUE(is_right("user", "secret"));
  EXPECT_EQ(ask("user", "secret"), Verdict::right);
}

TEST_F(PasswordChecks, WrongOnesAreCheckedEachTime) {
  EXPECT_FALSE(is_right("user", "wrong"));
  EXPECT_FALSE(is_right("nobody", "secret"));
  EXPECT_FALSE(is_right("user", "wrong"));
}

TEST_F(PasswordChecks, ChangedHashEndsARightPair) {
  EXPECT_TRUE(is_right("user", "secret"));
  settings_.users.front().second = std::string(kHash).replace(59, 1, "x");
  EXPECT_FALSE(is_right("user", "secret"));
}

TEST_F(PasswordChecks, ManyWrongOnesHoldTheirSourceBackForAWhile) {
  for (std::size_t turn = 0; turn < limits_.wrong_passwords; ++turn) {
    EXPECT_FALSE(is_right("user", "wrong"));
  }
  EXPECT_EQ(ask("user", "secret"), Verdict::too_many);
  EXPECT_EQ(check_.wait_of("here", now_), limits_.password_window);
  EXPECT_TRUE(is_right("user", "secret", "elsewhere"));
  EXPECT_EQ(ask("user", "secret"), Verdict::right) << "known by now, from wherever";
  now_ += limits_.password_window;
  EXPECT_FALSE(is_right("user", "other"));
}

TEST_F(PasswordChecks, OneSourceCannotFillTheLine) {
  for (std::size_t turn = 0; turn < limits_.password_checks_per_address; ++turn) {
    EXPECT_EQ(ask("user", "wrong"), Verdict::pending);
  }
  EXPECT_EQ(ask("user", "wrong"), Verdict::too_many);
  EXPECT_EQ(ask("user", "wrong", "elsewhere"), Verdict::pending);
}

TEST_F(PasswordChecks, WithoutMemoryTheyAreBusyAndNotWrong) {
  std::promise<void> told;
  PasswordCheck check(
      limits_, [&told] { told.set_value(); },
      [](const std::string&, const std::string&) -> bool { throw std::bad_alloc(); });
  EXPECT_EQ(check.check(settings_, {"user", "secret"}, "here", 1, now_), Verdict::pending);
  told.get_future().wait();
  const auto verdicts = check.take_verdicts(now_);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts.front().answer, PasswordCheck::Answer::busy);
}

TEST_F(PasswordChecks, TheLineHasAnEnd) {
  for (std::size_t turn = 0; turn < limits_.password_checks; ++turn) {
    EXPECT_EQ(ask("user", "wrong", std::to_string(turn)), Verdict::pending);
  }
  EXPECT_EQ(ask("user", "wrong", "late"), Verdict::busy);
}

}  // namespace
