// SPDX-License-Identifier: Apache-2.0
// Built twice: with the provider that the build has chosen, and with zlib.
#include "exporter/gzip.hpp"

#include <gtest/gtest.h>

#include <future>
#include <random>
#include <vector>

#include "unpacked.hpp"

namespace {

using hnv::exporter::GzipSink;
using hnv::exporter::test::unpacked;

std::string gzip(std::string_view content, std::size_t piece) {
  GzipSink sink;
  for (std::size_t begin = 0; begin < content.size(); begin += piece) {
    sink.append(content.substr(begin, piece));
  }
  return std::move(sink).packed();
}

std::string gzip(std::string_view content) {
  GzipSink sink;
  sink.append(content);
  return std::move(sink).packed();
}

std::string metrics_of(std::size_t lines) {
  std::string text;
  for (std::size_t line = 0; line < lines; ++line) {
    text += R"(hnv_slave_receive_bytes_total{bond="bond)" + std::to_string(line / 34) +
            R"(",device="env)" + std::to_string(line / 17) + R"(",role="virtual"} )" +
            std::to_string(line * 7919) + "\n";
  }
  return text;
}

TEST(Gzip, GivesBackWhatWentIn) {
  for (const unsigned lines : {0U, 1U, 1000U, 50'000U}) {
    const std::string text = metrics_of(lines);
    EXPECT_TRUE(unpacked(gzip(text)) == text) << lines;
    EXPECT_TRUE(unpacked(gzip(text, 4096)) == text) << lines << " in pieces as they are written";
    EXPECT_TRUE(unpacked(gzip(text, 997)) == text) << lines << " in odd pieces";
  }
}

TEST(Gzip, GivesBackWhatCannotBeCompressed) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same bytes each time
  std::string noise(1'000'000, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  EXPECT_TRUE(unpacked(gzip(noise)) == noise);
  EXPECT_TRUE(unpacked(gzip(noise, 100'000)) == noise);
}

TEST(Gzip, MakesMetricsMuchSmaller) {
  const std::string text = metrics_of(10'000);
  EXPECT_LT(gzip(text).size() * 5, text.size());
  EXPECT_LT(gzip(text, 4096).size() * 5, text.size()) << "the pieces are not compressed one by one";
}

TEST(Gzip, WorksOnSeveralThreadsAtOnce) {
  const std::string text = metrics_of(5'000);
  std::vector<std::future<std::string>> packed;
  packed.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    packed.push_back(std::async(std::launch::async, [&text] { return gzip(text); }));
  }
  for (auto& one : packed) EXPECT_TRUE(unpacked(one.get()) == text);
}

}  // namespace
