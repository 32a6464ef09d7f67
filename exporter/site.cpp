// SPDX-License-Identifier: Apache-2.0
#include "exporter/site.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "exporter/bonds_json.hpp"
#include "exporter/metrics.hpp"
#include "exporter/page_files.hpp"
#include "exporter/text_serializer.hpp"

namespace hnv::exporter {

namespace {

constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kNotFound = 404;
constexpr int kInternalError = 500;
constexpr int kUnavailable = 503;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kApi = "/api/";

// "since=17"; empty: 0. Nothing else is known.
std::optional<std::uint64_t> since_of(std::string_view query) {
  constexpr std::string_view kKey = "since=";
  if (query.empty()) return 0;
  if (!query.starts_with(kKey)) return std::nullopt;
  query.remove_prefix(kKey.size());
  std::uint64_t since = 0;
  const auto [end, problem] = std::from_chars(query.data(), query.data() + query.size(), since);
  if (problem != std::errc() || end != query.data() + query.size()) return std::nullopt;
  return since;
}

HttpResponse typed_response(std::string_view content_type, std::string_view text) {
  HttpResponse response = text_response(kOk, text);
  response.content_type = content_type;
  return response;
}

}  // namespace

Site::Site(PageContext context, Renderer::Take take, Observer observer)
    : context_(std::move(context)),
      take_(std::move(take)),
      observer_(std::move(observer)),
      run_(fmt::format("{:x}", static_cast<std::uint64_t>(base::unix_time() * 1000))),
      events_(std::make_shared<const Events>()),
      renderer_([this] { return take_snapshot(); },
                [this](View view, const Snapshot& snapshot) { return render(view, snapshot); },
                [this](const std::string& problem) { observer_.on_failure(problem); }) {}

Snapshot Site::take_snapshot() {
  Snapshot snapshot = take_();
  if (!snapshot.sources[Source::netlink].error) ready_ = true;
  history_.record(snapshot);
  observer_.on_snapshot(snapshot);
  return snapshot;
}

std::string Site::render(View view, const Snapshot& snapshot) {
  switch (view) {
    case View::metrics:
      return TextSerializer().Serialize(metric_families(snapshot));
    case View::live_page:
      return render_status_page(snapshot, history_, context_, true);
    case View::still_page:
      return render_status_page(snapshot, history_, context_, false);
    case View::bonds:
      return bonds_json(snapshot, history_, context_.host, run_);
    case View::events:
      const std::lock_guard lock(events_mutex_);
      events_ = snapshot.events;
      break;
  }
  return "";
}

bool Site::warm_up() {
  renderer_.get(View::metrics);
  return ready_;
}

void Site::go_live() {
  feed_.emplace([this] { return renderer_.get(View::bonds); });
}

HttpResponse Site::respond_with(View view, std::string_view content_type) {
  HttpResponse response;
  response.body = renderer_.get(view);
  if (!response.body) {
    constexpr std::string_view kProblem = "the scrape has failed";
    return content_type == kJson ? json_error(kInternalError, kProblem)
                                 : text_response(kInternalError, fmt::format("500 {}\n", kProblem));
  }
  response.content_type = content_type;
  return response;
}

HttpResponse Site::respond_with_events(const std::string& query) {
  const auto since = since_of(query);
  if (!since) {
    return json_error(kBadRequest, "the only parameter is since=NUMBER, a sequence number");
  }
  HttpResponse response = respond_with(View::events, kJson);
  if (response.status != kOk) return response;
  const std::lock_guard lock(events_mutex_);
  response.body = std::make_shared<const std::string>(events_json(*events_, *since));
  return response;
}

HttpResponse Site::respond_with_stream() {
  if (!feed_) return json_error(kUnavailable, "not live yet");
  HttpResponse response;
  response.content_type = "text/event-stream";
  response.stream = feed_->open();
  return response;
}

std::optional<HttpResponse> Site::respond_with_file(std::string_view path) {
  if (path == kStylePath) return typed_response("text/css; charset=utf-8", page_style());
  if (path == kScriptPath) return typed_response("text/javascript; charset=utf-8", page_script());
  if (path == kIconPath) return typed_response("image/svg+xml", page_icon());
  if (path == kSchemaPath) return typed_response("application/schema+json", api_schema());
  return std::nullopt;
}

std::optional<HttpResponse> Site::respond_with_api(const HttpRequest& request) {
  if (request.path == kBondsPath) {
    HttpResponse response = respond_with(View::bonds, kJson);
    if (response.status == kOk) {
      // Weak: times and throughput may differ.
      response.headers.emplace_back("ETag", fmt::format("W/\"{}\"", revision_of(*response.body)));
    }
    return response;
  }
  if (request.path == kEventsPath) return respond_with_events(request.query);
  if (request.path == kStreamPath) return respond_with_stream();
  if (request.path.starts_with(kApi)) {
    return json_error(kNotFound, "nothing here; see docs/api.md for what is");
  }
  return std::nullopt;
}

HttpResponse Site::respond(const HttpRequest& request) {
  // Before "/": the metrics may be asked for there.
  if (request.path == context_.telemetry_path) {
    return respond_with(View::metrics, TextSerializer::kContentType);
  }
  if (request.path == "/") {
    return respond_with(request.query == kStillQuery ? View::still_page : View::live_page,
                        "text/html; charset=utf-8");
  }
  if (auto file = respond_with_file(request.path)) return *file;
  if (auto answer = respond_with_api(request)) return *answer;
  if (request.path == "/-/healthy") return text_response(kOk, "healthy\n");
  if (request.path == "/-/ready") {
    return ready_ ? text_response(kOk, "ready\n")
                  : text_response(kUnavailable, "the kernel has not answered yet\n");
  }
  return text_response(kNotFound, "404 nothing here; see / and " + context_.telemetry_path + "\n");
}

}  // namespace hnv::exporter
