// SPDX-License-Identifier: Apache-2.0
// HTTP by CivetWeb, with what its packaged version needs to be left off left off. Every request
// goes to one handler; only GET and HEAD reach it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/expected.hpp"
#include "exporter/listen_address.hpp"

namespace hnv::exporter {

struct HttpRequest {
  std::string path;   // decoded, without dot segments; compare it exactly
  std::string query;  // as sent
};

// A body that comes piece by piece until one side has enough. The server ends it when it stops.
class HttpStream {
 public:
  HttpStream() = default;
  HttpStream(const HttpStream&) = delete;
  HttpStream& operator=(const HttpStream&) = delete;
  HttpStream(HttpStream&&) = delete;
  HttpStream& operator=(HttpStream&&) = delete;
  virtual ~HttpStream() = default;

  // The next piece, which is sent at once; waits for it. "": the stream has ended. A client that
  // has gone is noticed only when something is sent to it, so there should be something now and
  // then.
  virtual std::string next() = 0;
  // From any thread: next() returns "" from now on, also one that waits.
  virtual void end() = 0;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::shared_ptr<const std::string> body;       // nullptr: empty
  std::shared_ptr<HttpStream> stream = nullptr;  // in place of a body
  std::vector<std::pair<std::string, std::string>> headers =
      {};  // beside those that every response has
};

HttpResponse text_response(int status, std::string_view text);
// {"error":{"status":...,"message":"..."}}; `message` needs no escaping in JSON.
HttpResponse json_error(int status, std::string_view message);

// Called on several threads at once, whose stacks are small (100 KiB): no recursion, no large
// locals. An exception becomes status 500.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

struct WebServerOptions {
  std::vector<ListenAddress> listen;
  // Each connection holds one from its acceptance to its end.
  unsigned workers = 16;
  // Responses with a stream at once; each holds one more worker, beside those above. The next one
  // gets status 503.
  unsigned max_streams = 8;
  // Requests answered at once, more get status 503; 0: no limit. Streams and paths
  // below /-/ do not count.
  unsigned max_requests = 0;
  // A client that has not sent a whole request is cut after one to two times this.
  std::chrono::milliseconds request_timeout = std::chrono::seconds(5);
  // A client that has not taken the response by then is cut.
  std::chrono::milliseconds response_timeout = std::chrono::seconds(30);
  // What CivetWeb has to say while it runs; clients can cause it at will.
  std::function<void(const std::string&)> on_message;
};

class WebServer {
 public:
  // Error io, with the address and the reason, when one of the addresses cannot be listened on;
  // unsupported for IPv6 when CivetWeb was built without.
  static base::Expected<WebServer> start(const WebServerOptions& options, HttpHandler handler);
  WebServer(WebServer&&) noexcept;
  WebServer& operator=(WebServer&&) noexcept;
  ~WebServer();  // waits for requests that are being answered, and ends streams

  // As asked for, with the port that was chosen in place of 0.
  [[nodiscard]] std::vector<ListenAddress> addresses() const;

 private:
  struct State;
  explicit WebServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hnv::exporter
