// SPDX-License-Identifier: Apache-2.0
// One client, from its connection to its end: handshake, request head, password, a place with the
// handler, the response, and the next request. Nothing here waits; what cannot go on says what it
// waits for.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "base/unique_fd.hpp"
#include "exporter/front/limits.hpp"
#include "exporter/front/password_check.hpp"
#include "exporter/front/rate_limit.hpp"
#include "exporter/front/request_head.hpp"
#include "exporter/front/response_head.hpp"
#include "exporter/front/transport.hpp"
#include "exporter/front/web_settings.hpp"

namespace hnv::exporter::front {

class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  // What all connections share.
  class Host {
   public:
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    Host(Host&&) = delete;
    Host& operator=(Host&&) = delete;
    virtual ~Host() = default;

    virtual const Limits& limits() = 0;
    virtual SharedSettings settings(Clock::time_point now) = 0;
    virtual RateLimit& rate() = 0;
    virtual PasswordCheck& passwords() = 0;
    // A place with the handler. `in_line`: `on_place` will be called. Health checks have a few of
    // their own.
    enum class Place { taken, in_line, none };
    virtual Place ask_for_place(std::uint64_t id, bool is_health) = 0;
    virtual void give_back_place(std::uint64_t id) = 0;
    // The same once the handler has ended with a response that nobody wants any more: until then it
    // is as busy as with any other. Does not throw.
    virtual void give_back_place_after(std::uint64_t id, base::UniqueFd handler) = 0;
    // From a place to one of those for streams, false if all of them are taken. `end_stream` gives
    // it back.
    virtual bool begin_stream(std::uint64_t id) = 0;
    virtual void end_stream() = 0;
    virtual base::UniqueFd connect_to_handler(Clock::time_point now) = 0;
    // A connection to the handler that waits for another request; nobody watches it.
    virtual void keep_handler(base::UniqueFd handler, Clock::time_point now) = 0;
    // Memory in all that holds responses.
    virtual std::size_t& buffered() = 0;
    // For its bytes and its end, which the kernel tells of as long as it is watched at all.
    virtual void watch_handler(std::uint64_t id, int socket) = 0;
    virtual void unwatch_handler(int socket) = 0;
    virtual void watch_client(std::uint64_t id, int socket, std::uint32_t events) = 0;
  };

  // `source` stands for the client's address.
  Connection(std::uint64_t id, Transport transport, std::string source, Host& host,
             Clock::time_point now);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  void begin(Clock::time_point now) { run(now); }
  void on_client(std::uint32_t events, Clock::time_point now);
  void on_handler(Clock::time_point now);
  void on_place(Clock::time_point now);
  void on_verdict(PasswordCheck::Answer answer, Clock::time_point now);
  void on_deadline(Clock::time_point now);

  [[nodiscard]] bool has_ended() const { return phase_ == Phase::ended; }
  [[nodiscard]] Clock::time_point deadline() const;
  [[nodiscard]] const std::string& source() const { return source_; }

  // For making room: waits for a request, has had one answered, since when.
  [[nodiscard]] bool is_idle() const;
  [[nodiscard]] bool has_served() const { return served_; }
  [[nodiscard]] Clock::time_point idle_since() const { return phase_since_; }
  // Its client is slow to take a response, not a stream; and it holds a place for that. When the
  // response began.
  [[nodiscard]] bool is_slow_response() const;
  [[nodiscard]] bool is_slow_with_a_place() const;
  [[nodiscard]] Clock::time_point response_since() const { return response_since_; }
  void end();

 private:
  enum class Phase { handshake, head, password, in_line, response, drain, ended };
  enum class Hold { nothing, line_or_place, stream };

  void run(Clock::time_point now);
  bool step(Clock::time_point now);
  bool shake_hands(Clock::time_point now);
  bool read_head(Clock::time_point now);
  bool drain();
  bool admit(Clock::time_point now);
  bool check_password(Clock::time_point now);
  bool refuse_password_check(Clock::time_point now);
  bool ask_handler(Clock::time_point now);
  bool connect_to_handler(Clock::time_point now);
  bool pass_response(Clock::time_point now);
  bool read_handler(Clock::time_point now);
  bool take_head(Clock::time_point now);
  void count_body(std::size_t size, Clock::time_point now);
  bool write_client(Clock::time_point now);
  bool finish_response(Clock::time_point now);
  bool refuse(int status, std::string_view reason, Clock::time_point now,
              const HeaderList& extra = {});
  bool receive_into(std::string& buffer, std::size_t most);
  void enter(Phase phase, Clock::time_point now);
  void let_handler_go();
  void keep_handler(Clock::time_point now);
  void update_watches();
  [[nodiscard]] std::size_t pending() const { return out_.size() - written_; }
  [[nodiscard]] bool has_room() const;

  const std::uint64_t id_;
  Transport transport_;
  const std::string source_;
  Host& host_;

  Phase phase_ = Phase::handshake;
  Clock::time_point phase_since_;
  std::uint32_t client_waits_for_ = EPOLLIN;
  bool served_ = false;
  std::string in_;

  RequestHead request_;
  SharedSettings settings_;  // of this request

  Hold hold_ = Hold::nothing;
  base::UniqueFd handler_;
  bool handler_watched_ = false;
  std::uint32_t client_watched_ = 0;
  std::string from_handler_;  // until its head is whole
  bool has_head_ = false;
  bool is_stream_ = false;
  bool is_whole_ = false;       // all of the response is in out_
  bool handler_stays_ = false;  // it takes another request after this response
  bool keep_alive_ = false;
  std::uint64_t body_left_ = 0;
  std::string out_;
  std::size_t written_ = 0;
  std::size_t counted_ = 0;  // memory of out_, in host_.buffered()
  std::size_t drained_ = 0;
  Clock::time_point response_since_;
  Clock::time_point handler_moved_;
  Clock::time_point client_moved_;
};

}  // namespace hnv::exporter::front
