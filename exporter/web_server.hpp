// SPDX-License-Identifier: Apache-2.0
// HTTP by CivetWeb, with what its packaged version needs to be left off left off. Every request
// goes to one handler; only GET and HEAD reach it. It serves one Unix socket, and what comes there
// has been checked by the front (exporter/front): CivetWeb never sees a client's bytes, nor TLS.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/expected.hpp"

namespace hnv::exporter {

struct HttpRequest {
  std::string path;   // decoded, without dot segments; compare it exactly
  std::string query;  // as sent
  // Names and values as sent, in that order; a name may be there twice.
  std::vector<std::pair<std::string, std::string>> headers = {};

  // All values of the header, whatever the case of its name; joined by ", " when it was sent more
  // than once (RFC 9110, section 5.3). Empty: it was not sent.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
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

// On every response: lines, each with its end.
std::string_view common_headers();

struct WebServerOptions {
  // Path of the Unix socket, which is made. Who can reach it is decided by its folder.
  std::string socket;
  // Each connection holds one from its acceptance to its end, also between requests.
  unsigned workers = 16;
  // Responses with a stream at once; each holds one more worker, beside those above. The next one
  // gets status 503.
  unsigned max_streams = 8;
  // A client that has not sent a whole request is cut after one to two times this.
  std::chrono::milliseconds request_timeout = std::chrono::seconds(5);
  // A connection without a next request is cut after this.
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(5);
  // A client that has not taken the response by then is cut.
  std::chrono::milliseconds response_timeout = std::chrono::seconds(30);
  // What CivetWeb has to say while it runs; clients can cause it at will.
  std::function<void(const std::string&)> on_message;
};

class WebServer {
 public:
  // Error io when the socket cannot be made or CivetWeb does not start, with the reason.
  static base::Expected<WebServer> start(const WebServerOptions& options, HttpHandler handler);
  WebServer(WebServer&&) noexcept;
  WebServer& operator=(WebServer&&) noexcept;
  ~WebServer();  // waits for requests that are being answered, and ends streams

 private:
  struct State;
  explicit WebServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hnv::exporter
