// SPDX-License-Identifier: Apache-2.0
// What the doctor's findings look like: for people, and for scripts. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.hpp"
#include "checks/doctor/check.hpp"
#include "checks/doctor/readiness.hpp"
#include "ctl/text.hpp"
#include "hnv/operator_pause.hpp"

namespace hnv::ctl {

struct Diagnosis {
  std::string root;
  std::vector<const checks::Check*> checks;  // those that were asked for
  std::vector<checks::Finding> findings;     // bad ones first
  std::vector<checks::Readiness> readiness;
  double unix_now = 0;
};

// `wanted` by id; empty: all.
Diagnosis diagnose(const checks::Facts& facts, const std::vector<const checks::Check*>& wanted,
                   double unix_now);

std::size_t count_of(const Diagnosis& diagnosis, checks::Severity severity);

// 0: no finding above info; 1: some warning; 2: some failure.
inline constexpr int kExitWarnings = 1;
inline constexpr int kExitFailures = 2;
int exit_code(const Diagnosis& diagnosis);

Page doctor_page(const Diagnosis& diagnosis);
std::string doctor_json(const Diagnosis& diagnosis);

// The table: an id and a title a line.
Page check_list();
// What one check is about.
Page explanation_of(const checks::Check& check);

// `pauses`: of this machine; a migration is not in their way.
Page ready_page(const std::vector<checks::Readiness>& readiness,
                const std::vector<OperatorPause>& pauses, base::BootTime now);
std::string ready_json(const std::vector<checks::Readiness>& readiness,
                       const std::vector<OperatorPause>& pauses, int code, base::BootTime now);

}  // namespace hnv::ctl
