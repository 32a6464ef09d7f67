// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <variant>

#include "exporter/http_status.hpp"

namespace hnv::exporter::front {

namespace {

// After the last response what a client still sends is taken for a moment: closing on unread bytes
// resets the connection, and the client may lose the response.
constexpr std::chrono::seconds kDrainTime{1};
constexpr std::size_t kDrainMost = std::size_t{256} * 1024;

const HeaderList& ask_for_password() {
  static const HeaderList headers = {
      {"WWW-Authenticate", R"(Basic realm="hnv-exporter", charset="UTF-8")"}};
  return headers;
}

}  // namespace

Connection::Connection(std::uint64_t id, Transport transport, std::string source, Host& host,
                       Clock::time_point now)
    : id_(id),
      transport_(std::move(transport)),
      source_(std::move(source)),
      host_(host),
      phase_since_(now) {}

Connection::~Connection() {
  let_handler_go();
  host_.buffered() -= counted_;
}

void Connection::end() {
  let_handler_go();
  phase_ = Phase::ended;
}

void Connection::enter(Phase phase, Clock::time_point now) {
  phase_ = phase;
  phase_since_ = now;
}

bool Connection::is_idle() const {
  return phase_ == Phase::handshake || phase_ == Phase::head || phase_ == Phase::drain;
}

bool Connection::is_slow_response() const {
  return phase_ == Phase::response && has_head_ && !is_stream_ && pending() != 0;
}

bool Connection::is_slow_with_a_place() const {
  return is_slow_response() && hold_ == Hold::line_or_place;
}

Connection::Clock::time_point Connection::deadline() const {
  const Limits& limits = host_.limits();
  switch (phase_) {
    case Phase::head:
      if (served_ && in_.empty()) return phase_since_ + limits.idle;
      return phase_since_ + limits.request;
    case Phase::handshake:
      return phase_since_ + limits.request;
    case Phase::password:
    case Phase::in_line:
      return phase_since_ + limits.wait;
    case Phase::response: {
      const auto next =
          pending() != 0 ? client_moved_ + limits.stall : handler_moved_ + limits.handler;
      const bool is_timed = has_head_ && !is_stream_;
      return is_timed ? std::min(next, response_since_ + limits.response) : next;
    }
    case Phase::drain:
      return phase_since_ + kDrainTime;
    case Phase::ended:
      break;
  }
  return Clock::time_point::max();
}

void Connection::on_client(std::uint32_t events, Clock::time_point now) {
  const bool is_reading = is_idle();
  // A client that only ended its sending (EPOLLRDHUP) still waits for the response.
  if (!is_reading && (events & (EPOLLHUP | EPOLLERR)) != 0) return end();
  run(now);
}

void Connection::on_handler(Clock::time_point now) {
  run(now);
}

void Connection::on_place(Clock::time_point now) {
  connect_to_handler(now);
  run(now);
}

void Connection::on_verdict(PasswordCheck::Answer answer, Clock::time_point now) {
  if (phase_ != Phase::password) return;
  switch (answer) {
    case PasswordCheck::Answer::right:
      ask_handler(now);
      break;
    case PasswordCheck::Answer::wrong:
      refuse(kUnauthorized, "wrong name or password", now, ask_for_password());
      break;
    case PasswordCheck::Answer::busy:
      refuse_password_check(now);
      break;
  }
  run(now);
}

void Connection::on_deadline(Clock::time_point now) {
  const bool is_waiting = phase_ == Phase::password || phase_ == Phase::in_line;
  if (is_waiting) {
    refuse(kUnavailable, "too many requests at once", now, retry_after(std::chrono::seconds(1)));
  } else if (phase_ == Phase::response && !has_head_ && !is_whole_) {
    refuse(kGatewayTimeout, "the answer took too long", now);
  } else {
    return end();
  }
  run(now);
}

void Connection::run(Clock::time_point now) {
  while (phase_ != Phase::ended && step(now)) {
  }
  if (phase_ != Phase::ended) update_watches();
}

// True: something has moved, and more may.
bool Connection::step(Clock::time_point now) {
  switch (phase_) {
    case Phase::handshake:
      return shake_hands(now);
    case Phase::head:
      return read_head(now);
    case Phase::response:
      return pass_response(now);
    case Phase::drain:
      return drain();
    default:
      return false;
  }
}

bool Connection::shake_hands(Clock::time_point now) {
  if (transport_.fall_back_if_not_tls()) {
    settings_ = host_.settings(now);
    return refuse(kBadRequest, "this port speaks TLS: use https://", now);
  }
  const IoResult result = transport_.shake_hands();
  if (result.status == IoStatus::done) {
    // The time for the first request has begun with the connection.
    phase_ = Phase::head;
    client_waits_for_ = EPOLLIN;
    return true;
  }
  client_waits_for_ = result.status == IoStatus::want_write ? EPOLLOUT : EPOLLIN;
  const bool waits = result.status == IoStatus::want_read || result.status == IoStatus::want_write;
  if (!waits) end();
  return false;
}

// False: nothing there now, or the end.
bool Connection::receive_into(std::string& buffer, std::size_t most) {
  const std::size_t before = buffer.size();
  buffer.resize(before + most);
  const IoResult result = transport_.read(buffer.data() + before, most);
  const bool done = result.status == IoStatus::done;
  buffer.resize(before + (done ? result.count : 0));
  client_waits_for_ = result.status == IoStatus::want_write ? EPOLLOUT : EPOLLIN;
  if (result.status == IoStatus::ended || result.status == IoStatus::failed) end();
  return done;
}

bool Connection::read_head(Clock::time_point now) {
  const Limits& limits = host_.limits();
  if (!in_.empty()) {
    auto reading = read_request_head(in_, limits);
    if (auto* head = std::get_if<RequestHead>(&reading)) {
      request_ = std::move(*head);
      in_.erase(0, request_.size);
      return admit(now);
    }
    if (const auto* refusal = std::get_if<RequestRefusal>(&reading)) {
      settings_ = host_.settings(now);
      request_ = {};
      const HeaderList allow =
          refusal->status == kMethodNotAllowed ? HeaderList{{"Allow", "GET, HEAD"}} : HeaderList{};
      return refuse(refusal->status, refusal->reason, now, allow);
    }
  }
  const bool is_first = in_.empty();
  if (!receive_into(in_, limits.head - std::min(in_.size(), limits.head - 1))) return false;
  if (is_first && served_) phase_since_ = now;
  return true;
}

bool Connection::admit(Clock::time_point now) {
  settings_ = host_.settings(now);
  keep_alive_ = request_.keep_alive;
  if (const auto wait = host_.rate().take(settings_->rate_limit, now)) {
    return refuse(kTooManyRequests, "more requests than rate_limit allows", now,
                  retry_after(std::chrono::ceil<std::chrono::seconds>(*wait)));
  }
  if (settings_->users.empty()) return ask_handler(now);
  return check_password(now);
}

bool Connection::check_password(Clock::time_point now) {
  const auto header = request_.header("authorization");
  const auto credentials = header ? parse_basic(*header) : std::nullopt;
  if (!credentials) return refuse(kUnauthorized, "a password is needed", now, ask_for_password());
  switch (host_.passwords().check(*settings_, *credentials, source_, id_, now)) {
    case PasswordCheck::Verdict::right:
      return ask_handler(now);
    case PasswordCheck::Verdict::pending:
      enter(Phase::password, now);
      return false;
    case PasswordCheck::Verdict::too_many:
      return refuse(kTooManyRequests, "too many passwords from this address", now,
                    retry_after(host_.passwords().wait_of(source_, now)));
    case PasswordCheck::Verdict::busy:
      break;
  }
  return refuse_password_check(now);
}

bool Connection::refuse_password_check(Clock::time_point now) {
  return refuse(kUnavailable, "too many passwords to check", now,
                retry_after(std::chrono::seconds(1)));
}

bool Connection::ask_handler(Clock::time_point now) {
  switch (host_.ask_for_place(id_, request_.path.starts_with(kHealthPaths))) {
    case Host::Place::taken:
      hold_ = Hold::line_or_place;
      return connect_to_handler(now);
    case Host::Place::in_line:
      hold_ = Hold::line_or_place;
      enter(Phase::in_line, now);
      return false;
    case Host::Place::none:
      break;
  }
  return refuse(kUnavailable, "too many requests at once", now,
                retry_after(std::chrono::seconds(1)));
}

bool Connection::connect_to_handler(Clock::time_point now) {
  enter(Phase::response, now);
  is_whole_ = false;
  handler_ = host_.connect_to_handler(now);
  // Far smaller than a socket's buffer, so it goes in one piece or there is nobody.
  const std::string request = to_relay(request_);
  const ssize_t sent =
      handler_ ? ::send(handler_.get(), request.data(), request.size(), MSG_NOSIGNAL) : -1;
  if (sent != static_cast<ssize_t>(request.size())) {
    handler_ = {};  // it knows of nothing to do
    return refuse(kUnavailable, "the server is busy", now, retry_after(std::chrono::seconds(1)));
  }
  host_.watch_handler(id_, handler_.get());
  handler_watched_ = true;
  from_handler_.clear();
  out_.clear();
  written_ = 0;
  has_head_ = false;
  is_stream_ = false;
  handler_stays_ = false;
  handler_moved_ = now;
  return false;
}

bool Connection::drain() {
  in_.clear();
  constexpr std::size_t kPiece = 4096;
  if (drained_ >= kDrainMost) end();
  if (phase_ == Phase::ended || !receive_into(in_, kPiece)) return false;
  drained_ += in_.size();
  return true;
}

bool Connection::refuse(int status, std::string_view reason, Clock::time_point now,
                        const HeaderList& extra) {
  let_handler_go();
  out_ = refusal(status, reason, extra, settings_ ? settings_->headers : HeaderList{},
                 !request_.is_head);
  written_ = 0;
  keep_alive_ = false;
  is_whole_ = true;
  is_stream_ = false;
  has_head_ = true;
  response_since_ = now;
  client_moved_ = now;
  enter(Phase::response, now);
  return true;
}

void Connection::let_handler_go() {
  handler_watched_ = false;
  if (hold_ == Hold::line_or_place && handler_ && !is_whole_) {
    host_.give_back_place_after(id_, std::move(handler_));
  } else if (hold_ == Hold::line_or_place) {
    host_.give_back_place(id_);
  }
  handler_ = {};
  if (hold_ == Hold::stream) host_.end_stream();
  hold_ = Hold::nothing;
}

void Connection::keep_handler(Clock::time_point now) {
  if (handler_watched_) host_.unwatch_handler(handler_.get());
  handler_watched_ = false;
  host_.keep_handler(std::move(handler_), now);
}

void Connection::update_watches() {
  host_.buffered() += out_.capacity();
  host_.buffered() -= counted_;
  counted_ = out_.capacity();
  const bool waits_for_client = is_idle() || (phase_ == Phase::response && pending() != 0);
  const std::uint32_t client = waits_for_client ? client_waits_for_ : 0;
  if (client != client_watched_) host_.watch_client(id_, transport_.fd(), client);
  client_watched_ = client;
  if (!handler_) return;
  // Not only without EPOLLIN: a handler that has closed is told of whatever one asks for.
  const bool watches = has_room();
  if (watches == handler_watched_) return;
  handler_watched_ = watches;
  if (watches) return host_.watch_handler(id_, handler_.get());
  host_.unwatch_handler(handler_.get());
}

}  // namespace hnv::exporter::front
