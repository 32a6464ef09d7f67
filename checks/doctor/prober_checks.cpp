// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks/doctor/examine.hpp"
#include "hnv/path_words.hpp"

namespace hnv::checks {

namespace {

using std::chrono::seconds;

// A pause after a failover outlasts the verdicts of a prober with short rounds.
constexpr seconds kSilent{10};
// A port that is plugged in again, or a target that restarts, is over by then.
constexpr seconds kLasting{60};
constexpr const char* kRestart =
    "sudo systemctl enable hnv-prober && sudo systemctl restart hnv-prober";

std::string seconds_of(base::BootClock::duration duration) {
  return std::to_string(std::chrono::duration_cast<seconds>(duration).count()) + " s";
}

void examine_silence(const std::string& name, base::BootClock::duration age, Reporter& say) {
  if (age < seconds(0)) {
    return say.warn(name, "what hnv-prober says is of a time to come", kRestart);
  }
  const std::string ago = seconds_of(age) + " ago";
  if (age <= kSilent) return say.info(name, "hnv-prober judged it " + ago + ", and will do again");
  say.warn(name, "hnv-prober is silent: what it says is from " + ago, kRestart);
}

// What the prober says when it neither calls the paths good nor blames one.
void examine_undecided(const BondReport& bond, const ToldPath& told, Reporter& say) {
  const std::string seen = path_words(told.health, bond);
  if (told.lasting < kLasting) return say.info(bond.link.name, seen);
  say.warn(bond.link.name, "for " + seconds_of(told.lasting) + " " + seen,
           "repair what is named here, or name targets that answer: bonds[].path.targets of "
           "hnv.yaml(5)",
           "whether anything answers behind the slave that carries no traffic is not known");
}

void examine_told(const BondReport& bond, const ToldPath& told, Reporter& say) {
  const std::string& name = bond.link.name;
  if (!told.fresh) return examine_silence(name, told.age, say);
  const bool is_doubted =
      told.published != PathVerdict::not_judged && told.health.verdict == PathVerdict::not_judged;
  if (is_doubted) {
    return say.warn(name,
                    "what hnv-prober says is not about the bond as it is: " + told.health.doubt,
                    kRestart);
  }
  if (tells_of_dead_path(told.health.verdict)) {
    return say.fail(name, path_words(told.health, bond),
                    "look at what is behind that slave: VLANs and uplink of the Virtual I/O "
                    "Server, or the switch port; the runbook HnvPathDead says how");
  }
  const bool is_good =
      told.health.verdict == PathVerdict::healthy || told.health.verdict == PathVerdict::isolated;
  if (!is_good) return examine_undecided(bond, told, say);
  say.ok(name, path_words(told.health, bond));
}

void examine_bond(const Facts& facts, const std::string& name, Reporter& say) {
  const auto bond = std::find_if(facts.bonds->begin(), facts.bonds->end(),
                                 [&name](const BondReport& one) { return one.link.name == name; });
  if (bond == facts.bonds->end()) return say.info(name, "the bond is not there to be probed");
  const auto told = facts.paths->find(name);
  if (told == facts.paths->end()) {
    return say.warn(name, "no hnv-prober has said anything about it in this boot", kRestart);
  }
  examine_told(*bond, told->second, say);
}

// What no hnv-prober of this version would write, which it repairs by writing anew.
bool is_nonsense(const base::Error& error) {
  return error.code == base::ErrorCode::invalid || error.code == base::ErrorCode::unsupported ||
         error.code == base::ErrorCode::too_large;
}

}  // namespace

void examine_prober(const Facts& facts, Reporter& say) {
  if (!facts.bonds_with_path) return say.unknown(kPartition, facts.bonds_with_path.error());
  if (facts.bonds_with_path->empty()) {
    return say.ok(kPartition, "no bond has `path` in hnv.yaml, so that none is to be probed");
  }
  if (!facts.bonds) return say.unknown(kPartition, facts.bonds.error());
  if (!facts.paths) {
    const base::Error& error = facts.paths.error();
    if (!is_nonsense(error)) return say.unknown(kPartition, error);
    return say.warn(kPartition, error.to_string(), kRestart);
  }
  for (const std::string& name : *facts.bonds_with_path) examine_bond(facts, name, say);
}

}  // namespace hnv::checks
