// SPDX-License-Identifier: Apache-2.0
#include "exporter/site.hpp"

#include <utility>

#include "exporter/metrics.hpp"
#include "exporter/negotiation.hpp"

namespace hnv::exporter {

namespace {

constexpr int kNotFound = 404;
constexpr int kInternalError = 500;
constexpr int kUnavailable = 503;

constexpr std::string_view kTimeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds";
// Of a client that does not say how long it waits.
constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(30);

std::chrono::milliseconds patience_behind(const HttpRequest& request) {
  const auto told = request.header(kTimeoutHeader);
  return (told ? patience_of(*told) : std::nullopt).value_or(kPatience);
}

}  // namespace

Site::Site(PageContext context, Renderer::Take take, Observer observer, MetricChoice metrics)
    : context_(std::move(context)),
      metrics_(metrics),
      take_(std::move(take)),
      observer_(std::move(observer)),
      renderer_([this] { return take_snapshot(); },
                [this](View view, const Snapshot& snapshot) { return render(view, snapshot); },
                [this](const std::string& problem) { observer_.on_failure(problem); }) {}

Snapshot Site::take_snapshot() {
  Snapshot snapshot = take_();
  if (!snapshot.sources[Source::netlink].error) ready_ = true;
  observer_.on_snapshot(snapshot);
  return snapshot;
}

std::string Site::render(View view, const Snapshot& snapshot) const {
  switch (view) {
    case View::metrics:
      return metrics_body(snapshot, ExpositionFormat::text, metrics_);
    case View::openmetrics:
      return metrics_body(snapshot, ExpositionFormat::openmetrics, metrics_);
    case View::status_page:
      break;
  }
  return render_status_page(snapshot, context_);
}

bool Site::warm_up() {
  renderer_.get(View::metrics);
  return ready_;
}

HttpResponse Site::respond_with(View view, std::string_view content_type) {
  HttpResponse response;
  response.body = renderer_.get(view);
  if (!response.body) return text_response(kInternalError, "500 the scrape has failed\n");
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

HttpResponse Site::respond(const HttpRequest& request) {
  // Before "/": the metrics may be asked for there.
  if (request.path == context_.telemetry_path) return respond_with_metrics(request);
  if (request.path == "/") {
    HttpResponse response = respond_with(View::status_page, "text/html; charset=utf-8");
    if (request.query != kStillQuery) {
      response.headers.emplace_back("Refresh", std::to_string(kPageRefreshSeconds));
    }
    return response;
  }
  if (request.path == kStylePath) {
    HttpResponse response = text_response(200, status_page_style());
    response.content_type = "text/css; charset=utf-8";
    return response;
  }
  if (request.path == "/-/healthy") return text_response(200, "healthy\n");
  if (request.path == "/-/ready") {
    return ready_ ? text_response(200, "ready\n")
                  : text_response(kUnavailable, "the kernel has not answered yet\n");
  }
  return text_response(kNotFound, "404 nothing here; see / and " + context_.telemetry_path + "\n");
}

}  // namespace hnv::exporter
