// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <iostream>
#include <variant>

#include "base/exit_code.hpp"
#include "ctl/check.hpp"
#include "ctl/doctor.hpp"
#include "ctl/events.hpp"
#include "ctl/explain_state.hpp"
#include "ctl/options.hpp"
#include "ctl/pause.hpp"
#include "ctl/persist.hpp"
#include "ctl/status.hpp"
#include "ctl/watch.hpp"

namespace {

using namespace hnv;

struct Run {
  int operator()(const ctl::EarlyExit& end) const {
    (end.code == base::kExitOk ? std::cout : std::cerr) << end.text;
    return end.code;
  }
  int operator()(const ctl::StatusOptions& options) const { return ctl::run_status(options); }
  int operator()(const ctl::PersistOptions& options) const { return ctl::run_persist(options); }
  int operator()(const ctl::EventsOptions& options) const { return ctl::run_events(options); }
  int operator()(const ctl::DoctorOptions& options) const { return ctl::run_doctor(options); }
  int operator()(const ctl::ReadyOptions& options) const { return ctl::run_ready(options); }
  int operator()(const ctl::CheckOptions& options) const { return ctl::run_check(options); }
  int operator()(const ctl::ExplainOptions& options) const {
    return ctl::run_explain_state(options);
  }
  int operator()(const ctl::WatchOptions& options) const { return ctl::run_watch(options); }
  int operator()(const ctl::PauseOptions& options) const { return ctl::run_pause(options); }
  int operator()(const ctl::ResumeOptions& options) const { return ctl::run_resume(options); }
};

}  // namespace

int main(int argc, char** argv) {
  try {
    return std::visit(Run{}, ctl::parse_options(argc, argv));
  } catch (const std::exception& problem) {
    std::cerr << "hnvctl: " << problem.what() << '\n';
    return base::kExitFailure;
  }
}
