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

base::Expected<void> FakeActuator::set_primary(IfIndex bond, IfIndex slave) {
  if (race_) std::exchange(race_, {})();
  const auto active = active_of(kernel_, bond);
  writes_.push_back(Write{kernel_.now(), bond, slave, false});
  if (refusal_) {
    return base::failure({*refusal_, "set primary of bond with ifindex", std::to_string(bond.value),
                          "refused by the test"});
  }
  const bool worked = active && is_healthy(*kernel_.link(*active));
  auto done = kernel_.set_primary(bond, slave);
  writes_.back().moved_from_healthy = worked && active_of(kernel_, bond) != active;
  return done;
}

}  // namespace hnv::test
