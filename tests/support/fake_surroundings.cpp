// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_surroundings.hpp"

#include <algorithm>

namespace hnv::test {

void FakeSurroundings::begin(HcnCommand command, base::BootTime now, bool at_boot) {
  seen_.processes.push_back(HcnProcess{command, 1000 + static_cast<pid_t>(command), now, at_boot});
  flash(command);
}

void FakeSurroundings::end(HcnCommand command) {
  std::erase_if(seen_.processes,
                [command](const HcnProcess& process) { return process.command == command; });
  seen_.hcnmgr_seen = news_ = true;
}

void FakeSurroundings::flash(HcnCommand command) {
  seen_.begun.push_back(command);
  seen_.hcnmgr_seen = news_ = true;
}

void FakeSurroundings::take_dlpar_lock() {
  seen_.dlpar = seen_.dlpar_seen = news_ = true;
}

void FakeSurroundings::drop_dlpar_lock() {
  seen_.dlpar = false;
  seen_.dlpar_seen = news_ = true;
}

void FakeSurroundings::hook(HookPhase phase, base::BootTime now) {
  seen_.hook = HookNote{phase, now, ++stamp_};
  news_ = true;
}

void FakeSurroundings::move_to(const std::string& system_id) {
  seen_.frame = FrameKey{system_id, "IBM,9080-HEX"};
  news_ = true;
}

void FakeSurroundings::pause(const std::string& bond) {
  OperatorPause pause;
  pause.bond = bond;
  seen_.operator_pauses.push_back(pause);
  news_ = true;
}

void FakeSurroundings::resume(const std::string& bond) {
  std::erase_if(seen_.operator_pauses,
                [&bond](const OperatorPause& pause) { return pause.bond == bond; });
  news_ = true;
}

void FakeSurroundings::blind(bool blind) {
  seen_.blind = blind;
  news_ = true;
}

void FakeSurroundings::expect_pairs(std::size_t pairs) {
  seen_.hnv_pairs = pairs;
  news_ = true;
}

watchdog::Surroundings FakeSurroundings::take() {
  watchdog::Surroundings seen = seen_;
  seen_.begun.clear();
  seen_.hcnmgr_seen = seen_.dlpar_seen = news_ = false;
  return seen;
}

bool FakeSurroundings::is_quiet(base::BootTime /*now*/, Depth /*depth*/) {
  return !news_ && seen_.processes.empty() && !seen_.dlpar && !seen_.blind;
}

}  // namespace hnv::test
