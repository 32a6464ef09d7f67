// SPDX-License-Identifier: Apache-2.0
// What a picture means: for each bond where its traffic is, why it is not on the SR-IOV slave, and
// what happens next. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.hpp"
#include "ctl/finding.hpp"
#include "ctl/picture.hpp"

namespace hnv::ctl {

// Where the traffic of a bond is. The spellings are part of the JSON object.
enum class Standing {
  on_sriov,
  off_sriov,      // another slave carries it
  down,           // no slave does, or the bond itself is down
  wrong_mode,     // not active-backup, so that no slave is the one that carries it
  roles_unknown,  // it cannot be told which slave is the SR-IOV one
  missing,        // configured, or asked for before, and not there
  unmanaged,      // neither HNV nor configured, or ignored: no slave should carry it
};

struct Verdict {
  std::string bond;
  const BondReport* report = nullptr;   // nullptr: missing
  const BondStatus* counts = nullptr;   // of this boot, also of a watchdog that has ended
  const BondStatus* watched = nullptr;  // `counts` of a living watchdog
  // Why the traffic is off the SR-IOV slave, as the watchdog says and the kernel confirms.
  std::optional<OffReason> reason;
  Standing standing = Standing::unmanaged;
  std::string why;      // a sentence; empty when there is nothing to explain
  std::string next;     // what happens by itself; empty: nothing needs to
  std::string by_hand;  // the command that helps when nobody else does
  // How long the traffic has been where it is; empty when no watchdog tells.
  std::optional<base::BootClock::duration> unmoved_for;
  bool unmoved_or_longer = false;  // it has not moved since the watchdog started
  std::vector<Finding> findings;
  std::optional<PathView> path;  // empty: no prober tells of the bond

  [[nodiscard]] bool is_good() const;  // on the SR-IOV slave, or not managed
  // Its link is up, and nothing answers behind the slave that carries the traffic.
  [[nodiscard]] bool is_path_lost() const;
  [[nodiscard]] bool has_problem() const;  // not good, or good with findings
};

// The bonds `asked` for, or with none the kernel's and those the configuration names; those that
// are worst off first, then by name. Verdicts point into `picture`.
std::vector<Verdict> judge(const Picture& picture, const std::vector<std::string>& asked);

// A bond that was asked for and that neither the kernel nor the configuration knows: a sentence
// that lists those that exist.
std::optional<std::string> unknown_bond(const Picture& picture,
                                        const std::vector<std::string>& asked);

int exit_code(const std::vector<Verdict>& verdicts);

}  // namespace hnv::ctl

template <>
struct hnv::base::EnumNames<hnv::ctl::Standing> {
  static constexpr auto names = std::to_array<std::string_view>(
      {"on_sriov", "off_sriov", "down", "wrong_mode", "roles_unknown", "missing", "unmanaged"});
};
