// SPDX-License-Identifier: Apache-2.0
#include "exporter/web_server.hpp"

#include <civetweb.h>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/unique_fd.hpp"
#include "exporter/http_status.hpp"
#include "exporter/http_text.hpp"

namespace hnv::exporter {

namespace {

using base::Expected;
using base::failure;
using std::chrono::steady_clock;

// On every response. Nothing is loaded but what comes from here, nothing stands inline, nothing may
// frame the page, nothing is kept.
constexpr std::string_view kFixedHeaders =
    "Cache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'\r\n";

std::string http_date() {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

// Without a length the end of the connection is the end of the body.
std::string head_of(mg_connection* connection, const HttpResponse& response,
                    std::optional<std::size_t> length, bool keep_alive) {
  const char* text = mg_get_response_code_text(connection, response.status);
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\nConnection: {}\r\n{}", response.status, text,
                  http_date(), keep_alive ? "keep-alive" : "close", kFixedHeaders);
  for (const auto& [name, value] : response.headers) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  head.append(fmt::format("Content-Type: {}\r\n", response.content_type));
  if (length) head.append(fmt::format("Content-Length: {}\r\n", *length));
  return head + "\r\n";
}

constexpr std::size_t kPiece = std::size_t{16} * 1024;

// CivetWeb gives up on a client that takes nothing for the request timeout, but a client that takes
// a little now and then could hold a worker for ever: hence pieces, and a deadline for all of them.
bool write_all(mg_connection* connection, std::string_view content,
               steady_clock::time_point deadline) {
  while (!content.empty()) {
    const std::string_view piece = content.substr(0, kPiece);
    const int written = mg_write(connection, piece.data(), piece.size());
    if (written < 0 || static_cast<std::size_t>(written) != piece.size()) return false;
    if (steady_clock::now() > deadline) return false;
    content.remove_prefix(piece.size());
  }
  return true;
}

// What CivetWeb itself goes by.
bool wants_keep_alive(mg_connection* connection) {
  const char* const word = mg_get_header(connection, "Connection");
  const std::string_view version = mg_get_request_info(connection)->http_version;
  return word == nullptr ? version == "1.1" : same_word(word, "keep-alive");
}

// `may_keep`: the connection may serve for another request, if the client wants that.
void send(mg_connection* connection, const HttpResponse& response, bool with_body, bool may_keep,
          std::chrono::milliseconds timeout) {
  std::string_view body = response.body ? std::string_view(*response.body) : "";
  const auto deadline = steady_clock::now() + timeout;
  // Without its body a stream is told as with it: its length is not known.
  const auto length = response.stream ? std::nullopt : std::optional(body.size());
  const bool keep_alive = may_keep && length && wants_keep_alive(connection);
  // With the begin of the body in one write: the front wakes up once for a small response.
  std::string head = head_of(connection, response, length, keep_alive);
  if (!with_body) body = {};
  head.append(body.substr(0, kPiece));
  body.remove_prefix(std::min(body.size(), kPiece));
  const bool sent = write_all(connection, head, deadline) && write_all(connection, body, deadline);
  if (!sent || !keep_alive) mg_disable_connection_keep_alive(connection);
}

HttpRequest request_of(const mg_request_info& info) {
  HttpRequest request{info.local_uri, info.query_string != nullptr ? info.query_string : ""};
  const auto count = static_cast<std::size_t>(std::max(info.num_headers, 0));
  request.headers.reserve(count);
  for (std::size_t index = 0; index < count; ++index) {
    const mg_header& header = info.http_headers[index];
    request.headers.emplace_back(header.name, header.value);
  }
  return request;
}

void send_stream(mg_connection* connection, const HttpResponse& response,
                 std::chrono::milliseconds timeout) {
  mg_disable_connection_keep_alive(connection);  // its end is that of the connection
  std::string piece = head_of(connection, response, std::nullopt, false);
  while (!piece.empty() && write_all(connection, piece, steady_clock::now() + timeout)) {
    piece = response.stream->next();
  }
}

HttpResponse error_response(mg_connection* connection, int status) {
  return text_response(
      status, fmt::format("{} {}\n", status, mg_get_response_code_text(connection, status)));
}

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

Expected<base::UniqueFd> listen_at(const std::string& path) {
  constexpr int kBacklog = 128;
  const auto bad = [&path] { return failure(base::from_errno("listen on", path, errno)); };
  base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = unix_address(path);
  if (path.size() >= sizeof address.sun_path) errno = ENAMETOOLONG;
  if (!socket || path.size() >= sizeof address.sun_path ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return bad();
  }
  return socket;
}

// The descriptor of the one TCP socket of this process that listens on 127.0.0.1 and this port.
int listening_socket(std::uint16_t port) {
  std::error_code trouble;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", trouble)) {
    const std::string name = entry.path().filename();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) continue;
    sockaddr_in address{};
    size = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) continue;
    const bool is_it = address.sin_family == AF_INET && ntohs(address.sin_port) == port &&
                       ntohl(address.sin_addr.s_addr) == INADDR_LOOPBACK;
    if (is_it) return fd;
  }
  return -1;
}

