// SPDX-License-Identifier: Apache-2.0
#include "tests/support/hnv_partition.hpp"

namespace hnv::test {

namespace {

using namespace std::chrono_literals;

Config config_of(Mode mode) {
  Config config;
  config.mode = mode;
  return config;
}

FakeDeviceOptions device_of(const std::string& name, bool sriov) {
  FakeDeviceOptions options;
  options.name = name;
  options.bus = sriov ? "pci" : "vio";
  return options;
}

}  // namespace

HnvPartition::HnvPartition(std::size_t pairs, Mode mode)
    : simulation_(config_of(mode), [this](const bond::Link& link) { return facts_of(link); }) {
  surroundings().move_to("IBM,02machine0");
  for (std::size_t number = 0; number < pairs; ++number) {
    Pair pair;
    pair.id = HcnId{0x191554c8U + static_cast<std::uint32_t>(number)};
    pair.sriov_name = "enP16392p" + std::to_string(number) + "s0";
    pair.virtual_name = "env" + std::to_string(3 + number);
    FakeBondOptions options;
    options.name = bond_name(pair.id);
    pair.bond = kernel().add_bond(options);
    for (const bool sriov : {true, false}) {
      const std::string& name = sriov ? pair.sriov_name : pair.virtual_name;
      kernel().enslave(pair.bond, kernel().add_device(device_of(name, sriov)));
    }
    kernel().write_primary(pair.bond, pair.sriov_name);
    pairs_.push_back(pair);
  }
}

DeviceFacts HnvPartition::facts_of(const bond::Link& link) const {
  DeviceFacts facts;
  facts.bus = link.parent_bus;
  for (const Pair& pair : pairs_) {
    const bool sriov = link.name == pair.sriov_name;
    if (!sriov && link.name != pair.virtual_name) continue;
    facts.driver = sriov ? "mlx5_core" : "ibmveth";
    facts.hcn_id = pair.id;
    facts.hcn_mode = sriov ? HcnMode::primary : HcnMode::backup;
    facts.node_type = sriov ? NodeType::pci : NodeType::l_lan;
  }
  return facts;
}

IfIndex HnvPartition::sriov(std::size_t pair) {
  return kernel().index_of(pairs_.at(pair).sriov_name).value();
}

IfIndex HnvPartition::virtual_slave(std::size_t pair) {
  return kernel().index_of(pairs_.at(pair).virtual_name).value();
}

bool HnvPartition::is_whole(std::size_t pair) {
  if (!is_plugged(pair)) return false;
  return simulation_.active(bond(pair)) == sriov(pair) &&
         simulation_.primary(bond(pair)) == sriov(pair);
}

void HnvPartition::run(HcnCommand command, const HcnmgrHabits& hcnmgr,
                       const std::function<void()>& deeds, bool at_boot) {
  if (hcnmgr.seen && hcnmgr.brief) surroundings().flash(command);
  if (hcnmgr.seen && !hcnmgr.brief) surroundings().begin(command, kernel().now(), at_boot);
  run_for(hcnmgr.step);
  deeds();
  run_for(hcnmgr.step);
  if (hcnmgr.seen && !hcnmgr.brief) surroundings().end(command);
  if (hcnmgr.seen && hcnmgr.brief) surroundings().flash(command);
  run_for(1ms);
}

// Attached when its profile is made, detached and attached again by hcnmgr's own activation.
void HnvPartition::attach(const HcnmgrHabits& hcnmgr, std::size_t pair, bool is_sriov) {
  const IfIndex device = is_sriov ? sriov(pair) : virtual_slave(pair);
  const IfIndex bond = this->bond(pair);
  kernel().enslave(bond, device);
  run_for(hcnmgr.step);
  kernel().release(device);
  run_for(hcnmgr.step);
  kernel().enslave(bond, device);
  run_for(hcnmgr.step);
  if (!is_sriov) return;
  if (hcnmgr.reactivates) {
    for (const IfIndex slave : {virtual_slave(pair), sriov(pair)}) kernel().release(slave);
    run_for(hcnmgr.step);
    if (hcnmgr.sets_primary) kernel().write_primary(bond, pairs_[pair].sriov_name);
    for (const IfIndex slave : {sriov(pair), virtual_slave(pair)}) kernel().enslave(bond, slave);
  } else if (hcnmgr.sets_primary) {
    kernel().write_primary(bond, pairs_[pair].sriov_name);
  } else {
    kernel().write_active_slave(bond, device);
  }
}

void HnvPartition::configure(const HcnmgrHabits& hcnmgr, std::size_t pair) {
  run(HcnCommand::hcncfgdrc, hcnmgr, [&] { attach(hcnmgr, pair, true); });
}

void HnvPartition::scan_at_boot(const HcnmgrHabits& hcnmgr) {
  run(
      HcnCommand::hcnmgr, hcnmgr,
      [&] {
        for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
          if (is_plugged(pair)) attach(hcnmgr, pair, true);
          attach(hcnmgr, pair, false);
        }
      },
      true);
}

