// SPDX-License-Identifier: Apache-2.0
// What hnv-doctor.service leaves behind, as JSON, for those who may not look themselves: written by
// `hnvctl doctor --json`, read by the exporter.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.hpp"
#include "base/expected.hpp"
#include "checks/doctor/readiness.hpp"
#include "checks/finding.hpp"

namespace hnv::checks {

inline constexpr const char* kDoctorFile = "/run/hnv/doctor.json";
inline constexpr int kDoctorSchema = 1;
// No such file is larger: a hundred times what ten bonds need.
inline constexpr std::size_t kLargestDoctorFile = std::size_t{4} * 1024 * 1024;

// A finding as it was written: its check may be one that this program does not know.
struct ReportedFinding {
  std::string id;
  std::string title;
  std::string subject;
  Severity severity = Severity::ok;
  std::string seen;
  std::string fix;  // empty: nothing to do
  bool operator==(const ReportedFinding&) const = default;
};

struct ReportedReadiness {
  std::string bond;
  std::optional<bool> ready;  // empty: something is not known
  base::EnumArray<ObstacleKind, bool> reasons;
  bool operator==(const ReportedReadiness&) const = default;
};

struct DoctorReport {
  double unix_seconds = 0;                // when it was looked
  std::vector<ReportedFinding> findings;  // bad ones first
  std::vector<ReportedReadiness> readiness;
  bool operator==(const DoctorReport&) const = default;
};

std::size_t findings_of(const DoctorReport& report, Severity severity);

// Errors: unsupported for another schema; invalid for anything else that is no such report, and for
// one of another tree than this machine's. `file` is for messages.
base::Expected<DoctorReport> decode_doctor_report(std::string_view json, const std::string& file);

}  // namespace hnv::checks
