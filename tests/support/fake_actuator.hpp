// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tests/support/fake_kernel.hpp"
#include "watchdog/actuator.hpp"

namespace hnv::test {

// Writes to a FakeKernel, remembers what it wrote, and fails when told to.
class FakeActuator final : public watchdog::Actuator {
 public:
  explicit FakeActuator(FakeKernel& kernel) : kernel_(kernel) {}

  base::Expected<std::vector<bond::Link>> read_bond(IfIndex bond) override;
  base::Expected<void> write(const watchdog::Write& write) override;

  struct Write {
    BootTime at;
    IfIndex bond;
    IfIndex slave;
    WriteRule rule = WriteRule::keep;
    bool moved_from_healthy = false;  // it took the traffic from a slave that worked
    bool operator==(const Write&) const = default;
  };
  [[nodiscard]] const std::vector<Write>& writes() const { return writes_; }  // accepted or not

  void refuse(std::optional<base::ErrorCode> with) { refusal_ = with; }
  // Happens between the last look at the bond and the write.
  void race(std::function<void()> event) { race_ = std::move(event); }

 private:
  base::Expected<void> pass_on(const watchdog::Write& write);

  FakeKernel& kernel_;
  std::vector<Write> writes_;
  std::optional<base::ErrorCode> refusal_;
  std::function<void()> race_;
};

}  // namespace hnv::test
