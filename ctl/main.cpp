// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <iostream>
#include <variant>

#include "base/exit_code.hpp"
#include "ctl/doctor.hpp"
#include "ctl/events.hpp"
#include "ctl/options.hpp"
#include "ctl/persist.hpp"
#include "ctl/status.hpp"

int main(int argc, char** argv) {
  using namespace hnv;
  try {
    const auto options = ctl::parse_options(argc, argv);
    if (const auto* end = std::get_if<ctl::EarlyExit>(&options)) {
      (end->code == base::kExitOk ? std::cout : std::cerr) << end->text;
      return end->code;
    }
    if (const auto* persist = std::get_if<ctl::PersistOptions>(&options)) {
      return ctl::run_persist(*persist);
    }
    if (const auto* events = std::get_if<ctl::EventsOptions>(&options)) {
      return ctl::run_events(*events);
    }
    if (const auto* doctor = std::get_if<ctl::DoctorOptions>(&options)) {
      return ctl::run_doctor(*doctor);
    }
    if (const auto* ready = std::get_if<ctl::ReadyOptions>(&options)) {
      return ctl::run_ready(*ready);
    }
    return ctl::run_status(std::get<ctl::StatusOptions>(options));
  } catch (const std::exception& problem) {
    std::cerr << "hnvctl: " << problem.what() << '\n';
    return base::kExitFailure;
  }
}
