// SPDX-License-Identifier: Apache-2.0
// What goes on in the partition, as the test says. Stands for watchdog/surroundings_monitor.cpp.
#pragma once

#include <string>

#include "watchdog/surroundings.hpp"

namespace hnv::test {

class FakeSurroundings final : public watchdog::Lookout {
 public:
  // A command of hcnmgr begins, and says so in its log.
  void begin(HcnCommand command, base::BootTime now, bool at_boot = false);
  void end(HcnCommand command);
  // One that is over before anyone has looked at the process table.
  void flash(HcnCommand command);
  void take_dlpar_lock();
  void drop_dlpar_lock();
  void hook(HookPhase phase, base::BootTime now);
  void move_to(const std::string& system_id);
  void pause(const std::string& bond);
  void resume(const std::string& bond);
  void blind(bool blind);
  void expect_pairs(std::size_t pairs);

  // Changes that the watchdog is told of only when it looks by itself.
  void keep_quiet(bool quiet) { unannounced_ = quiet; }

  // Something has happened since take().
  [[nodiscard]] bool has_news() const { return news_ && !unannounced_; }
  watchdog::Surroundings take();
  bool is_quiet(base::BootTime now, Depth depth) override;

 private:
  watchdog::Surroundings seen_;
  bool news_ = false;
  bool unannounced_ = false;
  std::int64_t stamp_ = 0;
};

}  // namespace hnv::test
