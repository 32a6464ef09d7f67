// SPDX-License-Identifier: Apache-2.0
// The way of a response: from the handler's socket into memory, from there to the client.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "exporter/front/connection.hpp"
#include "exporter/http_status.hpp"

namespace hnv::exporter::front {

namespace {

constexpr std::chrono::seconds kStreamRetry{10};

}  // namespace

bool Connection::has_room() const {
  const Limits& limits = host_.limits();
  const bool may_hold_much = host_.buffered() < limits.response_buffers;
  return out_.size() < (may_hold_much ? limits.response_buffer : limits.piece);
}

bool Connection::pass_response(Clock::time_point now) {
  bool moved = handler_ && has_room() && read_handler(now);
  if (phase_ != Phase::response) return false;
  if (pending() != 0) moved = write_client(now) || moved;
  if (phase_ != Phase::response) return false;
  if (is_whole_ && pending() == 0) return finish_response(now);
  return moved;
}

bool Connection::read_handler(Clock::time_point now) {
  std::string& into = has_head_ ? out_ : from_handler_;
  const std::size_t before = into.size();
  into.resize(before + host_.limits().piece);
  const ssize_t count = ::recv(handler_.get(), into.data() + before, host_.limits().piece, 0);
  const int problem = errno;
  into.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0 && (problem == EAGAIN || problem == EINTR)) return false;
  if (count <= 0) {
    if (!has_head_) return refuse(kBadGateway, "there was no answer", now);
    if (!is_stream_) {
      // Cut short: the client must see that, not a response that looks whole.
      end();
      return false;
    }
    is_whole_ = true;
    let_handler_go();
    return true;
  }
  handler_moved_ = now;
  if (!has_head_) return take_head(now);
  // Nothing lay there for the client to take before.
  if (pending() == static_cast<std::size_t>(count)) client_moved_ = now;
  count_body(static_cast<std::size_t>(count), now);
  return true;
}

bool Connection::take_head(Clock::time_point now) {
  bool broken = false;
  const auto head = read_response_head(from_handler_, broken);
  if (broken) return refuse(kBadGateway, "there was no answer", now);
  if (!head) return true;
  const bool has_body = head->has_body() && !request_.is_head;
  // It ends with the connection, and its HEAD does as it would.
  if (head->has_body() && !head->length) keep_alive_ = false;
  is_stream_ = has_body && !head->length;
  if (is_stream_ && !host_.begin_stream(id_)) {
    is_stream_ = false;
    return refuse(kUnavailable, "too many streams", now, retry_after(kStreamRetry));
  }
  if (is_stream_) hold_ = Hold::stream;
  has_head_ = true;
  response_since_ = now;
  client_moved_ = now;
  out_ = to_client(*head, keep_alive_, settings_->headers);
  written_ = 0;
  body_left_ = has_body ? head->length.value_or(0) : 0;
  handler_stays_ = head->keep_alive;
  const std::string_view body = std::string_view(from_handler_).substr(head->size);
  out_.append(body);
  count_body(body.size(), now);
  from_handler_ = std::string();  // its memory as well
  return true;
}

// So many bytes were added to out_.
void Connection::count_body(std::size_t size, Clock::time_point now) {
  if (is_stream_) return;
  // Never more than was announced: the rest would be taken for the next response.
  const auto over = size - std::min<std::uint64_t>(size, body_left_);
  out_.resize(out_.size() - over);
  body_left_ -= size - over;
  if (body_left_ != 0) return;
  is_whole_ = true;
  if (handler_stays_ && over == 0) keep_handler(now);
  let_handler_go();
}

bool Connection::write_client(Clock::time_point now) {
  const std::string_view rest = std::string_view(out_).substr(written_);
  const IoResult result = transport_.write(rest);
  client_waits_for_ = result.status == IoStatus::want_read ? EPOLLIN : EPOLLOUT;
  if (result.status == IoStatus::ended || result.status == IoStatus::failed) end();
  if (result.status != IoStatus::done) return false;
  client_moved_ = now;
  written_ += result.count;
  if (pending() == 0 || written_ >= host_.limits().piece) {
    out_.erase(0, written_);
    written_ = 0;
  }
  return true;
}

bool Connection::finish_response(Clock::time_point now) {
  out_.clear();
  out_.shrink_to_fit();
  written_ = 0;
  settings_ = nullptr;
  client_waits_for_ = EPOLLIN;
  if (keep_alive_) {
    served_ = true;
    enter(Phase::head, now);
    return true;
  }
  transport_.end_writing();
  in_.clear();
  enter(Phase::drain, now);
  return true;
}

}  // namespace hnv::exporter::front
