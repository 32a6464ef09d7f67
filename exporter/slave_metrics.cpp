// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "exporter/metric_rows.hpp"

namespace hnv::exporter {

namespace {

void project_slave_info(const Snapshot& snapshot, Samples& samples) {
  for (const BondReport& bond : snapshot.bonds) {
    for (const SlaveReport& slave : bond.slaves) {
      const auto address = permanent_address_of(slave.link);
      samples.add({bond.link.name, slave.link.name, base::name_of(slave.role), slave.facts.driver,
                   address ? address->to_string() : "", slave.facts.location,
                   base::name_of(slave.role_source)},
                  1);
    }
  }
}

void project_speed(const Snapshot& snapshot, Samples& samples) {
  for (const BondReport& bond : snapshot.bonds) {
    for (const SlaveReport& slave : bond.slaves) {
      const auto speed = snapshot.speeds.find(slave.link.index);
      if (speed == snapshot.speeds.end()) continue;
      samples.add({bond.link.name, slave.link.name, base::name_of(slave.role)}, speed->second);
    }
  }
}

std::optional<double> is_mii_up(const BondReport&, const SlaveReport& slave) {
  const auto& status = slave.link.slave->mii_status;
  return status ? std::optional(flag(*status == bond::MiiStatus::up)) : std::nullopt;
}

template <std::uint64_t bond::LinkStats::*kField>
std::optional<double> stat(const BondReport&, const SlaveReport& slave) {
  if (!slave.link.stats) return std::nullopt;
  return number((*slave.link.stats).*kField);
}

}  // namespace

std::span<const MetricRow> slave_rows() {
  using Stats = bond::LinkStats;
  static const std::array rows = {
      MetricRow{
          "hnv_slave_info",
          kGauge,
          "Always 1; the labels tell which device the slave is. location is the firmware's "
          "location code; role_source is what told the role.",
          {"bond", "device", "role", "driver", "permanent_address", "location", "role_source"},
          Projection(project_slave_info)},
      MetricRow{"hnv_slave_up", kGauge,
                "1 if the bonding driver takes the slave's link for up (MII status).", slave_labels,
                SlaveValue(is_mii_up)},
      MetricRow{"hnv_slave_carrier", kGauge, "1 if the device has a carrier.", slave_labels,
                SlaveValue([](const BondReport&, const SlaveReport& slave) {
                  return number(slave.link.carrier);
                })},
      MetricRow{
          "hnv_slave_admin_up", kGauge, "1 unless someone took the device down (ip link set down).",
          slave_labels,
          SlaveValue([](const BondReport&, const SlaveReport& slave) -> std::optional<double> {
            return flag(slave.link.admin_up);
          })},
      MetricRow{
          "hnv_slave_active", kGauge, "1 if the slave carries the bond's traffic.", slave_labels,
          SlaveValue([](const BondReport&, const SlaveReport& slave) -> std::optional<double> {
            return flag(slave.active);
          })},
      MetricRow{
          "hnv_slave_primary", kGauge,
          "1 if the slave is the kernel's primary: the one that it prefers.", slave_labels,
          SlaveValue([](const BondReport&, const SlaveReport& slave) -> std::optional<double> {
            return flag(slave.primary);
          })},
      MetricRow{"hnv_slave_link_failures_total", kCounter,
                "Losses of the link that the bonding driver saw, of an active and of a backup "
                "slave alike; 0 again when the device joins a bond. No count of failovers.",
                slave_labels, SlaveValue([](const BondReport&, const SlaveReport& slave) {
                  return number(slave.link.slave->link_failure_count);
                })},
      MetricRow{"hnv_slave_carrier_changes_total", kCounter,
                "How often the device's carrier went or came.", slave_labels,
                SlaveValue([](const BondReport&, const SlaveReport& slave) {
                  return number(slave.link.carrier_changes);
                })},
      MetricRow{"hnv_slave_speed_bytes", kGauge,
                "Speed of the link in bytes per second, read again after each change of carrier. "
                "Absent when the device does not tell.",
                slave_labels, Projection(project_speed)},
      MetricRow{"hnv_slave_receive_bytes_total", kCounter, "Bytes received.", slave_labels,
                SlaveValue(stat<&Stats::receive_bytes>)},
      MetricRow{"hnv_slave_receive_packets_total", kCounter, "Packets received.", slave_labels,
                SlaveValue(stat<&Stats::receive_packets>)},
      MetricRow{"hnv_slave_receive_errors_total", kCounter, "Receive errors.", slave_labels,
                SlaveValue(stat<&Stats::receive_errors>)},
      MetricRow{"hnv_slave_receive_dropped_total", kCounter, "Received packets that were dropped.",
                slave_labels, SlaveValue(stat<&Stats::receive_dropped>)},
      MetricRow{"hnv_slave_transmit_bytes_total", kCounter, "Bytes sent.", slave_labels,
                SlaveValue(stat<&Stats::transmit_bytes>)},
      MetricRow{"hnv_slave_transmit_packets_total", kCounter, "Packets sent.", slave_labels,
                SlaveValue(stat<&Stats::transmit_packets>)},
      MetricRow{"hnv_slave_transmit_errors_total", kCounter, "Transmit errors.", slave_labels,
                SlaveValue(stat<&Stats::transmit_errors>)},
      MetricRow{"hnv_slave_transmit_dropped_total", kCounter, "Packets to send that were dropped.",
                slave_labels, SlaveValue(stat<&Stats::transmit_dropped>)},
  };
  return rows;
}

}  // namespace hnv::exporter
