// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_world.hpp"

#include "tests/support/fake_actuator.hpp"
#include "tests/support/fake_kernel.hpp"

namespace hnv::test {

namespace {

class FakeWorld final : public BondWorld {
 public:
  void make(const BondWorldOptions& options) override {
    FakeBondOptions bond;
    bond.name = kBond;
    bond.mode = options.mode;
    bond.primary_reselect = options.primary_reselect;
    bond.miimon = options.miimon;
    bond.updelay = options.updelay;
    bond_ = kernel_.add_bond(bond);
    for (const char* name : {kSriov, kVirtual}) {
      add_device(name);
      enslave(name);
    }
    kernel_.advance(std::chrono::seconds(1));
    kernel_.take_messages();
  }

  void add_device(const std::string& name) override {
    FakeDeviceOptions device;
    device.name = name;
    device.bus = "";
    device.veth = true;
    kernel_.add_device(device);
  }
  void remove_device(const std::string& name) override { kernel_.remove_device(index(name)); }
  void set_plugged(const std::string& name, bool plugged) override {
    kernel_.set_plugged(index(name), plugged);
  }
  void set_admin(const std::string& name, bool up) override { kernel_.set_admin(index(name), up); }
  int rename(const std::string& from, const std::string& to) override {
    return kernel_.rename(index(from), to);
  }
  void enslave(const std::string& name) override { kernel_.enslave(bond_, index(name)); }
  void release(const std::string& name) override { kernel_.release(index(name)); }

  int write_primary(const std::string& name) override { return kernel_.write_primary(bond_, name); }
  int write_active_slave(const std::string& name) override {
    return kernel_.write_active_slave(bond_, name.empty() ? std::nullopt : kernel_.index_of(name));
  }

  watchdog::Actuator& actuator() override { return actuator_; }
  std::optional<bond::Link> link(const std::string& name) override {
    const auto known = kernel_.index_of(name);
    return known ? kernel_.link(*known) : std::nullopt;
  }
  std::vector<bond::LinkEvent> events() override { return kernel_.take_messages(); }

  bool eventually(const std::function<bool()>& condition) override {
    constexpr int kSteps = 5000;
    for (int step = 0; step < kSteps; ++step) {
      if (condition()) return true;
      kernel_.advance(std::chrono::milliseconds(1));
    }
    return condition();
  }
  void let_pass(std::chrono::milliseconds time) override { kernel_.advance(time); }

 private:
  IfIndex index(const std::string& name) { return kernel_.index_of(name).value_or(IfIndex{0}); }

  FakeKernel kernel_;
  FakeActuator actuator_{kernel_};
  IfIndex bond_;
};

}  // namespace

std::unique_ptr<BondWorld> make_fake_world() {
  return std::make_unique<FakeWorld>();
}

}  // namespace hnv::test
