// SPDX-License-Identifier: Apache-2.0
#include "exporter/site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/text_serializer.hpp"
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
  EXPECT_EQ(response.content_type, TextSerializer::kContentType);
  EXPECT_THAT(*response.body, HasSubstr("\nhnv_watchdog_up 1\n"));
  EXPECT_EQ(observed_, 1);
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
  EXPECT_EQ(site.respond({"/", ""}).content_type, TextSerializer::kContentType);
}

TEST(Site, SaysThatTheScrapeFailed) {
  Site site({"lpar1", "/metrics"}, []() -> Snapshot { throw std::runtime_error("no"); },
            {[](const Snapshot&) {}, [](const std::string&) {}});
  EXPECT_EQ(site.respond({"/metrics", ""}).status, 500);
}

}  // namespace
