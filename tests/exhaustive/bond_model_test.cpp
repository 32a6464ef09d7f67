// SPDX-License-Identifier: Apache-2.0
// The small bond does what FakeBond does, whatever is done to both.
#include "tests/exhaustive/bond_model.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "tests/support/fake_kernel.hpp"

namespace hnv::test {

namespace {

using bond::MiiStatus;
using bond::PrimaryReselect;

enum class Deed : std::uint8_t {
  pull,
  plug,
  admin_down,
  admin_up,
  enslave,
  release,
  prefer,
  clear_primary,
  take_active,
  reselect_always,
  reselect_failure,
  tick,
};

// Both bonds, side by side.
class Twins {
 public:
  Twins() {
    bond_ = kernel_.add_bond({});
    for (const char* name : kNames) {
      FakeDeviceOptions options;
      options.name = name;
      devices_.push_back(kernel_.add_device(options));
      kernel_.enslave(bond_, devices_.back());
    }
    act(Deed::tick, Port::sriov);
  }

  void act(Deed deed, Port port) {
    const IfIndex device = devices_[static_cast<std::size_t>(port)];
    const bool enslaved = model_.at(port).enslaved;
    switch (deed) {
      case Deed::pull:
      case Deed::plug:
        kernel_.set_plugged(device, deed == Deed::plug);
        return model_.set_carrier(port, deed == Deed::plug);
      case Deed::admin_down:
      case Deed::admin_up:
        if (!enslaved) return;
        kernel_.set_admin(device, deed == Deed::admin_up);
        return model_.set_admin(port, deed == Deed::admin_up);
      case Deed::enslave:
        if (enslaved) return;
        kernel_.enslave(bond_, device);
        return model_.enslave(port);
      case Deed::release:
        if (!enslaved) return;
        kernel_.release(device);
        return model_.release(port);
      case Deed::prefer:
        kernel_.write_primary(bond_, kNames[static_cast<std::size_t>(port)]);
        return model_.set_primary(port);
      case Deed::clear_primary:
        kernel_.write_primary(bond_, "");
        return model_.set_primary(std::nullopt);
      case Deed::take_active:
        RC_ASSERT((kernel_.write_active_slave(bond_, device) == 0) == model_.set_active(port));
        return;
      case Deed::reselect_always:
      case Deed::reselect_failure: {
        const auto value =
            deed == Deed::reselect_always ? PrimaryReselect::always : PrimaryReselect::failure;
        kernel_.write_primary_reselect(bond_, value);
        return model_.set_reselect(value);
      }
      case Deed::tick:
        kernel_.advance(std::chrono::milliseconds(100));
        return model_.tick();
    }
  }

  void compare() {
    const bond::BondInfo shown = *kernel_.link(bond_)->bond;
    RC_ASSERT(shown.active_slave == index_of(model_.active));
    RC_ASSERT(shown.primary == index_of(model_.shown_primary()));
    RC_ASSERT(shown.primary_reselect == model_.reselect);
    for (const Port port : {Port::sriov, Port::virtual_device}) {
      const bond::Link link = *kernel_.link(*index_of(port));
      const ModelSlave& slave = model_.at(port);
      RC_ASSERT(link.slave.has_value() == slave.enslaved);
      if (!link.slave) continue;
      RC_ASSERT((link.slave->mii_status == MiiStatus::up) == slave.mii_up);
      RC_ASSERT(link.admin_up == slave.admin_up);
    }
  }

 private:
  static constexpr std::array kNames = {"sriov0", "virtual0"};

  std::optional<IfIndex> index_of(std::optional<Port> port) const {
    if (!port) return std::nullopt;
    return devices_[static_cast<std::size_t>(*port)];
  }

  FakeKernel kernel_;
  BondModel model_;
  IfIndex bond_;
  std::vector<IfIndex> devices_;
};

RC_GTEST_PROP(BondModelProperty, DoesWhatFakeBondDoes, ()) {
  Twins twins;
  const auto deeds = *rc::gen::container<std::vector<std::pair<int, bool>>>(rc::gen::pair(
      rc::gen::inRange(0, static_cast<int>(Deed::tick) + 1), rc::gen::arbitrary<bool>()));
  for (const auto& [deed, sriov] : deeds) {
    twins.act(static_cast<Deed>(deed), sriov ? Port::sriov : Port::virtual_device);
    twins.compare();
  }
}

}  // namespace

}  // namespace hnv::test
