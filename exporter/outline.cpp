// SPDX-License-Identifier: Apache-2.0
#include "exporter/outline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace hnv::exporter {

namespace {

using Level = Explanation::Level;

int badness(Level level) {
  switch (level) {
    case Level::failing:
      return 3;
    case Level::attention:
      return 2;
    case Level::neutral:
      return 1;
    case Level::good:
      break;
  }
  return 0;
}

std::string in_sentence(std::string words) {
  words.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(words.front())));
  return words + ".";
}

// As visible as a link that is down.
void weigh_path(BondOutline& outline) {
  if (!has_dead_path(outline)) return;
  const bool lost = loses_traffic(outline.path->health.verdict, *outline.bond);
  const Level level = lost ? Level::failing : Level::attention;
  if (badness(level) > badness(outline.words.level)) outline.words.level = level;
}

// The card below says the same with names and reasons.
std::string headline_of_one(const BondOutline& outline) {
  if (has_dead_path(outline)) {
    return in_sentence(path_words(outline.path->health, *outline.bond));
  }
  const SlaveReport* active = outline.bond->active();
  if (active == nullptr) return "Nothing carries the traffic.";
  if (!outline.bond->managed || active->role == Role::unknown) return outline.words.verdict;
  if (active->role == Role::virtual_device) {
    return "The virtual device carries the traffic, not the SR-IOV one.";
  }
  return outline.words.level == Level::good
             ? "The SR-IOV device carries the traffic, as it should."
             : "The SR-IOV device carries the traffic, but the bond needs attention.";
}

Headline headline_of_many(const std::vector<BondOutline>& bonds) {
  const auto count = [&bonds](Level level) {
    return std::count_if(bonds.begin(), bonds.end(),
                         [level](const BondOutline& bond) { return bond.words.level == level; });
  };
  const auto failing = count(Level::failing);
  const auto attention = count(Level::attention);
  const auto good = count(Level::good);
  Headline line;
  if (failing != 0) {
    line.level = Level::failing;
    line.text = fmt::format("{} of {} bonds {} no traffic", failing, bonds.size(),
                            failing == 1 ? "carries" : "carry");
    if (attention != 0) {
      line.text += fmt::format(", {} {} attention", attention, attention == 1 ? "needs" : "need");
    }
    line.text += ".";
  } else if (attention != 0) {
    line.level = Level::attention;
    line.text = fmt::format("{} of {} bonds {} attention.", attention, bonds.size(),
                            attention == 1 ? "needs" : "need");
  } else if (good != 0) {
    line.level = Level::good;
    line.text = fmt::format("{} {} the traffic on the SR-IOV device, as {} should.",
                            good == 1 ? "One bond" : fmt::format("All {} managed bonds", good),
                            good == 1 ? "carries" : "carry", good == 1 ? "it" : "they");
  } else {
    line.text = fmt::format("{} bonds, and none of them is managed.", bonds.size());
  }
  return line;
}

Headline headline_of_bonds(const Snapshot& snapshot, const std::vector<BondOutline>& bonds) {
  Headline line = bonds.size() == 1 ? Headline{bonds[0].words.level, headline_of_one(bonds[0])}
                                    : headline_of_many(bonds);
  const bool managed = std::any_of(bonds.begin(), bonds.end(),
                                   [](const BondOutline& bond) { return bond.bond->managed; });
  if (managed && !snapshot.watchdog.alive) {
    line.text += " No watchdog is running.";
    if (badness(line.level) < badness(Level::attention)) line.level = Level::attention;
  }
  return line;
}

}  // namespace

bool has_dead_path(const BondOutline& outline) {
  return outline.path && tells_of_dead_path(outline.path->health.verdict);
}

std::vector<BondOutline> outline(const Snapshot& snapshot) {
  std::vector<BondOutline> bonds;
  bonds.reserve(snapshot.bonds.size());
  for (const BondReport& bond : snapshot.bonds) {
    WatchdogView watchdog{nullptr, snapshot.watchdog.alive, nullptr};
    if (const auto& status = snapshot.watchdog.status) {
      watchdog.account = status->bond(bond.link.name);
      watchdog.activity = &status->activity;
    }
    bonds.push_back(
        {&bond, watchdog, explain(bond, watchdog, snapshot.taken), path_of(snapshot, bond)});
    weigh_path(bonds.back());
  }
  std::stable_sort(bonds.begin(), bonds.end(), [](const BondOutline& one, const BondOutline& two) {
    return badness(one.words.level) > badness(two.words.level);
  });
  return bonds;
}

Headline headline(const Snapshot& snapshot, const std::vector<BondOutline>& bonds) {
  if (snapshot.sources[Source::netlink].error) {
    return {Level::failing, "The kernel could not be asked for the bonds."};
  }
  if (!snapshot.missing_bonds.empty()) {
    const std::size_t missing = snapshot.missing_bonds.size();
    return {Level::failing,
            fmt::format("{} configured bond{} missing.", missing, missing == 1 ? " is" : "s are")};
  }
  if (bonds.empty()) return {Level::neutral, "There is no bond on this partition."};
  return headline_of_bonds(snapshot, bonds);
}

}  // namespace hnv::exporter
