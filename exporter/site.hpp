// SPDX-License-Identifier: Apache-2.0
// What is found under which path.
#pragma once

#include <atomic>
#include <functional>
#include <string>

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

 private:
  Snapshot take_snapshot();
  [[nodiscard]] std::string render(View view, const Snapshot& snapshot) const;
  HttpResponse respond_with(View view, std::string_view content_type);
  HttpResponse respond_with_metrics(const HttpRequest& request);

  PageContext context_;
  MetricChoice metrics_;
  Renderer::Take take_;
  Observer observer_;
  std::atomic<bool> ready_{false};
  Renderer renderer_;  // last: its thread uses the rest
};

}  // namespace hnv::exporter
