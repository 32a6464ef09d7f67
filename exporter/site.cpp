// SPDX-License-Identifier: Apache-2.0
#include "exporter/site.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <utility>

#include "exporter/bonds_json.hpp"
#include "exporter/http_status.hpp"
#include "exporter/metrics.hpp"
#include "exporter/negotiation.hpp"
#include "exporter/page_files.hpp"

namespace hnv::exporter {

namespace {

constexpr std::string_view kTimeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds";
// Of a client that does not say how long it waits.
constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(30);

std::chrono::milliseconds patience_behind(const HttpRequest& request) {
  const auto told = request.header(kTimeoutHeader);
  return (told ? patience_of(*told) : std::nullopt).value_or(kPatience);
}

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

Site::Site(PageContext context, Renderer::Take take, Observer observer, MetricChoice metrics)
    : context_(std::move(context)),
      metrics_(metrics),
      take_(std::move(take)),
      observer_(std::move(observer)),
      run_(fmt::format("{:x}", static_cast<std::uint64_t>(base::unix_time() * 1000))),
      events_(std::make_shared<const Events>()),
      renderer_([this] { return take_snapshot(); },
                [this](View view, const Snapshot& snapshot, TextSink& sink) {
                  render(view, snapshot, sink);
                },
                [this](const std::string& problem) { observer_.on_failure(problem); }) {}

Snapshot Site::take_snapshot() {
  Snapshot snapshot = take_();
  if (!snapshot.sources[Source::netlink].error) ready_ = true;
  history_.record(snapshot);
  {
    const std::lock_guard lock(events_mutex_);
    events_ = snapshot.events;
  }
  observer_.on_snapshot(snapshot);
  return snapshot;
}

void Site::render(View view, const Snapshot& snapshot, TextSink& sink) {
  switch (view) {
    case View::metrics:
      return write_metrics(snapshot, ExpositionFormat::text, metrics_, sink);
    case View::openmetrics:
      return write_metrics(snapshot, ExpositionFormat::openmetrics, metrics_, sink);
    case View::live_page:
      return sink.append(render_status_page(snapshot, history_, context_, true));
    case View::still_page:
      return sink.append(render_status_page(snapshot, history_, context_, false));
    case View::bonds:
      return sink.append(bonds_json(snapshot, history_, context_.host, run_));
    case View::nothing:
      break;
  }
}

bool Site::warm_up() {
  renderer_.get(View::nothing);
  return ready_;
}

void Site::go_live() {
  feed_.emplace(
      [this](bool followed) { return renderer_.get(followed ? View::bonds : View::nothing); });
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

HttpResponse Site::respond_with_metrics(const HttpRequest& request) {
  const ExpositionFormat format = format_for(request.header("Accept").value_or(""));
  const bool zipped = accepts_gzip(request.header("Accept-Encoding").value_or(""));
  const View view = format == ExpositionFormat::openmetrics ? View::openmetrics : View::metrics;
  const auto result =
      renderer_.get(view, zipped ? Coding::gzip : Coding::identity, patience_behind(request));
  switch (result.outcome) {
    case Renderer::Outcome::failed:
      return text_response(kInternalError, "500 the scrape has failed\n");
    case Renderer::Outcome::late:
      return text_response(kUnavailable,
                           "503 the kernel's or the watchdog's answer takes longer than this "
                           "scrape may\n");
    case Renderer::Outcome::done:
      break;
  }
  HttpResponse response;
  response.body = result.body;
  response.content_type = name_of(format).content_type;
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  if (result.coding != Coding::identity) {
    response.headers.emplace_back("Content-Encoding", base::name_of(result.coding));
  }
  return response;
}

HttpResponse Site::respond_with_events(const std::string& query) {
  const auto since = since_of(query);
  if (!since) {
    return json_error(kBadRequest, "the only parameter is since=NUMBER, a sequence number");
  }
  HttpResponse response = respond_with(View::nothing, kJson);
  if (response.status != kOk) return response;
  // The renderer waits for the mutex, so it is not held while the text is made.
  std::unique_lock lock(events_mutex_);
  const std::shared_ptr<const Events> events = events_;
  lock.unlock();
  response.body = std::make_shared<const std::string>(events_json(*events, *since));
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
  if (request.path == context_.telemetry_path) return respond_with_metrics(request);
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
