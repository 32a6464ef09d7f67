// SPDX-License-Identifier: Apache-2.0
// Who may pass with "Authorization: Basic". bcrypt is slow on purpose, so it runs on a thread of
// its own, once for a right pair of name and password; afterwards the pair is recognised by a keyed
// hash. A name that nobody has costs as much time as one that somebody has.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "exporter/front/limits.hpp"
#include "exporter/front/web_settings.hpp"

namespace hnv::exporter::front {

struct Credentials {
  std::string user;
  std::string password;
};

// The value of an Authorization header; empty when it is not Basic, or broken.
std::optional<Credentials> parse_basic(std::string_view header);

// Whether bcrypt of `password` is `hash`. Takes as long as the hash's cost says.
bool matches(const std::string& password, const std::string& hash);

class PasswordCheck {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Verdict {
    right,
    pending,   // `take_verdicts` will tell
    too_many,  // wrong or unchecked passwords from there: status 429
    busy,      // unchecked passwords in all: status 503
  };

  // What a check has come to. busy: it could not be made, for want of memory.
  enum class Answer { right, wrong, busy };
  using Matcher = std::function<bool(const std::string& password, const std::string& hash)>;

  // `wake` is called on the checking thread when there are verdicts to take.
  PasswordCheck(const Limits& limits, std::function<void()> wake, Matcher matcher = matches);
  PasswordCheck(const PasswordCheck&) = delete;
  PasswordCheck& operator=(const PasswordCheck&) = delete;
  PasswordCheck(PasswordCheck&&) = delete;
  PasswordCheck& operator=(PasswordCheck&&) = delete;
  ~PasswordCheck();

  // `source` is the client's address, `ticket` the caller's name for this question.
  Verdict check(const WebSettings& settings, const Credentials& credentials,
                const std::string& source, std::uint64_t ticket, Clock::time_point now);

  struct Told {
    std::uint64_t ticket = 0;
    Answer answer = Answer::wrong;
  };
  std::vector<Told> take_verdicts(Clock::time_point now);

  // How long a source with too many wrong passwords has to wait.
  [[nodiscard]] std::chrono::seconds wait_of(const std::string& source,
                                             Clock::time_point now) const;

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Question {
    std::uint64_t ticket = 0;
    std::string source;
    std::string password;
    std::string hash;
    bool known = false;  // the user
    Digest pair{};
    Answer answer = Answer::wrong;
  };
  struct Wrong {
    std::size_t count = 0;
    Clock::time_point until;
  };

  [[nodiscard]] Digest digest_of(const Credentials& credentials, const std::string& hash) const;
  [[nodiscard]] bool has_too_many(const std::string& source, Clock::time_point now) const;
  void note_wrong(const std::string& source, Clock::time_point now);
  void remember(const Digest& pair);
  [[nodiscard]] Answer answer_to(const Question& question) const;
  void work();

  const Limits& limits_;
  std::function<void()> wake_;
  Matcher matches_;
  Digest key_{};

  // Of the caller's thread.
  std::set<Digest> right_pairs_;
  std::deque<Digest> right_order_;
  std::unordered_map<std::string, Wrong> wrong_;
  std::unordered_map<std::string, std::size_t> unchecked_;
  std::size_t unchecked_in_all_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Lists: to move a question from one to the other takes no memory.
  std::list<Question> asked_;
  std::list<Question> told_;
  bool ending_ = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace hnv::exporter::front
