// SPDX-License-Identifier: Apache-2.0
// What is found under which path.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "exporter/live_feed.hpp"
#include "exporter/metrics.hpp"
#include "exporter/renderer.hpp"
#include "exporter/status_page.hpp"
#include "exporter/web_server.hpp"

namespace hnv::exporter {

class Site {
 public:
  // Who wants to know what happens; called on the renderer's thread.
  struct Observer {
    std::function<void(const Snapshot&)> on_snapshot;
    Renderer::OnFailure on_failure;
  };

  Site(PageContext context, Renderer::Take take, Observer observer, MetricChoice metrics = {});

  // For the web server: from any thread.
  HttpResponse respond(const HttpRequest& request);

  // Takes one snapshot; true when the kernel could be asked for the bonds.
  bool warm_up();

  // From now on the throughput is noted also when nobody asks, and streams get messages. Once,
  // before there are requests.
  void go_live();

 private:
  Snapshot take_snapshot();
  void render(View view, const Snapshot& snapshot, TextSink& sink);
  HttpResponse respond_with(View view, std::string_view content_type);
  HttpResponse respond_with_metrics(const HttpRequest& request);
  HttpResponse respond_with_events(const std::string& query);
  HttpResponse respond_with_stream();
  std::optional<HttpResponse> respond_with_file(std::string_view path);
  std::optional<HttpResponse> respond_with_api(const HttpRequest& request);

  PageContext context_;
  MetricChoice metrics_;
  Renderer::Take take_;
  Observer observer_;
  std::atomic<bool> ready_{false};
  std::string run_;            // of the program, for revisions
  ThroughputHistory history_;  // on the renderer's thread only
  std::mutex events_mutex_;
  std::shared_ptr<const Events> events_;
  Renderer renderer_;             // its thread uses what is above
  std::optional<LiveFeed> feed_;  // and this one's the renderer
};

}  // namespace hnv::exporter
