// SPDX-License-Identifier: Apache-2.0
// The first inputs of the status file's fuzz target: seeds of an older form are refused at once,
// and fuzzing then never gets past the first missing member. HNV_UPDATE_GOLDEN=1 writes them anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "hnv/status.hpp"

namespace {

using namespace hnv;

base::BootTime after(std::int64_t nanoseconds) {
  return base::BootTime(base::BootClock::duration(nanoseconds));
}

WatchdogStatus without_bonds() {
  WatchdogStatus status;
  status.boot_id = "b";
  status.version = "0.1.0";
  status.pid = 42;
  status.started_unix_seconds = 1.5;
  status.written_unix_seconds = 1735787034.75;
  status.receive_buffer_bytes = 33554432;
  status.last_event = 17;
  status.events_unwritten = 1;
  status.links.messages = 9;
  status.links.messages_lost = status.links.overruns = 1;
  status.links.audit_mismatches = 2;
  for (const auto reason : base::all_values<bond::ResyncReason>()) status.links.resyncs[reason] = 1;
  status.status_write_failures = 3;
  return status;
}

BondStatus bond_with_everything() {
  BondStatus bond;
  bond.name = "bond191554c8";
  bond.index.value = 7;
  bond.sriov_device = "enP1";
  bond.active_device = bond.mac_conflict = "env3";
  bond.finding = "x";
  bond.state = WatchState::hold_down;
  bond.state_since = after(123456789);
  bond.waits_until = after(99);
  bond.off_reason = OffReason::hold_down;
  bond.off_since = after(5);
  for (const auto reason : base::all_values<PauseReason>()) bond.paused[reason] = true;
  for (const auto direction : base::all_values<FailoverDirection>()) {
    for (const auto cause : base::all_values<FailoverCause>()) bond.failovers[direction][cause] = 3;
  }
  for (const auto kind : base::all_values<UnseenFailure>()) bond.unseen_failures[kind] = 4;
  for (const auto reason : base::all_values<OffReason>())
    bond.off_sriov[reason] = base::BootClock::duration(12);
  bond.last_failover_unix_seconds = 1735787034.75;
  bond.restore_attempts = 2;
  for (const auto failure : base::all_values<RestoreFailure>()) bond.restore_failures[failure] = 1;
  bond.restore_duration.observe(0.0007);
  bond.restore_duration.observe(3);
  bond.primary_losses = 1;
  bond.budget_spent = bond.suppressed = true;
  bond.penalty = Penalty{2345.5, after(77)};
  bond.saved_reselect = bond::PrimaryReselect::better;
  bond.fast_failovers = 6;
  for (const auto skip : base::all_values<FastSkip>()) bond.fast_failovers_skipped[skip] = 2;
  bond.glitches = 8;
  return bond;
}

WatchdogStatus with_everything() {
  WatchdogStatus status = without_bonds();
  status.lpm.window_since = after(4);
  status.lpm.overdue = true;
  status.lpm.last_start_unix_seconds = 2.5;
  status.lpm.last_window_seconds = 3.0;
  for (const auto outcome : base::all_values<LpmOutcome>()) status.lpm.windows[outcome] = 1;
  for (const auto kind : base::all_values<LpmKind>()) {
    for (const auto result : base::all_values<LpmResult>()) status.lpm.migrations[kind][result] = 2;
  }
  HcnProcess process;
  process.pid = 7;
  process.started = after(3);
  status.activity.processes.push_back(process);
  status.activity.dlpar = true;
  status.activity.pauses = {
      OperatorPause{"all", "alice", "work", after(5), after(6), ""},
      OperatorPause{"bond191554c8", "", "", std::nullopt, std::nullopt, "a line is not KEY=VALUE"}};
  status.bonds.push_back(bond_with_everything());
  BondStatus gone = bond_with_everything();
  gone.name = "bond7e03c969";
  status.gone_bonds.push_back(gone);
  return status;
}

void expect_seed(const std::string& name, const WatchdogStatus& status) {
  const std::string file = HNV_STATUS_CORPUS "/" + name;
  const std::string text = encode_status(status);
  // Before any thread is started.
  if (std::getenv("HNV_UPDATE_GOLDEN") != nullptr)  // NOLINT(concurrency-mt-unsafe)
    std::ofstream(file, std::ios::binary) << text;
  std::ifstream stream(file, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), text)
      << file << " is not what encode_status writes; HNV_UPDATE_GOLDEN=1 writes it anew";
  const auto read = decode_status(text, file);
  ASSERT_TRUE(read.has_value()) << read.error().to_string();
  EXPECT_EQ(*read, status);
}

TEST(StatusCorpus, HoldsAStatusOfThisForm) {
  expect_seed("full", with_everything());
  expect_seed("no_bonds", without_bonds());
}

}  // namespace
