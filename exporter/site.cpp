// SPDX-License-Identifier: Apache-2.0
#include "exporter/site.hpp"

#include <utility>

#include "exporter/metrics.hpp"
#include "exporter/text_serializer.hpp"

namespace hnv::exporter {

namespace {

constexpr int kNotFound = 404;
constexpr int kInternalError = 500;
constexpr int kUnavailable = 503;

}  // namespace

Site::Site(PageContext context, Renderer::Take take, Observer observer)
    : context_(std::move(context)),
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
  if (view == View::metrics) return TextSerializer().Serialize(metric_families(snapshot));
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

HttpResponse Site::respond(const HttpRequest& request) {
  // Before "/": the metrics may be asked for there.
  if (request.path == context_.telemetry_path) {
    return respond_with(View::metrics, TextSerializer::kContentType);
  }
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
