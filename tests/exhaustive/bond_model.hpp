// SPDX-License-Identifier: Apache-2.0
// A bond of two slaves in as few bits as the policy can tell apart: what FakeBond does, without
// names, messages and time, so that all of its states can be visited. bond_model_test.cpp holds it
// to FakeBond, which the contract suite holds to a real kernel.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "bond/types.hpp"

namespace hnv::test {

enum class Port : std::uint8_t { sriov, virtual_device };

struct ModelSlave {
  bool enslaved = true;
  bool admin_up = true;
  bool carrier = true;      // the cable
  bool mii_up = true;       // as of the last tick
  std::uint8_t losses = 0;  // since the policy looked last, up to 3
  bool operator==(const ModelSlave&) const = default;

  [[nodiscard]] bool has_link() const { return admin_up && carrier; }
};

struct BondModel {
  std::array<ModelSlave, 2> slaves;  // by Port
  bool sriov_joined_first = true;
  std::optional<Port> active = Port::sriov;
  std::optional<Port> primary;  // recorded, whether or not it is enslaved
  bool force_primary = false;
  bond::PrimaryReselect reselect = bond::PrimaryReselect::always;
  bool membership_changed = false;  // since the policy looked last
  bool operator==(const BondModel&) const = default;

  [[nodiscard]] ModelSlave& at(Port port) { return slaves[static_cast<std::size_t>(port)]; }
  [[nodiscard]] const ModelSlave& at(Port port) const {
    return slaves[static_cast<std::size_t>(port)];
  }
  [[nodiscard]] bool is_up(Port port) const { return at(port).enslaved && at(port).mii_up; }
  [[nodiscard]] std::optional<Port> shown_primary() const;

  void tick();  // of miimon
  void set_carrier(Port port, bool carrier);
  void set_admin(Port port, bool up);
  void enslave(Port port);
  void release(Port port);
  void set_primary(std::optional<Port> port);  // empty: cleared
  bool set_active(Port port);                  // false: refused
  void set_reselect(bond::PrimaryReselect value);

 private:
  [[nodiscard]] std::optional<Port> first_up() const;
  [[nodiscard]] std::optional<Port> choose();
  void select() { active = choose(); }
  void note_link(Port port, bool had_link);
};

constexpr Port other(Port port) {
  return port == Port::sriov ? Port::virtual_device : Port::sriov;
}

}  // namespace hnv::test
