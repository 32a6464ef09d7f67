// SPDX-License-Identifier: Apache-2.0
#include "prober/asked_path.hpp"

namespace hnv::prober {

void AskedPath::ask(base::BootTime now) {
  ++probes_;
  asked_at_ = now;
  answered_ = false;
}

void AskedPath::late_answer() {
  // More answers than questions are somebody's mistake, or a second host with the address.
  if (missing_ == 0) return;
  --missing_;
  ++answers_;
  ++late_answers_;
}

std::optional<base::BootClock::duration> AskedPath::answer(base::BootTime now,
                                                           const PathLimits& limits) {
  if (!asked_at_ || answered_) {
    late_answer();
    return std::nullopt;
  }
  answered_ = true;
  ++answers_;
  ++answered_in_row_;
  lost_in_row_ = 0;
  last_answer_ = now;
  if (answered_in_row_ >= limits.alive_after) up_ = true;
  return now - *asked_at_;
}

void AskedPath::close(const PathLimits& limits) {
  if (asked_at_ && !answered_) {
    ++missing_;
    ++lost_in_row_;
    answered_in_row_ = 0;
    if (lost_in_row_ >= limits.dead_after) up_ = false;
  }
  asked_at_.reset();
}

void AskedPath::forget() {
  drop();
  up_.reset();
  missing_ = 0;
  lost_in_row_ = 0;
  answered_in_row_ = 0;
}

Evidence AskedPath::evidence() const {
  if (!up_) return Evidence::unknown;
  if (*up_) return lost_in_row_ == 0 ? Evidence::up : Evidence::failing;
  return answered_in_row_ == 0 ? Evidence::dead : Evidence::recovering;
}

}  // namespace hnv::prober
