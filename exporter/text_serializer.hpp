// SPDX-License-Identifier: Apache-2.0
// Prometheus' text format 0.0.4. prometheus::TextSerializer leaves help texts unescaped and passes
// on label values that are not UTF-8, as the name of a network interface may be; Prometheus refuses
// the whole scrape for either.
#pragma once

#include <prometheus/serializer.h>

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace hnv::exporter {

class TextSerializer : public prometheus::Serializer {
 public:
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  [[nodiscard]] std::string Serialize(
      const std::vector<prometheus::MetricFamily>& families) const override;
  void Serialize(std::ostream& out,
                 const std::vector<prometheus::MetricFamily>& families) const override;
};

// The shortest text that reads back as the same number, with an exponent only for very small and
// very large ones. "NaN",
// "+Inf", "-Inf".
void append_number(std::string& out, double value);

}  // namespace hnv::exporter
