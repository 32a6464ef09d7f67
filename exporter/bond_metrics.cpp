// SPDX-License-Identifier: Apache-2.0
#include <linux/if.h>

#include <algorithm>
#include <array>

#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

template <class E>
std::string_view name_or_empty(const std::optional<E>& value) {
  return value ? base::name_of(*value) : std::string_view();
}

void project_bond_info(const Snapshot& snapshot, Samples& samples) {
  for (const BondReport& bond : snapshot.bonds) {
    const bond::BondInfo& info = *bond.link.bond;
    const SlaveReport* primary = bond.primary();
    samples.add({bond.link.name, bond.hcn_id ? to_string(*bond.hcn_id) : "",
                 name_or_empty(info.mode), primary != nullptr ? primary->link.name : "",
                 name_or_empty(info.primary_reselect), name_or_empty(info.fail_over_mac)},
                1);
  }
}

std::optional<double> is_up(const BondReport& bond) {
  if (bond.link.oper_state) return flag(*bond.link.oper_state == IF_OPER_UP);
  return flag(bond.link.running);
}

std::optional<double> miimon(const BondReport& bond) {
  if (!bond.link.bond->miimon) return std::nullopt;
  return std::chrono::duration<double>(*bond.link.bond->miimon).count();
}

std::optional<double> primary_is_sriov(const BondReport& bond) {
  if (!bond.managed) return std::nullopt;
  const SlaveReport* sriov = bond.sriov();
  return flag(sriov != nullptr && sriov->primary);
}

std::optional<double> sriov_active(const BondReport& bond) {
  if (!bond.managed) return std::nullopt;
  const SlaveReport* sriov = bond.sriov();
  return flag(sriov != nullptr && sriov->active);
}

std::optional<double> mac_conflict(const BondReport& bond) {
  return flag(std::any_of(
      bond.slaves.begin(), bond.slaves.end(),
      [&bond](const SlaveReport& slave) { return has_mac_conflict(bond.link, slave.link); }));
}

template <std::uint64_t bond::LinkStats::*kField>
std::optional<double> stat(const BondReport& bond) {
  if (!bond.link.stats) return std::nullopt;
  return number((*bond.link.stats).*kField);
}

}  // namespace

double slaves_up(const BondReport& bond) {
  const auto is_mii_up = [](const SlaveReport& slave) {
    return slave.link.slave->mii_status == bond::MiiStatus::up;
  };
  return static_cast<double>(std::count_if(bond.slaves.begin(), bond.slaves.end(), is_mii_up));
}

std::span<const MetricRow> bond_rows() {
  using Stats = bond::LinkStats;
  static const std::array rows = {
      MetricRow{"hnv_bond_info",
                kGauge,
                "Always 1; the labels are the bond's settings. hcn_id is the platform's name for "
                "an HNV pair and empty when it names none; primary is empty when the kernel has "
                "none.",
                {"bond", "hcn_id", "mode", "primary", "primary_reselect", "fail_over_mac"},
                Projection(project_bond_info)},
      MetricRow{"hnv_bond_up", kGauge, "1 if the bond's operational state is up.", bond_labels,
                BondValue(is_up)},
      MetricRow{"hnv_bond_miimon_seconds", kGauge,
                "How often the kernel looks at the links of the slaves. 0: never.", bond_labels,
                BondValue(miimon)},
      MetricRow{"hnv_bond_slaves", kGauge, "Slaves in the bond.", bond_labels,
                BondValue([](const BondReport& bond) -> std::optional<double> {
                  return static_cast<double>(bond.slaves.size());
                })},
      MetricRow{"hnv_bond_slaves_up", kGauge,
                "Slaves whose link the bonding driver takes for up (MII status).", bond_labels,
                BondValue([](const BondReport& bond) -> std::optional<double> {
                  return slaves_up(bond);
                })},
      MetricRow{"hnv_bond_expected_slaves", kGauge,
                "Slaves that a complete bond has: 2 for an HNV pair, else as configured. Absent "
                "for a bond that is neither.",
                bond_labels,
                BondValue([](const BondReport& bond) { return number(bond.expected_slaves); })},
      MetricRow{"hnv_bond_primary_configured", kGauge,
                "1 if the kernel has a primary for the bond. 0 as well while the device that it "
                "names is not in the bond.",
                bond_labels, BondValue([](const BondReport& bond) -> std::optional<double> {
                  return flag(bond.link.bond->primary.has_value());
                })},
      MetricRow{"hnv_bond_primary_is_sriov", kGauge,
                "1 if the kernel's primary is the SR-IOV slave, so that the bond returns to it by "
                "itself. Absent for a bond that is neither HNV nor configured.",
                bond_labels, BondValue(primary_is_sriov)},
      MetricRow{"hnv_bond_sriov_active", kGauge,
                "1 if the SR-IOV slave carries the traffic, as it should; 0 also when it is away. "
                "Absent for a bond that is neither HNV nor configured.",
                bond_labels, BondValue(sriov_active)},
      MetricRow{"hnv_bond_mac_conflict", kGauge,
                "1 if a backup slave has the bond's own MAC address, so that the switch sees it "
                "on two ports (fail_over_mac=follow after a slave left and came back).",
                bond_labels, BondValue(mac_conflict)},
      MetricRow{"hnv_bond_receive_bytes_total", kCounter, "Bytes received.", bond_labels,
                BondValue(stat<&Stats::receive_bytes>)},
      MetricRow{"hnv_bond_receive_packets_total", kCounter, "Packets received.", bond_labels,
                BondValue(stat<&Stats::receive_packets>)},
      MetricRow{"hnv_bond_receive_errors_total", kCounter, "Receive errors.", bond_labels,
                BondValue(stat<&Stats::receive_errors>)},
      MetricRow{"hnv_bond_receive_dropped_total", kCounter, "Received packets that were dropped.",
                bond_labels, BondValue(stat<&Stats::receive_dropped>)},
      MetricRow{"hnv_bond_transmit_bytes_total", kCounter, "Bytes sent.", bond_labels,
                BondValue(stat<&Stats::transmit_bytes>)},
      MetricRow{"hnv_bond_transmit_packets_total", kCounter, "Packets sent.", bond_labels,
                BondValue(stat<&Stats::transmit_packets>)},
      MetricRow{"hnv_bond_transmit_errors_total", kCounter, "Transmit errors.", bond_labels,
                BondValue(stat<&Stats::transmit_errors>)},
      MetricRow{"hnv_bond_transmit_dropped_total", kCounter, "Packets to send that were dropped.",
                bond_labels, BondValue(stat<&Stats::transmit_dropped>)},
      MetricRow{"hnv_bond_carrier_losses_total", kCounter,
                "How often the bond as a whole lost its carrier: no slave could carry traffic.",
                bond_labels, BondValue([](const BondReport& bond) {
                  return number(bond.link.carrier_down_count);
                })},
  };
  return rows;
}

}  // namespace hnv::exporter
