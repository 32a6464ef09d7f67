// SPDX-License-Identifier: Apache-2.0
#include "exporter/site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/text_serializer.hpp"
#include "json_schema.hpp"
#include "sample_snapshot.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using ::testing::HasSubstr;
using ::testing::Not;

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

TEST_F(SiteTest, ServesThePage) {
  const HttpResponse response = site_.respond({"/", ""});
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(*response.body, ::testing::StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(*response.body, HasSubstr("<script"));
  EXPECT_THAT(*site_.respond({"/", "live=off"}).body, Not(HasSubstr("<script")));
}

TEST_F(SiteTest, ServesThePagesFiles) {
  const HttpResponse style = site_.respond({"/page.css", ""});
  EXPECT_EQ(style.content_type, "text/css; charset=utf-8");
  EXPECT_THAT(*style.body, HasSubstr("prefers-color-scheme: dark"));
  const HttpResponse script = site_.respond({"/page.js", ""});
  EXPECT_EQ(script.content_type, "text/javascript; charset=utf-8");
  EXPECT_THAT(*script.body, HasSubstr("EventSource"));
  EXPECT_EQ(site_.respond({"/icon.svg", ""}).content_type, "image/svg+xml");
  EXPECT_THAT(*site_.respond({"/api/v1/schema.json", ""}).body, HasSubstr("\"$schema\""));
  EXPECT_EQ(observed_, 0);
}

TEST_F(SiteTest, ServesTheBondsWithTheirRevision) {
  const HttpResponse response = site_.respond({"/api/v1/bonds", ""});
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(schema_problems(*response.body, "bonds"), "");
  const std::string tag = header_of(response, "ETag");
  EXPECT_THAT(tag, ::testing::StartsWith("W/\""));
  snapshot_.taken_unix_seconds += 1;
  EXPECT_EQ(header_of(site_.respond({"/api/v1/bonds", ""}), "ETag"), tag);
  set_active(snapshot_.bonds[0], 5);
  EXPECT_NE(header_of(site_.respond({"/api/v1/bonds", ""}), "ETag"), tag);
}

TEST_F(SiteTest, ServesEventsSinceANumber) {
  JournalEvent event;
  event.sequence = 8;
  event.name = "ready";
  snapshot_.events = std::make_shared<const Events>(Events{event});
  const HttpResponse all = site_.respond({"/api/v1/events", ""});
  EXPECT_EQ(all.content_type, "application/json");
  EXPECT_EQ(schema_problems(*all.body, "events"), "");
  EXPECT_THAT(*all.body, HasSubstr("\"sequence\":8"));
  EXPECT_THAT(*site_.respond({"/api/v1/events", "since=8"}).body, HasSubstr("\"events\":[]"));
}

TEST_F(SiteTest, SaysInJsonWhatIsWrongWithAQuestionToTheApi) {
  for (const char* query :
       {"since=", "since=-1", "since=x", "since=1x", "until=3", "since=99999999999999999999"}) {
    const HttpResponse response = site_.respond({"/api/v1/events", query});
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_EQ(schema_problems(*response.body, "error"), "") << query;
    EXPECT_THAT(*response.body, HasSubstr("since=NUMBER"));
  }
  const HttpResponse nothing = site_.respond({"/api/v2/bonds", ""});
  EXPECT_EQ(nothing.status, 404);
  EXPECT_EQ(schema_problems(*nothing.body, "error"), "");
}

TEST_F(SiteTest, StreamsTheBondsOnceItIsLive) {
  EXPECT_EQ(site_.respond({"/api/v1/stream", ""}).status, 503);
  site_.go_live();
  const HttpResponse response = site_.respond({"/api/v1/stream", ""});
  EXPECT_EQ(response.content_type, "text/event-stream");
  ASSERT_NE(response.stream, nullptr);
  const std::string message = response.stream->next();
  const auto data = message.find("\ndata: ");
  EXPECT_THAT(message, HasSubstr("\nevent: bonds\ndata: {"));
  EXPECT_THAT(message, ::testing::EndsWith("}\n\n"));
  const std::string json = message.substr(data + 7, message.size() - data - 9);
  EXPECT_EQ(schema_problems(json, "bonds"), "");
  response.stream->end();
  EXPECT_EQ(response.stream->next(), "");
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
  const HttpResponse bonds = site.respond({"/api/v1/bonds", ""});
  EXPECT_EQ(bonds.status, 500);
  EXPECT_EQ(schema_problems(*bonds.body, "error"), "");
  EXPECT_EQ(site.respond({"/api/v1/events", ""}).status, 500);
}

}  // namespace
