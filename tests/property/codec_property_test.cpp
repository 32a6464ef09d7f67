// SPDX-License-Identifier: Apache-2.0
// The status file and the configuration file, with random content.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <regex>
#include <string>

#include "hnv/config.hpp"
#include "hnv/status.hpp"

namespace hnv {

namespace {

using rc::gen::arbitrary;
using rc::gen::inRange;

// Names as interfaces have them; everything that JSON has to escape is a matter of `finding`.
std::string any_name() {
  return *rc::gen::container<std::string>(rc::gen::inRange('!', '~'));
}

std::string any_text() {
  return *rc::gen::container<std::string>(rc::gen::inRange('\x01', '\x7f'));
}

double any_seconds() {
  return *inRange(0, 1'000'000'000) / 1024.0;
}

base::BootClock::duration any_duration() {
  return base::BootClock::duration(*inRange<std::int64_t>(0, 1LL << 60));
}

base::BootTime any_time() {
  return base::BootTime(any_duration());
}

template <class E>
E any_of() {
  return static_cast<E>(*inRange<std::size_t>(0, base::kEnumCount<E>));
}

template <class E>
void fill(base::EnumArray<E, std::uint64_t>& counts) {
  for (const E key : base::all_values<E>()) {
    if (*arbitrary<bool>()) counts[key] = *arbitrary<std::uint64_t>();
  }
}

BondStatus any_bond_status() {
  BondStatus bond;
  bond.name = any_name();
  bond.index.value = *arbitrary<std::uint32_t>();
  bond.sriov_device = any_name();
  bond.active_device = any_name();
  bond.finding = any_text();
  bond.state = any_of<WatchState>();
  bond.state_since = any_time();
  if (*arbitrary<bool>()) bond.waits_until = any_time();
  if (*arbitrary<bool>()) {
    bond.off_reason = any_of<OffReason>();
    bond.off_since = any_time();
  }
  for (const auto direction : base::all_values<FailoverDirection>())
    fill(bond.failovers[direction]);
  fill(bond.unseen_failures);
  for (const auto reason : base::all_values<OffReason>()) bond.off_sriov[reason] = any_duration();
  if (*arbitrary<bool>()) bond.last_failover_unix_seconds = any_seconds();
  bond.restore_attempts = *arbitrary<std::uint64_t>();
  fill(bond.restore_failures);
  for (auto& count : bond.restore_duration.counts) count = *arbitrary<std::uint64_t>();
  bond.restore_duration.sum_seconds = any_seconds();
  bond.primary_losses = *arbitrary<std::uint64_t>();
  bond.budget_spent = *arbitrary<bool>();
  bond.penalty = Penalty{any_seconds(), any_time()};
  bond.suppressed = *arbitrary<bool>();
  if (*arbitrary<bool>()) bond.saved_reselect = any_of<bond::PrimaryReselect>();
  bond.fast_failovers = *arbitrary<std::uint64_t>();
  fill(bond.fast_failovers_skipped);
  bond.glitches = *arbitrary<std::uint64_t>();
  return bond;
}

WatchdogStatus any_status() {
  WatchdogStatus status;
  status.boot_id = any_name();
  status.version = any_name();
  status.pid = *arbitrary<std::int64_t>();
  status.mode = any_of<Mode>();
  status.started_unix_seconds = any_seconds();
  status.written_unix_seconds = any_seconds();
  status.receive_buffer_bytes = *arbitrary<std::uint64_t>();
  status.last_event = *arbitrary<std::uint64_t>();
  status.events_unwritten = *arbitrary<std::uint64_t>();
  status.links.messages = *arbitrary<std::uint64_t>();
  status.links.messages_lost = *arbitrary<std::uint64_t>();
  status.links.overruns = *arbitrary<std::uint64_t>();
  fill(status.links.resyncs);
  status.links.audit_mismatches = *arbitrary<std::uint64_t>();
  status.status_write_failures = *arbitrary<std::uint64_t>();
  for (int bond = *inRange(0, 3); bond > 0; --bond) status.bonds.push_back(any_bond_status());
  for (int bond = *inRange(0, 3); bond > 0; --bond) status.gone_bonds.push_back(any_bond_status());
  return status;
}

// A few places of a text changed, with the characters that its syntax is made of.
std::string mutated(std::string text, const std::string& alphabet) {
  for (int change = *inRange(0, 6); change > 0; --change) {
    const auto at = *inRange<std::size_t>(0, text.size() + 1);
    const auto length = *inRange<std::size_t>(0, 12);
    const auto inserted = *rc::gen::container<std::string>(rc::gen::elementOf(alphabet));
    switch (*inRange(0, 3)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, inserted);
        break;
      default:
        text.insert(at, text.substr(at, length));
        break;
    }
  }
  return text;
}

RC_GTEST_PROP(StatusProperty, DecodedIsWhatWasEncoded, ()) {
  const WatchdogStatus status = any_status();
  const auto decoded = decode_status(encode_status(status), "status");
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == status);
}

RC_GTEST_PROP(StatusProperty, DamagedTextIsAValueOrAnError, ()) {
  const std::string alphabet = "{}[]\",:0123456789-+.eE\\untrfalsx\x01\x80\xff \n";
  const auto decoded = decode_status(mutated(encode_status(any_status()), alphabet), "status");
  if (!decoded) {
    RC_ASSERT(!decoded.error().reason.empty());
    RC_ASSERT(decoded.error().object == "status");
  }
}

// One decoder for all texts of a file says of each what decode_status() does.
RC_GTEST_PROP(StatusProperty, ADecoderThatKnowsTheLastTextSaysTheSame, ()) {
  const std::string alphabet = "{}[]\",:0123456789 \n";
  StatusDecoder decoder("status");
  WatchdogStatus status = any_status();
  for (int text = *inRange(1, 6); text > 0; --text) {
    WatchdogStatus next = any_status();
    if (*arbitrary<bool>()) next.bonds = status.bonds;
    if (*arbitrary<bool>()) next.gone_bonds = status.gone_bonds;
    std::string written = encode_status(next);
    if (*inRange(0, 4) == 0) written = mutated(std::move(written), alphabet);
    const auto whole = decode_status(written, "status");
    const auto& decoded = decoder.decode(written);
    RC_ASSERT(decoded.has_value() == whole.has_value());
    if (whole) RC_ASSERT(*decoded == *whole);
    if (!whole) RC_ASSERT(decoded.error().to_string() == whole.error().to_string());
    status = std::move(next);
  }
}

RC_GTEST_PROP(StatusProperty, TruncatedTextIsAnError, ()) {
  std::string text = encode_status(any_status());
  text.resize(*inRange<std::size_t>(0, text.size() - 2));
  RC_ASSERT(!decode_status(text, "status"));
}

const std::string& valid_config() {
  static const std::string text =
      "mode: enforce\n"
      "hold_down: 10s\n"
      "settle: 15s\n"
      "fast_failover_hold: 5s\n"
      "moves_per_hour: 12\n"
      "bonds:\n"
      "  - name: bond191554c8\n"
      "    sriov: { device: enP16392p1s0 }\n"
      "  - name: bond1\n"
      "    sriov: { permanent_address: \"52:54:00:00:00:11\" }\n"
      "    expected_slaves: 3\n"
      "  - name: bond2\n"
      "    sriov:\n"
      "      driver: mlx5_core\n"
      "    damping: true\n"
      "    fast_failover: true\n"
      "    fast_failover_delay: 20ms\n";
  return text;
}

RC_GTEST_PROP(ConfigProperty, DamagedTextIsAConfigurationOrAnErrorWithItsPlace, ()) {
  const std::string alphabet = "{}[]\"':-?&*!|>%@`#~ \n\tabns0159_.\x01\x80\xff";
  const auto config = parse_config(mutated(valid_config(), alphabet), "hnv.yaml");
  if (config) return;
  static const std::regex place("^hnv.yaml:[1-9][0-9]*:[1-9][0-9]*$");
  RC_LOG() << config.error().to_string();
  RC_ASSERT(std::regex_match(config.error().object, place));
  RC_ASSERT(!config.error().reason.empty());
}

RC_GTEST_PROP(ConfigProperty, WhatIsAcceptedIsWithinItsLimits, ()) {
  const std::string alphabet = "0123456789smh.- ";
  const auto config = parse_config(mutated(valid_config(), alphabet), "hnv.yaml");
  if (!config) return;
  for (const auto wait : {config->hold_down, config->settle, config->fast_failover_hold}) {
    RC_ASSERT(wait >= std::chrono::milliseconds(0));
    RC_ASSERT(wait <= kLongestWait);
  }
  RC_ASSERT(config->moves_per_hour >= 1U);
  for (const BondConfig& bond : config->bonds) {
    RC_ASSERT(!bond.name.empty());
    RC_ASSERT(bond.expected_slaves >= 1U);
    RC_ASSERT(bond.fast_failover_delay <= std::chrono::seconds(1));
    RC_ASSERT(bond.fast_failover || bond.fast_failover_delay.count() == 0);
    RC_ASSERT(config->bond(bond.name) == &bond);  // its name stands once
  }
}

}  // namespace

}  // namespace hnv
