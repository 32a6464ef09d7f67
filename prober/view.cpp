// SPDX-License-Identifier: Apache-2.0
#include "prober/view.hpp"

#include <utility>

namespace hnv::prober {

BondView view_of(const BondReport& report, const PathConfig& config, const HostNetwork& host) {
  BondView view;
  view.name = report.link.name;
  view.index = report.link.index;
  view.address = report.link.address.value_or(bond::MacAddress{});
  view.slaves.reserve(report.slaves.size());
  for (const SlaveReport& slave : report.slaves) {
    ViewedSlave viewed;
    viewed.device = slave.link.name;
    viewed.index = slave.link.index;
    viewed.address = slave.link.address.value_or(bond::MacAddress{});
    viewed.role = slave.role;
    viewed.active = slave.active;
    viewed.lower_up = slave.link.admin_up && slave.link.lower_up;
    if (!slave.link.address) viewed.obstacle = "has no Ethernet address";
    view.slaves.push_back(std::move(viewed));
  }
  Targets chosen = choose_targets(config, view.name, host);
  view.targets = std::move(chosen.targets);
  view.no_target = std::move(chosen.no_target);
  return view;
}

}  // namespace hnv::prober
