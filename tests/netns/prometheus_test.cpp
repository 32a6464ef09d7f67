// SPDX-License-Identifier: Apache-2.0
// A real Prometheus scrapes both formats over the loopback device of a network namespace of its
// own: what it stores is the judge of what we send.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "exporter/exposition.hpp"
#include "exporter/site.hpp"
#include "exporter/web_front.hpp"
#include "tests/netns/netns.hpp"
#include "tests/netns/program.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/exporter/http_client.hpp"
#include "tests/unit/exporter/sample_snapshot.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* kPrometheus = HNV_PROMETHEUS;
constexpr std::uint16_t kPrometheusPort = 9090;  // the namespace has no other
constexpr std::string_view kTextPath = "/text";

class PrometheusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(std::string_view(kPrometheus), "")
        << "prometheus was not found when the build was configured; scripts/bootstrap test "
           "unpacks it; then configure again";
    hnv::test::enter_own_network_namespace();
    hnv::test::set_loopback(true);
    site_.emplace(PageContext{"lpar1", "/metrics"}, exporter::test::full_snapshot,
                  Site::Observer{[](const Snapshot&) {}, [](const std::string&) {}},
                  MetricChoice{true});
    WebFrontOptions options;
    options.listen = {{"127.0.0.1", 0}};
    auto server = WebFront::start(options, front::WebSettingsFile::open("").value(),
                                  [this](const HttpRequest& request) { return respond(request); });
    ASSERT_TRUE(server) << server.error().to_string();
    server_.emplace(std::move(*server));
    start_prometheus();
  }

  HttpResponse respond(HttpRequest request) {
    // What else Prometheus asks for stays as it sends it.
    if (request.path == kTextPath) {
      request.path = "/metrics";
      for (auto& [name, value] : request.headers) {
        if (name == "Accept") value = "text/plain;version=0.0.4";
      }
    }
    HttpResponse response = site_->respond(request);
    const std::lock_guard lock(mutex_);
    content_types_.push_back(response.content_type);
    compressed_ += std::count_if(
        response.headers.begin(), response.headers.end(),
        [](auto& header) { return header.first == "Content-Encoding" && header.second == "gzip"; });
    return response;
  }

  void start_prometheus() {
    const std::string target = "127.0.0.1:" + std::to_string(server_->addresses().front().port);
    folder_.write("prometheus.yml",
                  "global: {scrape_interval: 1s}\n"
                  "scrape_configs:\n"
                  "- {job_name: openmetrics, static_configs: [{targets: ['" +
                      target +
                      "']}]}\n"
                      "- {job_name: text, metrics_path: /text, static_configs: [{targets: ['" +
                      target + "']}]}\n");
    const std::string folder = folder_.path().native();
    prometheus_.emplace(kPrometheus,
                        std::vector<std::string>{
                            "--config.file=" + folder + "/prometheus.yml",
                            "--storage.tsdb.path=" + folder + "/data",
                            "--web.listen-address=127.0.0.1:" + std::to_string(kPrometheusPort)},
                        folder_.path() / "log");
    ASSERT_TRUE(prometheus_->says("Server is ready to receive web requests."))
        << prometheus_->output();
  }

  static Json ask(const std::string& target) {
    const auto reply = exporter::test::send_request(
        kPrometheusPort,
        "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    return Json::parse(reply.body, nullptr, false);
  }

  // The first series' value; "" without one.
  static std::string value_of(const std::string& query) {
    const Json answer = ask("/api/v1/query?query=" + query);
    const Json result = answer.value("/data/result"_json_pointer, Json::array());
    return result.empty() ? "" : result[0]["value"][1].get<std::string>();
  }

  std::optional<Site> site_;
  std::optional<WebFront> server_;
  hnv::test::TemporaryFolder folder_;
  std::optional<hnv::test::Program> prometheus_;
  std::mutex mutex_;
  std::vector<std::string> content_types_;
  std::ptrdiff_t compressed_ = 0;
};

long samples_in(const std::string& body) {
  long samples = 0;
  std::istringstream lines(body);
  for (std::string line; std::getline(lines, line);) samples += line.starts_with("#") ? 0 : 1;
  return samples;
}

TEST_F(PrometheusTest, StoresEverySampleOfBothFormats) {
  const std::string samples = std::to_string(samples_in(exporter::test::metrics_body(
      exporter::test::full_snapshot(), ExpositionFormat::text, MetricChoice{true})));
  for (const std::string job : {"openmetrics", "text"}) {
    const std::string of_job = "%7Bjob=%22" + job + "%22%7D";
    ASSERT_TRUE(hnv::test::eventually([&] { return value_of("up" + of_job) == "1"; }))
        << job << ": " << ask("/api/v1/targets").dump(1) << prometheus_->output();
    EXPECT_EQ(value_of("scrape_samples_scraped" + of_job), samples) << job;
    EXPECT_EQ(value_of("count(%7Bjob=%22" + job + "%22,__name__=~%22(hnv|process|node)_.*%22%7D)"),
              samples)
        << job << ": as many series as samples, so none is there twice";
  }
  // The same series in both, but for the label that Prometheus adds.
  EXPECT_EQ(value_of("count(%7Bjob=%22text%22,__name__=~%22(hnv|process|node)_.*%22%7D%20unless%20"
                     "ignoring(job)%20%7Bjob=%22openmetrics%22%7D)"),
            "");
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(compressed_, static_cast<std::ptrdiff_t>(content_types_.size()));
  EXPECT_THAT(
      content_types_,
      ::testing::IsSupersetOf({std::string(name_of(ExpositionFormat::text).content_type),
                               std::string(name_of(ExpositionFormat::openmetrics).content_type)}));
}

TEST_F(PrometheusTest, LearnsTypeAndUnit) {
  const std::string metric = "/api/v1/targets/metadata?metric=hnv_bond_off_sriov_seconds";
  ASSERT_TRUE(hnv::test::eventually([&] { return !ask(metric)["data"].empty(); }));
  const Json told = ask(metric)["data"][0];
  EXPECT_EQ(told["type"], "counter");
  EXPECT_EQ(told["unit"], "seconds");
  EXPECT_THAT(told["help"].get<std::string>(), HasSubstr("did not carry the traffic"));
}

}  // namespace
