// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/password_check.hpp"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "exporter/http_text.hpp"

namespace hnv::exporter::front {

namespace {

constexpr std::size_t kMostPairs = 256;
constexpr std::size_t kMostSources = 4096;

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::size_t kGroup = 4;
  if (text.empty() || text.size() % kGroup != 0) return std::nullopt;
  std::string bytes(text.size() / kGroup * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  const auto padding = static_cast<std::size_t>(std::count(text.end() - 2, text.end(), '='));
  // The library takes blanks at both ends and leaves padding in as zeros.
  if (size != static_cast<int>(bytes.size())) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

// The hash that a name of nobody is checked against: the dearest of the real ones, so that time
// tells nothing where all have the same cost.
const std::string& dearest_of(const WebSettings& settings) {
  const auto by_cost = [](const auto& left, const auto& right) {
    return left.second.compare(4, 2, right.second, 4, 2) < 0;
  };
  return std::max_element(settings.users.begin(), settings.users.end(), by_cost)->second;
}

}  // namespace

std::optional<Credentials> parse_basic(std::string_view header) {
  const auto blank = header.find(' ');
  if (blank == std::string_view::npos || !same_word(header.substr(0, blank), "basic"))
    return std::nullopt;
  header.remove_prefix(std::min(header.find_first_not_of(' ', blank), header.size()));
  const auto pair = decode_base64(header);
  if (!pair) return std::nullopt;
  const auto colon = pair->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return Credentials{pair->substr(0, colon), pair->substr(colon + 1)};
}

bool matches(const std::string& password, const std::string& hash) {
  // 32 KiB, too much for a stack.
  const auto data = std::make_unique<crypt_data>();
  const char* made = ::crypt_r(password.c_str(), hash.c_str(), data.get());
  // A zero byte would end the password for crypt() and not for its owner.
  const bool whole = password.find('\0') == std::string::npos;
  const bool same = made != nullptr && std::strlen(made) == hash.size() &&
                    CRYPTO_memcmp(made, hash.data(), hash.size()) == 0;
  OPENSSL_cleanse(data.get(), sizeof *data);
  return whole && same;
}

PasswordCheck::PasswordCheck(const Limits& limits, std::function<void()> wake, Matcher matcher)
    : limits_(limits), wake_(std::move(wake)), matches_(std::move(matcher)) {
  // The kernel's: OpenSSL's own would start all of it, 3 MB, where nobody may have a password.
  if (::getentropy(key_.data(), key_.size()) != 0) {
    throw std::system_error(errno, std::generic_category(), "getentropy");
  }
  thread_ = std::thread([this] { work(); });
}

PasswordCheck::~PasswordCheck() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

PasswordCheck::Digest PasswordCheck::digest_of(const Credentials& credentials,
                                               const std::string& hash) const {
  // The lengths keep "a", "bc" apart from "ab", "c".
  std::string text = std::to_string(credentials.user.size()) + "," +
                     std::to_string(credentials.password.size()) + "," + credentials.user +
                     credentials.password + hash;
  Digest digest{};
  unsigned size = digest.size();
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  OPENSSL_cleanse(text.data(), text.size());
  return digest;
}

PasswordCheck::Verdict PasswordCheck::check(const WebSettings& settings,
                                            const Credentials& credentials,
                                            const std::string& source, std::uint64_t ticket,
                                            Clock::time_point now) {
  const auto user = std::find_if(settings.users.begin(), settings.users.end(),
                                 [&](const auto& one) { return one.first == credentials.user; });
  Question question;
  question.known = user != settings.users.end();
  question.hash = question.known ? user->second : dearest_of(settings);
  question.pair = digest_of(credentials, question.hash);
  // A pair that was right is never held back by what others try from the same address.
  if (right_pairs_.count(question.pair) != 0) return Verdict::right;
  if (has_too_many(source, now)) return Verdict::too_many;
  if (unchecked_in_all_ >= limits_.password_checks) return Verdict::busy;
  std::size_t& unchecked = unchecked_[source];
  if (unchecked >= limits_.password_checks_per_address) return Verdict::too_many;
  ++unchecked;
  ++unchecked_in_all_;
  question.ticket = ticket;
  question.source = source;
  question.password = credentials.password;
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::move(question));
  }
  changed_.notify_all();
  return Verdict::pending;
}

std::vector<PasswordCheck::Told> PasswordCheck::take_verdicts(Clock::time_point now) {
  std::list<Question> told;
  {
    const std::lock_guard lock(mutex_);
    told.swap(told_);
  }
  std::vector<Told> verdicts;
  for (const Question& question : told) {
    if (question.answer == Answer::right) remember(question.pair);
    if (question.answer == Answer::wrong) note_wrong(question.source, now);
    --unchecked_in_all_;
    const auto unchecked = unchecked_.find(question.source);
    if (--unchecked->second == 0) unchecked_.erase(unchecked);
    verdicts.push_back({question.ticket, question.answer});
  }
  return verdicts;
}

void PasswordCheck::remember(const Digest& pair) {
  if (!right_pairs_.insert(pair).second) return;
  right_order_.push_back(pair);
  if (right_order_.size() <= kMostPairs) return;
  right_pairs_.erase(right_order_.front());
  right_order_.pop_front();
}

bool PasswordCheck::has_too_many(const std::string& source, Clock::time_point now) const {
  const auto found = wrong_.find(source);
  return found != wrong_.end() && found->second.until > now &&
         found->second.count >= limits_.wrong_passwords;
}

std::chrono::seconds PasswordCheck::wait_of(const std::string& source,
                                            Clock::time_point now) const {
  const auto found = wrong_.find(source);
  if (found == wrong_.end() || found->second.until <= now) return std::chrono::seconds(1);
  return std::chrono::ceil<std::chrono::seconds>(found->second.until - now);
}

void PasswordCheck::note_wrong(const std::string& source, Clock::time_point now) {
  if (wrong_.size() >= kMostSources && wrong_.count(source) == 0) {
    const auto soonest = std::min_element(
        wrong_.begin(), wrong_.end(),
        [](const auto& left, const auto& right) { return left.second.until < right.second.until; });
    wrong_.erase(soonest);
  }
  Wrong& wrong = wrong_[source];
  if (wrong.until <= now) wrong = {0, now + limits_.password_window};
  ++wrong.count;
}

PasswordCheck::Answer PasswordCheck::answer_to(const Question& question) const {
  try {
    const bool same = matches_(question.password, question.hash);
    return same && question.known ? Answer::right : Answer::wrong;
  } catch (const std::exception&) {
    return Answer::busy;
  }
}

void PasswordCheck::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !asked_.empty(); });
    if (ending_) return;
    std::list<Question> in_hand;
    in_hand.splice(in_hand.end(), asked_, asked_.begin());
    lock.unlock();
    Question& question = in_hand.front();
    question.answer = answer_to(question);
    OPENSSL_cleanse(question.password.data(), question.password.size());
    lock.lock();
    told_.splice(told_.end(), in_hand);
    wake_();
  }
}

}  // namespace hnv::exporter::front
