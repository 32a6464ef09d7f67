// SPDX-License-Identifier: Apache-2.0
// BondWorld on the running kernel: veth pairs in this network namespace, a peer that is set down
// for a pulled cable. Needs root and the bonding module; for the lab's guest, never for a real
// host.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "bond/link_request.hpp"
#include "bond/netlink_socket.hpp"
#include "tests/support/bond_world.hpp"
#include "watchdog/netlink_actuator.hpp"

namespace hnv::test {

class KernelBond final : public BondWorld {
 public:
  KernelBond();
  ~KernelBond() override;

  void make(const BondWorldOptions& options) override;

  void add_device(const std::string& name) override;
  void remove_device(const std::string& name) override;
  void set_plugged(const std::string& name, bool plugged) override;
  void set_admin(const std::string& name, bool up) override;
  int rename(const std::string& from, const std::string& to) override;
  void enslave(const std::string& name) override;
  void release(const std::string& name) override;

  int write_primary(const std::string& name) override;
  int write_active_slave(const std::string& name) override;

  watchdog::Actuator& actuator() override { return actuator_; }

  std::optional<bond::Link> link(const std::string& name) override;
  std::vector<bond::LinkEvent> events() override;

  bool eventually(const std::function<bool()>& condition) override;
  void let_pass(std::chrono::milliseconds time) override;

  // Sends a request and fails the test when the kernel refuses it.
  void must(const bond::RequestBytes& request);
  std::uint32_t next_sequence() { return requests_.next_sequence(); }

 private:
  void clear();
  base::Expected<void> ask(const bond::RequestBytes& request);

  bond::NetlinkSocket requests_;
  bond::NetlinkSocket messages_;
  watchdog::NetlinkActuator actuator_;
  std::map<std::string, std::string> peers_;  // by the name of the device now
};

std::unique_ptr<BondWorld> make_kernel_bond();

}  // namespace hnv::test
