// SPDX-License-Identifier: Apache-2.0
#include "ctl/bond_details.hpp"

#include <fmt/format.h>

#include <chrono>

#include "ctl/text.hpp"
#include "hnv/pause_words.hpp"
#include "hnv/restraint_words.hpp"

namespace hnv::ctl {

namespace {

void append_item(std::string& list, const std::string& item) {
  list.append(list.empty() ? "" : ", ").append(item);
}

template <class T>
std::string name_or_dash(const std::optional<T>& value) {
  return value ? std::string(base::name_of(*value)) : "-";
}

std::string milliseconds_or_dash(const std::optional<std::chrono::milliseconds>& value) {
  return value ? std::to_string(value->count()) + " ms" : "-";
}

std::string settings_text(const BondReport& report) {
  const bond::BondInfo& info = *report.link.bond;
  const SlaveReport* primary = report.primary();
  std::string text =
      "mode " + name_or_dash(info.mode) + ", miimon " + milliseconds_or_dash(info.miimon) +
      ", primary " + (primary != nullptr ? primary->link.name : "none") + ", primary_reselect " +
      name_or_dash(info.primary_reselect) + ", fail_over_mac " + name_or_dash(info.fail_over_mac) +
      ", updelay " + milliseconds_or_dash(info.updelay) + ", downdelay " +
      milliseconds_or_dash(info.downdelay);
  if (info.arp_interval && info.arp_interval->count() != 0) {
    text += ", arp_interval " + milliseconds_or_dash(info.arp_interval);
  }
  if (report.hcn_id) text += ", hcn-id " + to_string(*report.hcn_id);
  return text;
}

template <class E>
std::string counts_text(const base::EnumArray<E, std::uint64_t>& counts) {
  std::string text;
  for (const E key : base::all_values<E>()) {
    if (counts[key] == 0) continue;
    append_item(text, std::string(base::name_of(key)) + " " + std::to_string(counts[key]));
  }
  return text;
}

std::string failovers_text(const Picture& picture, const BondStatus& counts) {
  std::string text;
  for (const auto direction : base::all_values<FailoverDirection>()) {
    const std::string causes = counts_text(counts.failovers[direction]);
    if (causes.empty()) continue;
    text.append(text.empty() ? "" : "; ").append(base::name_of(direction)).append(": " + causes);
  }
  if (text.empty()) return "none";
  if (counts.last_failover_unix_seconds) {
    const std::chrono::duration<double> age(picture.unix_now - *counts.last_failover_unix_seconds);
    text += "; the last " + age_text(std::chrono::duration_cast<base::BootClock::duration>(age)) +
            " ago";
  }
  return text;
}

std::string number_of(std::uint64_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string restores_text(const BondStatus& counts) {
  std::string text = number_of(counts.restore_attempts, "attempt");
  const std::string failures = counts_text(counts.restore_failures);
  text += failures.empty() ? ", no failures" : ", failures: " + failures;
  if (counts.primary_losses != 0) {
    text += "; primary lost again " + number_of(counts.primary_losses, "time");
  }
  return text;
}

// Empty when nothing has flapped lately.
std::string damping_text(const Picture& picture, const Verdict& verdict) {
  const BondStatus& watched = *verdict.watched;
  if (watched.penalty.at(picture.now) < 1 && !is_damped(watched)) return {};
  std::string text = penalty_words(watched, picture.now);
  const std::string changed = reselect_words(watched, verdict.report->link.bond->primary_reselect);
  if (!changed.empty()) text += "; " + changed;
  const BondConfig* config = picture.config.bond(verdict.bond);
  const bool is_on = config != nullptr && config->damping;
  if (watched.suppressed && !is_damped(watched) && !is_on)
    text += "; above the limit of damping, which is off";
  return text;
}

std::string fast_text(const BondStatus& counts) {
  const std::string skipped = counts_text(counts.fast_failovers_skipped);
  if (counts.fast_failovers == 0 && skipped.empty()) return {};
  return number_of(counts.fast_failovers, "fast failover") +
         (skipped.empty() ? "" : "; left to the kernel: " + skipped);
}

std::string glitches_text(const BondStatus& counts) {
  if (counts.glitches == 0) return {};
  return number_of(counts.glitches, "lost carrier") + " that no tick of miimon saw";
}

// Times off the SR-IOV slave; the interval that runs is added to its reason's.
std::string off_sriov_text(const Picture& picture, const Verdict& verdict) {
  std::string text;
  for (const auto reason : base::all_values<OffReason>()) {
    auto time = verdict.counts->off_sriov[reason];
    if (verdict.watched != nullptr && verdict.watched->off_reason == reason) {
      time += picture.now - verdict.watched->off_since;
    }
    if (time < std::chrono::seconds(1)) continue;
    append_item(text, std::string(base::name_of(reason)) + " " + age_text(time));
  }
  return text.empty() ? "none" : text;
}

std::string state_text(const Picture& picture, const BondStatus& watched) {
  std::string text = std::string(base::name_of(watched.state)) + " for " +
                     age_text(picture.now - watched.state_since);
  if (watched.off_reason) {
    text += "; off the SR-IOV slave: " + std::string(base::name_of(*watched.off_reason)) + " for " +
            age_text(picture.now - watched.off_since);
  }
  return text;
}

// What the device is, and what told its role.
std::string device_text(const SlaveReport& slave) {
  const DeviceFacts& facts = slave.facts;
  std::string text = slave.link.name + ", role " + std::string(base::name_of(slave.role)) + " (";
  text += slave.role_source == RoleSource::none
              ? "nothing tells it"
              : "from " + std::string(base::name_of(slave.role_source));
  text += ")";
  if (!facts.driver.empty()) text += ", driver " + facts.driver;
  if (!facts.bus.empty()) text += ", bus " + facts.bus;
  if (!facts.node.empty()) text += ", node " + facts.node;
  if (facts.node_source == NodeSource::address) text += " (by its address)";
  if (facts.drc_index) text += ", drc index " + fmt::format("{:08x}", *facts.drc_index);
  if (!facts.location.empty()) text += ", at " + facts.location;
  return text;
}

std::string slave_text(const SlaveReport& slave) {
  std::string text = slave.link.name;
  if (slave.link.address) text += ", address " + slave.link.address->to_string();
  if (const auto address = bond::permanent_address_of(slave.link)) {
    text += ", permanent " + address->to_string();
  }
  if (slave.link.slave->link_failure_count) {
    text += ", link failures " + std::to_string(*slave.link.slave->link_failure_count);
  }
  if (slave.link.carrier_changes) {
    text += ", carrier changes " + std::to_string(*slave.link.carrier_changes);
  }
  return text;
}

}  // namespace

std::vector<Detail> bond_details(const Picture& picture, const Verdict& verdict) {
  std::vector<Detail> details;
  if (verdict.report == nullptr) return details;
  for (const SlaveReport& slave : verdict.report->slaves) {
    details.push_back(Detail{"slave", slave_text(slave)});
    details.push_back(Detail{"device", device_text(slave)});
  }
  details.push_back(Detail{"note", verdict.report->note});
  details.push_back(Detail{"settings", settings_text(*verdict.report)});
  if (verdict.watched != nullptr) {
    details.push_back(Detail{"state", state_text(picture, *verdict.watched)});
    const std::string held =
        pause_words(*verdict.watched, picture.published.status->activity, picture.now);
    if (!held.empty()) details.push_back(Detail{"paused", held});
    details.push_back(Detail{"damping", damping_text(picture, verdict)});
  }
  if (verdict.counts != nullptr) {
    details.push_back(Detail{"failovers", failovers_text(picture, *verdict.counts)});
    details.push_back(Detail{"restores", restores_text(*verdict.counts)});
    details.push_back(Detail{"fast", fast_text(*verdict.counts)});
    details.push_back(Detail{"glitches", glitches_text(*verdict.counts)});
    details.push_back(Detail{"off sriov", off_sriov_text(picture, verdict)});
    if (verdict.watched == nullptr && !picture.published.alive) {
      details.push_back(Detail{"", "(counted until the watchdog ended)"});
    }
  }
  return details;
}

}  // namespace hnv::ctl
