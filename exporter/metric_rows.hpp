// SPDX-License-Identifier: Apache-2.0
// The parts of the metrics table, one file for each noun, and what they share.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "checks/doctor/check.hpp"
#include "exporter/metrics.hpp"

namespace hnv::exporter {

inline const std::vector<std::string_view> bond_labels = {"bond"};
inline const std::vector<std::string_view> slave_labels = {"bond", "device", "role"};

inline constexpr auto kCounter = prometheus::MetricType::Counter;
inline constexpr auto kGauge = prometheus::MetricType::Gauge;
inline constexpr auto kHistogram = prometheus::MetricType::Histogram;

inline double flag(bool value) {
  return value ? 1 : 0;
}

template <class Integer>
std::optional<double> number(const std::optional<Integer>& value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

inline double number(std::uint64_t value) {
  return static_cast<double>(value);
}

// Those whose link the bonding driver takes for up.
double slaves_up(const BondReport& bond);

std::span<const MetricRow> bond_rows();
std::span<const MetricRow> slave_rows();
std::span<const MetricRow> watchdog_rows();
std::span<const MetricRow> lpm_rows();
std::span<const MetricRow> doctor_rows();
std::span<const MetricRow> path_rows();
std::span<const MetricRow> platform_rows();
std::span<const MetricRow> exporter_rows();
std::span<const MetricRow> node_bonding_rows();

}  // namespace hnv::exporter
