// SPDX-License-Identifier: Apache-2.0
#include "exporter/throughput_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "exporter/html.hpp"
#include "exporter/page_words.hpp"

namespace hnv::exporter {

namespace {

using Series = ThroughputHistory::Series;

constexpr int kChartHeight = 60;
// Below this all is drawn as nearly nothing: an idle device's few packets must not look like load.
constexpr double kLeastScale = 125'000;  // 1 Mbit/s, in bytes per second

double peak_of(const Series& series) {
  double peak = 0;
  for (const auto& value : series) {
    if (value) peak = std::max({peak, value->receive, value->transmit});
  }
  return peak;
}

// The stretches of known values, each a line from left to right; `closed`: down to the ground and
// back, to be filled.
std::string path_of(const Series& series, double Throughput::*member, double scale, bool closed) {
  std::string path;
  int drawn = -1;  // the height of the last point; -1: the pen is up
  std::size_t begin = 0;
  const auto finish = [&](std::size_t end) {
    if (drawn < 0) return;
    path += fmt::format("H{}", end);
    if (closed) path += fmt::format("V{}H{}Z", kChartHeight, begin);
    drawn = -1;
  };
  for (std::size_t index = 0; index < series.size(); ++index) {
    if (!series[index]) {
      finish(index);
      continue;
    }
    const double share = std::min((*series[index]).*member / scale, 1.0);
    const int y = kChartHeight - static_cast<int>(std::lround(share * (kChartHeight - 2)));
    if (drawn < 0) {
      path += fmt::format("M{} {}", index, y);
      begin = index;
    } else if (y != drawn) {
      path += fmt::format("H{}V{}", index, y);
    }
    drawn = y;
  }
  finish(series.size());
  return path;
}

std::string chart_of(const SlaveReport& slave, const ThroughputHistory& history, double scale) {
  const Series series = history.of(slave.link.index);
  const auto now = history.latest(slave.link.index);
  const std::string name = escape_html(slave.link.name);
  std::string numbers = "no measurement yet";
  if (now) {
    numbers = fmt::format(
        "<span class=\"receive\">▼ in {}</span> <span class=\"transmit\">▲ out {}</span>",
        speed_text(now->receive), speed_text(now->transmit));
  }
  std::string out = fmt::format(
      "<div class=\"chart{}\"><p><strong>{}</strong> <span class=\"rates\">"
      "{}</span></p>\n",
      slave.active ? " active" : "", name, numbers);
  out += fmt::format(
      "<svg viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"Throughput "
      "of {} in the last {} minutes; at most {}\"><path class=\"receive\" d=\"{}\"/><path "
      "class=\"transmit\" d=\"{}\"/></svg></div>\n",
      ThroughputHistory::kSteps, kChartHeight, name,
      std::chrono::duration_cast<std::chrono::minutes>(ThroughputHistory::kStep *
                                                       ThroughputHistory::kSteps)
          .count(),
      speed_text(peak_of(series)), path_of(series, &Throughput::receive, scale, true),
      path_of(series, &Throughput::transmit, scale, false));
  return out;
}

}  // namespace

std::string throughput_charts(const BondReport& bond, const ThroughputHistory& history) {
  if (bond.slaves.empty()) return "";
  double peak = 0;
  for (const SlaveReport& slave : bond.slaves) {
    peak = std::max(peak, peak_of(history.of(slave.link.index)));
  }
  const double scale = std::max(peak, kLeastScale);
  std::string out = "<div class=\"charts\">\n";
  for (const SlaveReport& slave : bond.slaves) out += chart_of(slave, history, scale);
  return out + fmt::format(
                   "<p class=\"scale\"><span>15 min ago</span> <span>full height: {}</span> "
                   "<span>now</span></p>\n</div>\n",
                   speed_text(scale));
}

}  // namespace hnv::exporter
