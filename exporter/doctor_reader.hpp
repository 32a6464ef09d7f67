// SPDX-License-Identifier: Apache-2.0
// What the doctor has found, as hnv-doctor.service leaves it once an hour.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "checks/doctor/doctor_file.hpp"

namespace hnv::exporter {

// Nothing that is older says whether a partition may migrate now: the timer has missed it twice.
inline constexpr std::chrono::hours kDoctorReportLasts{3};

// A clock that was set back makes no report old.
bool is_old(const checks::DoctorReport& report, double now_unix_seconds);

class DoctorReader {
 public:
  explicit DoctorReader(std::string file) : file_(std::move(file)) {}

  // Reads the file; the same content is not decoded again. That there is none is no error.
  void update();

  // nullptr: none, or none that can be used. Never changed.
  [[nodiscard]] const std::shared_ptr<const checks::DoctorReport>& report() const {
    return report_;
  }
  [[nodiscard]] const std::optional<base::Error>& error() const { return error_; }

 private:
  std::string file_;
  std::optional<std::string> text_;  // as it was decoded last
  std::shared_ptr<const checks::DoctorReport> report_;
  std::optional<base::Error> error_;
};

}  // namespace hnv::exporter
