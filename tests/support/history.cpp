// SPDX-License-Identifier: Apache-2.0
#include "tests/support/history.hpp"

#include <utility>

namespace hnv::test {

namespace {

Config config_of(Mode mode, const FakeBondOptions& options, const OptIns& opt_ins) {
  BondConfig bond;
  bond.name = options.name;
  bond.sriov = ByBus{"pci"};
  bond.damping = opt_ins.damping;
  bond.fast_failover = opt_ins.fast_failover;
  bond.fast_failover_delay = opt_ins.fast_failover_delay;
  bond.path = opt_ins.path;
  bond.act_on_path = opt_ins.act_on_path;
  Config config;
  config.mode = mode;
  config.bonds.push_back(std::move(bond));
  return config;
}

FakeDeviceOptions device_of(bool sriov, const std::string& name) {
  FakeDeviceOptions options;
  options.name = name;
  options.bus = sriov ? "pci" : "vio";
  return options;
}

}  // namespace

Scene::Scene(Mode mode, FakeBondOptions options, OptIns opt_ins)
    : simulation_(config_of(mode, options, opt_ins)) {
  bond_ = kernel().add_bond(options);
  for (const bool sriov : {true, false}) {
    kernel().enslave(bond_,
                     kernel().add_device(device_of(sriov, sriov ? sriov_name_ : virtual_name_)));
  }
}

IfIndex Scene::device(bool sriov) {
  return kernel().index_of(sriov ? sriov_name_ : virtual_name_).value();
}

std::string Scene::next_name(bool sriov) {
  return (sriov ? "enP16392p1s" : "env") + std::to_string(100 + ++names_);
}

void Scene::perform(const Step& step) {
  act(step);
  if (step.watched) {
    simulation_.run_for(step.then);
  } else {
    simulation_.run_unwatched(step.then);
  }
}

void Scene::perform(const std::vector<Step>& history) {
  for (const Step& step : history) perform(step);
}

void Scene::act(const Step& step) {
  const IfIndex device = this->device(step.to_sriov);
  switch (step.deed) {
    case Deed::pull:
      return kernel().set_plugged(device, false);
    case Deed::plug:
      return kernel().set_plugged(device, true);
    case Deed::flap:
      kernel().set_plugged(device, false);
      return kernel().set_plugged(device, true);
    case Deed::admin_down:
      return kernel().set_admin(device, false);
    case Deed::admin_up:
      return kernel().set_admin(device, true);
    case Deed::release:
      kernel().release(device);
      return;
    case Deed::enslave:
      kernel().enslave(bond_, device);
      return;
    case Deed::replug:
      return replug(step.to_sriov, step.to_sriov ? sriov_name_ : virtual_name_);
    case Deed::replug_renamed:
      return replug(step.to_sriov, next_name(step.to_sriov));
    case Deed::rename:
      return rename(step.to_sriov);
    case Deed::prefer:
      (void)kernel().set_primary(bond_, device);
      return;
    case Deed::clear_primary:
      (void)kernel().set_primary(bond_, bond_);
      return;
    case Deed::take_active:
      kernel().write_active_slave(bond_, device);
      return;
    case Deed::reselect_always:
      kernel().write_primary_reselect(bond_, bond::PrimaryReselect::always);
      return;
    case Deed::reselect_failure:
      kernel().write_primary_reselect(bond_, bond::PrimaryReselect::failure);
      return;
    case Deed::bond_down:
      return kernel().set_admin(bond_, false);
    case Deed::bond_up:
      return kernel().set_admin(bond_, true);
    case Deed::overrun:
      return simulation_.overrun();
    case Deed::restart:
      return simulation_.restart_watchdog();
    case Deed::refuse:
      return simulation_.actuator.refuse(base::ErrorCode::permission);
    case Deed::permit:
      return simulation_.actuator.refuse(std::nullopt);
  }
}

// The same hardware: it comes back with the address that it was made with.
void Scene::replug(bool sriov, const std::string& name) {
  FakeDeviceOptions options = device_of(sriov, name);
  options.address = kernel().link(device(sriov))->permanent_address;
  kernel().remove_device(device(sriov));
  kernel().enslave(bond_, kernel().add_device(options));
  (sriov ? sriov_name_ : virtual_name_) = name;
}

void Scene::rename(bool sriov) {
  const IfIndex renamed = device(sriov);
  const std::string name = next_name(sriov);
  kernel().set_admin(renamed, false);
  kernel().rename(renamed, name);
  kernel().set_admin(renamed, true);
  (sriov ? sriov_name_ : virtual_name_) = name;
}

void Scene::clear_the_way() {
  simulation_.actuator.refuse(std::nullopt);
  kernel().set_admin(bond_, true);
  for (const bool sriov : {true, false}) {
    kernel().enslave(bond_, device(sriov));
    kernel().set_plugged(device(sriov), true);
    kernel().set_admin(device(sriov), true);
  }
}

std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << base::name_of(step.deed) << (step.to_sriov ? " sriov" : " virtual") << ", "
             << step.then.count() << " ms" << (step.watched ? "" : " unwatched") << "\n";
}

}  // namespace hnv::test