// The streams that are being sent, so that all of them can be ended.
class OpenStreams {
 public:
  explicit OpenStreams(std::size_t most) : most_(most) {}

  // False: there are too many, or the server stops.
  bool enter(HttpStream& stream) {
    const std::lock_guard lock(mutex_);
    return !closed_ && streams_.size() < most_ && streams_.insert(&stream).second;
  }
  void leave(HttpStream& stream) {
    const std::lock_guard lock(mutex_);
    streams_.erase(&stream);
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (HttpStream* stream : streams_) stream->end();
  }

 private:
  std::size_t most_;
  std::mutex mutex_;
  bool closed_ = false;
  std::set<HttpStream*> streams_;
};

// Opens a connection and drops it, so that whoever waits for one wakes up.
void nudge(const std::string& path) {
  const sockaddr_un target = unix_address(path);
  const base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // Refused is as good.
  static_cast<void>(
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target));
}

}  // namespace

std::optional<std::string> HttpRequest::header(std::string_view name) const {
  std::optional<std::string> joined;
  for (const auto& [present, value] : headers) {
    if (!same_word(present, name)) continue;
    if (joined) {
      joined->append(", ").append(value);
    } else {
      joined = value;
    }
  }
  return joined;
}

std::string_view common_headers() {
  return kFixedHeaders;
}

HttpResponse text_response(int status, std::string_view text) {
  HttpResponse response;
  response.status = status;
  response.body = std::make_shared<const std::string>(text);
  return response;
}

HttpResponse json_error(int status, std::string_view message) {
  HttpResponse response = text_response(
      status, fmt::format("{{\"error\":{{\"status\":{},\"message\":\"{}\"}}}}\n", status, message));
  response.content_type = "application/json";
  return response;
}

// Its address is the user data of CivetWeb's callbacks, so it never moves.
struct WebServer::State {
  WebServerOptions options;
  HttpHandler handler;
  mg_context* context = nullptr;
  base::UniqueFd listener;
  bool has_our_socket = false;
  OpenStreams streams;
  // Messages of the thread that starts the server say why it does not start.
  std::thread::id starter;
  std::vector<std::string> start_messages;

  State(WebServerOptions the_options, HttpHandler the_handler)
      : options(std::move(the_options)),
        handler(std::move(the_handler)),
        streams(options.max_streams) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  State(State&&) = delete;
  State& operator=(State&&) = delete;
  ~State() {
    if (context != nullptr) stop();
  }

  Expected<void> start();
  void stop();
  int respond(mg_connection* connection);
  int stream(mg_connection* connection, const HttpResponse& response);
  HttpResponse answer(mg_connection* connection, const mg_request_info& request);

  static void on_init(const mg_context* the_context) noexcept;
  static int on_request(mg_connection* connection) noexcept;
  static int on_error(mg_connection* connection, int status, const char* message) noexcept;
  static int on_message(const mg_connection* connection, const char* message) noexcept;
};

WebServer::WebServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
WebServer::WebServer(WebServer&&) noexcept = default;
WebServer& WebServer::operator=(WebServer&&) noexcept = default;
WebServer::~WebServer() = default;

Expected<WebServer> WebServer::start(const WebServerOptions& options, HttpHandler handler) {
  auto state = std::make_unique<State>(options, std::move(handler));
  if (auto started = state->start(); !started) return failure(started.error());
  return WebServer(std::move(state));
}

Expected<void> WebServer::State::start() {
  static std::once_flag library_ready;
  // Never with MG_FEATURES_TLS: the packaged library says that it has TLS and crashes at the first
  // client.
  std::call_once(library_ready, [] { mg_init_library(0); });
  auto opened = listen_at(options.socket);
  if (!opened) return failure(opened.error());
  listener = std::move(*opened);
  // Without a document root CivetWeb serves no files, CGI or uploads. An open CORS policy is its
  // default.
  const std::vector<std::pair<const char*, std::string>> settings = {
      {"listening_ports", "127.0.0.1:0"},  // see on_init
      {"num_threads", std::to_string(options.workers + options.max_streams)},
      {"request_timeout_ms", std::to_string(options.request_timeout.count())},
      {"enable_keep_alive", "yes"},
      {"keep_alive_timeout_ms", std::to_string(options.idle_timeout.count())},
      {"enable_directory_listing", "no"},
      {"access_control_allow_origin", ""},
      {"access_control_allow_methods", ""},
      {"access_control_allow_headers", ""},
  };
  std::vector<const char*> words;
  for (const auto& [name, value] : settings) words.insert(words.end(), {name, value.c_str()});
  words.push_back(nullptr);
  mg_callbacks callbacks{};
  callbacks.init_context = &State::on_init;
  callbacks.begin_request = &State::on_request;
  callbacks.http_error = &State::on_error;
  callbacks.log_message = &State::on_message;
  std::array<char, 256> text{};
  mg_error_data error{nullptr, text.data(), text.size()};
  starter = std::this_thread::get_id();
  mg_init_data init{&callbacks, this, words.data()};
  context = mg_start2(&init, &error);
  if (context == nullptr) {
    // The first message has the reason; the error text only the step that failed.
    return failure({base::ErrorCode::io, "start", "CivetWeb",
                    start_messages.empty() ? text.data() : start_messages.front()});
  }
  if (!has_our_socket) {
    return failure({base::ErrorCode::unsupported, "start", "CivetWeb",
                    "its listening socket was not found, so it cannot be given ours"});
  }
  return {};
}

