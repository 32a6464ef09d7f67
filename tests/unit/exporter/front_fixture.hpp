// SPDX-License-Identifier: Apache-2.0
// The whole HTTP side on a free port of 127.0.0.1.
#pragma once

#include <gtest/gtest.h>

#include <ctime>
#include <future>
#include <optional>
#include <string>

#include "exporter/web_front.hpp"
#include "http_client.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hnv::exporter::test {

inline HttpResponse echo(const HttpRequest& request) {
  return text_response(200, request.path + " " + request.query);
}

// Its body at /large is so large.
inline HttpHandler large(std::size_t size) {
  const auto body = std::make_shared<const std::string>(size, 'x');
  return [body](const HttpRequest& request) {
    HttpResponse response = echo(request);
    if (request.path == "/large") response.body = body;
    return response;
  };
}

// Of the whole process.
inline std::chrono::microseconds processor_time() {
  std::timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

class WholeFront {
 public:
  explicit WholeFront(HttpHandler handler = echo, const front::Limits& limits = {},
                      const std::string& web_config = {}) {
    WebFrontOptions options;
    options.listen = {{"127.0.0.1", 0}};
    start(options, std::move(handler), limits, web_config);
  }
  WholeFront(const WebFrontOptions& options, HttpHandler handler) {
    start(options, std::move(handler), {}, {});
  }

  [[nodiscard]] std::uint16_t port() const { return web_->addresses().front().port; }
  [[nodiscard]] const hnv::test::TemporaryFolder& folder() const { return folder_; }
  WebFront& web() { return *web_; }

  // How a reload that was asked for has ended.
  base::Expected<void> reload() {
    reloaded_ = {};
    auto result = reloaded_.get_future();
    web_->reload();
    return result.get();
  }

 private:
  void start(WebFrontOptions options, HttpHandler handler, const front::Limits& limits,
             const std::string& web_config) {
    options.limits = limits;
    options.reports.on_reload = [this](const base::Expected<void>& loaded) {
      reloaded_.set_value(loaded);
    };
    std::string file;
    if (!web_config.empty()) {
      folder_.write("web.yaml", web_config);
      file = folder_.path() / "web.yaml";
    }
    auto settings = front::WebSettingsFile::open(file);
    ASSERT_TRUE(settings) << settings.error().to_string();
    auto web = WebFront::start(options, std::move(*settings), std::move(handler));
    ASSERT_TRUE(web) << web.error().to_string();
    web_.emplace(std::move(*web));
  }

  hnv::test::TemporaryFolder folder_;
  std::promise<base::Expected<void>> reloaded_;
  std::optional<WebFront> web_;
};

}  // namespace hnv::exporter::test