void HnvPartition::unplug(std::size_t pair) {
  kernel().remove_device(sriov(pair));
  pairs_.at(pair).plugged = false;
}

void HnvPartition::plug(bool renamed, std::size_t pair) {
  Pair& one = pairs_.at(pair);
  if (renamed) one.sriov_name = "enP16385p" + std::to_string(100 + ++names_);
  kernel().add_device(device_of(one.sriov_name, true));
  one.plugged = true;
}

void HnvPartition::run_for(std::chrono::milliseconds time) {
  if (kills_ && kills_()) simulation_.restart_watchdog();
  simulation_.run_for(time);
}

void HnvPartition::move_to_another_machine() {
  surroundings().move_to("IBM,02machine" + std::to_string(++machines_));
}

void HnvPartition::note_begin() {
  if (!begun_) begun_ = kernel().now();
}

void HnvPartition::remove(const Migration& migration, std::size_t pair) {
  if (migration.hcnmgr.seen) note_begin();
  run(HcnCommand::hcnrmdev, migration.hcnmgr, [&] {
    if (!migration.hcnmgr.seen) {
      // Nothing tells of it but drmgr, which follows at once.
      surroundings().take_dlpar_lock();
      note_begin();
    }
    kernel().release(sriov(pair));
  });
  if (migration.hcnmgr.seen) {
    run_for(migration.pause);
    surroundings().take_dlpar_lock();
  }
  run_for(migration.hcnmgr.step);
  unplug(pair);
  surroundings().drop_dlpar_lock();
  run_for(migration.pause);
}

void HnvPartition::migrate(const Migration& migration) {
  begun_.reset();
  if (migration.hook) {
    note_begin();
    surroundings().hook(HookPhase::check, kernel().now());
    run_for(migration.pause);
  }
  if (migration.asks && migration.hcnmgr.seen) {
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
      if (!is_plugged(pair)) continue;
      note_begin();
      run(HcnCommand::hcnqrydev, migration.hcnmgr, [] {});
      run_for(migration.pause);
    }
  }
  std::vector<std::size_t> removed;
  for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
    if (!is_plugged(pair)) continue;
    remove(migration, pair);
    removed.push_back(pair);
  }
  if (migration.hook) surroundings().hook(HookPhase::pre, kernel().now());
  run_for(migration.pause);
  if (migration.moves) {
    note_begin();
    move_to_another_machine();
    run_for(migration.pause);
  }
  if (migration.hook) surroundings().hook(HookPhase::post, kernel().now());
  BootTime end = kernel().now();
  for (const std::size_t pair : removed) {
    if (!migration.comes_back) break;
    plug(migration.renames, pair);
    run_for(migration.pause);
    configure(migration.hcnmgr, pair);
    end = kernel().now();
    run_for(migration.pause);
  }
  if (begun_) migrations_.push_back(Span{*begun_, end});
}

std::ostream& operator<<(std::ostream& out, const Migration& migration) {
  const auto flag = [&out](bool value, const char* text) { out << (value ? "" : "not ") << text; };
  flag(migration.hcnmgr.seen, "seen, ");
  flag(migration.hcnmgr.brief, "brief, ");
  flag(migration.hcnmgr.sets_primary, "sets primary, ");
  flag(migration.hcnmgr.reactivates, "reactivates, ");
  flag(migration.asks, "asks, ");
  flag(migration.hook, "hook, ");
  flag(migration.moves, "moves, ");
  flag(migration.comes_back, "comes back, ");
  flag(migration.renames, "renames, ");
  return out << "step " << migration.hcnmgr.step.count() << " ms, pause " << migration.pause.count()
             << " ms\n";
}

}  // namespace hnv::test