// The packaged CivetWeb can listen on IPv4 only. It calls this when it listens and before it begins
// to accept; from then on its descriptor is our Unix socket, and the port is closed again.
void WebServer::State::on_init(const mg_context* the_context) noexcept {
  auto* state = static_cast<State*>(mg_get_user_data(the_context));
  mg_server_port port{};
  if (mg_get_server_ports(the_context, 1, &port) != 1) return;
  const int theirs = listening_socket(static_cast<std::uint16_t>(port.port));
  if (theirs < 0) return;
  state->has_our_socket = ::dup3(state->listener.get(), theirs, O_CLOEXEC) == theirs;
}

void WebServer::State::stop() {
  streams.close();
  // CivetWeb's accepting thread looks at its stop flag every two seconds only, or when a connection
  // comes.
  std::atomic<bool> stopped{false};
  std::thread nudger([this, &stopped] {
    constexpr std::chrono::milliseconds kPause(20);
    while (!stopped) {
      nudge(options.socket);
      std::this_thread::sleep_for(kPause);
    }
  });
  mg_stop(context);
  stopped = true;
  nudger.join();
}

HttpResponse WebServer::State::answer(mg_connection* connection, const mg_request_info& request) {
  // A request whose length is told in two ways is what request smuggling is made of.
  if (mg_get_header(connection, "Content-Length") != nullptr &&
      mg_get_header(connection, "Transfer-Encoding") != nullptr) {
    return error_response(connection, kBadRequest);
  }
  const std::string_view method = request.request_method;
  if (method != "GET" && method != "HEAD") {
    HttpResponse response = error_response(connection, kMethodNotAllowed);
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  return handler(request_of(request));
}

int WebServer::State::stream(mg_connection* connection, const HttpResponse& response) {
  HttpStream& source = *response.stream;
  if (!streams.enter(source)) {
    HttpResponse refusal = json_error(kUnavailable, "too many streams are open; ask again later");
    refusal.headers.emplace_back("Retry-After", "5");
    send(connection, refusal, true, true, options.response_timeout);
    return refusal.status;
  }
  try {
    send_stream(connection, response, options.response_timeout);
  } catch (...) {
    streams.leave(source);
    throw;
  }
  streams.leave(source);
  return response.status;
}

int WebServer::State::respond(mg_connection* connection) {
  const mg_request_info& request = *mg_get_request_info(connection);
  HttpResponse response;
  try {
    response = answer(connection, request);
  } catch (...) {
    response = error_response(connection, kInternalError);
  }
  const bool with_body = std::string_view(request.request_method) != "HEAD";
  if (response.stream && with_body) return stream(connection, response);
  send(connection, response, with_body, true, options.response_timeout);
  return response.status;
}

int WebServer::State::on_request(mg_connection* connection) noexcept {
  auto* state = static_cast<State*>(mg_get_user_data(mg_get_context(connection)));
  try {
    return state->respond(connection);
  } catch (...) {
    // Out of memory while answering: nothing more can be sent, and who waits must see that it
    // ends. Not 0, which would let CivetWeb answer by itself.
    mg_disable_connection_keep_alive(connection);
    return kInternalError;
  }
}

int WebServer::State::on_error(mg_connection* connection, int status, const char*) noexcept {
  auto* state = static_cast<State*>(mg_get_user_data(mg_get_context(connection)));
  try {
    send(connection, error_response(connection, status), true, false,
         state->options.response_timeout);
  } catch (...) {
    return 0;
  }
  return 0;
}

int WebServer::State::on_message(const mg_connection* connection, const char* message) noexcept {
  auto* state = static_cast<State*>(mg_get_user_context_data(connection));
  try {
    if (std::this_thread::get_id() == state->starter) {
      state->start_messages.emplace_back(message);
    } else if (state->options.on_message) {
      state->options.on_message(message);
    }
  } catch (...) {
    return 1;
  }
  return 1;  // CivetWeb writes nothing itself
}

}  // namespace hnv::exporter
