// SPDX-License-Identifier: Apache-2.0
// One path that is asked again and again: what was sent, what came back, and what follows from it.
// Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "prober/verdict.hpp"

namespace hnv::prober {

struct PathLimits {
  unsigned dead_after = 3;
  unsigned alive_after = 3;
};

class AskedPath {
 public:
  void ask(base::BootTime now);
  // The time that the answer took; empty for one that came after the next probe had left. An
  // answer of ARP names no probe: one that is late may pass for the next one's.
  std::optional<base::BootClock::duration> answer(base::BootTime now, const PathLimits& limits);
  void late_answer();  // where it is known to be
  // The next probe is due: without an answer the last one is lost.
  void close(const PathLimits& limits);
  // What was asked does not count: it did not leave, or something happened meanwhile.
  void drop() { asked_at_.reset(); }
  // Another path from now on; its counts go on.
  void forget();

  [[nodiscard]] Evidence evidence() const;
  [[nodiscard]] std::optional<bool> up() const { return up_; }
  [[nodiscard]] std::uint64_t probes() const { return probes_; }
  [[nodiscard]] std::uint64_t answers() const { return answers_; }
  [[nodiscard]] std::uint64_t late_answers() const { return late_answers_; }
  [[nodiscard]] std::uint32_t lost_in_row() const { return lost_in_row_; }
  [[nodiscard]] std::uint32_t answered_in_row() const { return answered_in_row_; }
  [[nodiscard]] std::optional<base::BootTime> last_answer() const { return last_answer_; }

 private:
  std::optional<base::BootTime> asked_at_;
  bool answered_ = false;
  std::optional<bool> up_;
  std::uint32_t missing_ = 0;  // lost ones whose answers may still come
  std::uint64_t probes_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t late_answers_ = 0;
  std::uint32_t lost_in_row_ = 0;
  std::uint32_t answered_in_row_ = 0;
  std::optional<base::BootTime> last_answer_;
};

}  // namespace hnv::prober
