// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_actuator.hpp"

#include <utility>

namespace hnv::test {

namespace {

std::optional<IfIndex> active_of(FakeKernel& kernel, IfIndex bond) {
  const auto link = kernel.link(bond);
  return link && link->bond ? link->bond->active_slave : std::nullopt;
}

}  // namespace

base::Expected<std::vector<bond::Link>> FakeActuator::read_bond(IfIndex bond) {
  const auto link = kernel_.link(bond);
  if (!link) {
    return base::failure({base::ErrorCode::not_found, "read links of bond with ifindex",
                          std::to_string(bond.value), "ENODEV: No such device"});
  }
  std::vector<bond::Link> links = kernel_.dump(bond);
  links.push_back(*link);
  return links;
}

base::Expected<void> FakeActuator::write(const watchdog::Write& write) {
  if (race_) std::exchange(race_, {})();
  const auto active = active_of(kernel_, write.bond);
  writes_.push_back(Write{kernel_.now(), write.bond, write.slave, write.rule, false});
  if (refusal_) {
    return base::failure({*refusal_, "write to bond with ifindex", std::to_string(write.bond.value),
                          "refused by the test"});
  }
  const bool worked = active && is_healthy(*kernel_.link(*active));
  auto done = pass_on(write);
  writes_.back().moved_from_healthy = worked && active_of(kernel_, write.bond) != active;
  return done;
}

base::Expected<void> FakeActuator::pass_on(const watchdog::Write& write) {
  switch (watchdog::option_of(write.rule)) {
    case watchdog::WrittenOption::active_slave:
      return kernel_.set_active_slave(write.bond, write.slave);
    case watchdog::WrittenOption::primary_reselect:
      return kernel_.set_primary_reselect(write.bond, *write.reselect);
    case watchdog::WrittenOption::primary:
      break;
  }
  return kernel_.set_primary(write.bond, write.slave);
}

}  // namespace hnv::test
