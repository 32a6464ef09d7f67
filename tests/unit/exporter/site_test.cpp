// SPDX-License-Identifier: Apache-2.0
#include "exporter/site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "exporter/negotiation.hpp"
#include "sample_snapshot.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using ::testing::HasSubstr;

std::string header_of(const HttpResponse& response, const std::string& name) {
  for (const auto& [header, value] : response.headers) {
    if (header == name) return value;
  }
  return "";
}

class SiteTest : public ::testing::Test {
 protected:
  Site site_{{"lpar1", "/metrics"},
             [this] { return snapshot_; },
             {[this](const Snapshot&) { ++observed_; }, [](const std::string&) {}}};
  Snapshot snapshot_ = healthy_snapshot();
  int observed_ = 0;
};

TEST_F(SiteTest, ServesMetrics) {
  const HttpResponse response = site_.respond({"/metrics", ""});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, name_of(ExpositionFormat::text).content_type);
  EXPECT_THAT(*response.body, HasSubstr("\nhnv_watchdog_up 1\n"));
  EXPECT_EQ(observed_, 1);
}

TEST_F(SiteTest, ServesOpenMetricsToWhoPrefersIt) {
  const HttpResponse response =
      site_.respond({"/metrics",
                     "",
                     {{"accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(header_of(response, "Vary"), "Accept, Accept-Encoding");
  EXPECT_THAT(*response.body, ::testing::EndsWith("\n# EOF\n"));
}

TEST_F(SiteTest, CompressesForWhoTakesIt) {
  const HttpResponse response = site_.respond({"/metrics", "", {{"Accept-Encoding", "gzip"}}});
  EXPECT_EQ(header_of(response, "Content-Encoding"), "gzip");
  EXPECT_EQ(header_of(response, "Vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(response.content_type, name_of(ExpositionFormat::text).content_type);
  EXPECT_THAT(*response.body, ::testing::StartsWith("\x1f\x8b"));
  const HttpResponse plain = site_.respond({"/metrics", "", {{"Accept-Encoding", "gzip;q=0"}}});
  EXPECT_EQ(header_of(plain, "Content-Encoding"), "");
  EXPECT_EQ(header_of(plain, "Vary"), "Accept, Accept-Encoding");
  EXPECT_THAT(*plain.body, ::testing::StartsWith("# HELP"));
}

TEST_F(SiteTest, ServesWhatIsLeftWithoutTheKernel) {
  snapshot_.sources[Source::netlink].error = base::Error{};
  snapshot_.bonds.clear();
  const HttpResponse response = site_.respond({"/metrics", ""});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(*response.body, HasSubstr("\nhnv_scrape_source_success{source=\"netlink\"} 0\n"));
  EXPECT_THAT(*response.body, HasSubstr("\nhnv_watchdog_up 1\n"));
}

TEST_F(SiteTest, ServesThePageThatRefreshesItself) {
  const HttpResponse response = site_.respond({"/", ""});
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(*response.body, ::testing::StartsWith("<!DOCTYPE html>"));
  EXPECT_EQ(header_of(response, "Refresh"), "5");
  EXPECT_EQ(header_of(site_.respond({"/", "refresh=off"}), "Refresh"), "");
}

TEST_F(SiteTest, ServesTheStyle) {
  const HttpResponse response = site_.respond({"/style.css", ""});
  EXPECT_EQ(response.content_type, "text/css; charset=utf-8");
  EXPECT_THAT(*response.body, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_EQ(observed_, 0);
}

TEST_F(SiteTest, ComparesPathsExactly) {
  for (const char* path : {"/METRICS", "/metrics/", "/metricsx", "/nothing", "", "/-/", "//"}) {
    EXPECT_EQ(site_.respond({path, ""}).status, 404) << path;
  }
}

TEST_F(SiteTest, IsReadyOnceTheKernelHasAnswered) {
  snapshot_.sources[Source::netlink].error = base::Error{};
  EXPECT_EQ(site_.respond({"/-/healthy", ""}).status, 200);
  EXPECT_EQ(site_.respond({"/-/ready", ""}).status, 503);
  EXPECT_FALSE(site_.warm_up());
  EXPECT_EQ(site_.respond({"/-/ready", ""}).status, 503);
  snapshot_.sources[Source::netlink].error.reset();
  EXPECT_TRUE(site_.warm_up());
  EXPECT_EQ(site_.respond({"/-/ready", ""}).status, 200);
}

TEST(Site, ServesMetricsAtTheRootWhenAskedTo) {
  Site site({"lpar1", "/"}, healthy_snapshot, {[](const Snapshot&) {}, [](const std::string&) {}});
  EXPECT_EQ(site.respond({"/", ""}).content_type, name_of(ExpositionFormat::text).content_type);
}

// A scraper that hangs up knows nothing of why; one that is told does.
TEST(Site, SaysInTimeThatTheScrapeIsLate) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  Site site({"lpar1", "/metrics"},
            [released] {
              released.wait();
              return healthy_snapshot();
            },
            {[](const Snapshot&) {}, [](const std::string&) {}});
  const HttpRequest request{
      "/metrics",
      "",
      {{"X-Prometheus-Scrape-Timeout-Seconds", "0.02"}, {"Accept-Encoding", "gzip"}}};
  const HttpResponse late = site.respond(request);
  EXPECT_EQ(late.status, 503);
  EXPECT_THAT(*late.body, HasSubstr("takes longer"));
  EXPECT_EQ(header_of(late, "Content-Encoding"), "");
  release.set_value();
  EXPECT_EQ(site.respond({"/metrics", ""}).status, 200);
}

TEST(Site, ServesNodeExportersMetricsWhenAskedTo) {
  Site site({"lpar1", "/metrics"}, healthy_snapshot,
            {[](const Snapshot&) {}, [](const std::string&) {}}, {.node_bonding = true});
  EXPECT_THAT(*site.respond({"/metrics", ""}).body,
              HasSubstr("\nnode_bonding_active{master=\"bond191554c8\"} 2\n"));
}

TEST(Site, SaysThatTheScrapeFailed) {
  Site site({"lpar1", "/metrics"}, []() -> Snapshot { throw std::runtime_error("no"); },
            {[](const Snapshot&) {}, [](const std::string&) {}});
  EXPECT_EQ(site.respond({"/metrics", ""}).status, 500);
}

}  // namespace
