// SPDX-License-Identifier: Apache-2.0
// The whole of a scrape in both formats against golden/full.*, Prometheus' own lint of it, and
// docs/metrics.md against the table.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>

#include "exporter/metrics.hpp"
#include "exporter/metrics_doc.hpp"
#include "sample_snapshot.hpp"

namespace {

using namespace hnv::exporter;

constexpr const char* kFolder = HNV_SOURCE_DIR "/tests/unit/exporter/golden/";
constexpr const char* kDocument = HNV_SOURCE_DIR "/docs/metrics.md";

std::string read(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string golden_file(ExpositionFormat format) {
  return std::string(kFolder) +
         (format == ExpositionFormat::text ? "full.prom" : "full.openmetrics");
}

// The build's own labels change with each build.
std::string full_text(ExpositionFormat format) {
  const MetricChoice all{.node_bonding = true};
  return std::regex_replace(test::metrics_body(test::full_snapshot(), format, all),
                            std::regex(R"((hnv_exporter_build_info)\{.*\})"),
                            "$1{version=\"V\",revision=\"R\",compiler=\"C\"}");
}

TEST(Golden, FullScrape) {
  for (const auto format : {ExpositionFormat::text, ExpositionFormat::openmetrics}) {
    const std::string text = full_text(format);
    // Renames are never right: look twice before this is used.
    const bool update =
        std::getenv("HNV_UPDATE_GOLDEN") != nullptr;  // NOLINT(concurrency-mt-unsafe)
    if (update) std::ofstream(golden_file(format)) << text;
    EXPECT_EQ(text, read(golden_file(format)))
        << "if the change is right: HNV_UPDATE_GOLDEN=1 exporter_tests";
  }
}

TEST(Golden, PassesPromtool) {
  const std::string promtool = HNV_PROMTOOL;
  ASSERT_FALSE(promtool.empty())
      << "promtool was not found when the build was configured; install the package prometheus "
         "(scripts/bootstrap does) and configure again";
  const std::string command =
      "'" + promtool + "' check metrics < '" + golden_file(ExpositionFormat::text) + "' 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c)
  ASSERT_NE(pipe, nullptr);
  std::string output;
  std::array<char, 512> piece{};
  while (std::fgets(piece.data(), piece.size(), pipe) != nullptr) output += piece.data();
  EXPECT_EQ(::pclose(pipe), 0) << output;
  EXPECT_EQ(output, "");
}

TEST(MetricsDocument, IsWhatTheTableSays) {
  EXPECT_EQ(read(kDocument), metrics_document())
      << "write it again: cmake --build <build folder> --target update_metrics_doc";
}

}  // namespace
