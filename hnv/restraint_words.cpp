// SPDX-License-Identifier: Apache-2.0
#include "hnv/restraint_words.hpp"

#include <cmath>

namespace hnv {

namespace {

using bond::PrimaryReselect;

std::string rounded(double penalty) {
  return std::to_string(std::llround(penalty));
}

std::string in(const std::string& left) {
  return left.empty() ? " now" : " in " + left;
}

}  // namespace

bool is_damped(const BondStatus& bond) {
  return bond.state == WatchState::suppressed || bond.saved_reselect.has_value();
}

base::BootTime damping_ends_at(const BondStatus& bond) {
  if (bond.suppressed) return bond.penalty.decayed_at();
  return bond.waits_until.value_or(base::BootTime{});
}

std::string penalty_words(const BondStatus& bond, base::BootTime now) {
  return "its penalty is " + rounded(bond.penalty.at(now)) + ": " + rounded(Penalty::kPerLoss) +
         " for each loss, halved every " +
         std::to_string(
             std::chrono::minutes(Penalty::kHalfLife / std::chrono::minutes(1)).count()) +
         " minutes";
}

std::string release_words(const BondStatus& bond, const std::string& left) {
  const std::string saved =
      bond.saved_reselect ? std::string(base::name_of(*bond.saved_reselect)) : std::string();
  const std::string action = saved.empty() ? "the watchdog brings the traffic back"
                                           : "the watchdog puts primary_reselect back to " + saved;
  const std::string effect = saved.empty() ? "" : ", and the kernel goes back by itself";
  if (!bond.suppressed) return "damping is over; " + action + in(left) + effect;
  return "damping ends" + (left.empty() ? " now" : " in " + left + " at the latest") + "; then " +
         action + effect;
}

std::string reselect_words(const BondStatus& bond, std::optional<PrimaryReselect> present) {
  if (!bond.saved_reselect || present != PrimaryReselect::failure) return {};
  return "the watchdog has changed primary_reselect from " +
         std::string(base::name_of(*bond.saved_reselect)) + " to " +
         std::string(base::name_of(*present));
}

std::string budget_words(const std::string& left) {
  return "the watchdog has brought the traffic back as often as it may in an hour, and does so "
         "again" +
         in(left) + "; find who takes it away: hnvctl events has the cause of each time";
}

}  // namespace hnv
