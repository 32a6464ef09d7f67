// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/front.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>
#include <tuple>
#include <unordered_map>

#include "exporter/front/connection.hpp"
#include "exporter/front/places.hpp"

namespace hnv::exporter::front {

namespace {

using base::Expected;
using base::failure;
using base::UniqueFd;
using Clock = Connection::Clock;

// Deadlines are looked at this often while there are connections.
constexpr std::chrono::milliseconds kTick{100};
// After accept() has failed for want of descriptors or memory.
constexpr std::chrono::milliseconds kAcceptPause{500};
constexpr std::chrono::minutes kAcceptReportEvery{1};

// What an event belongs to: two bits of its number, the rest is which one.
enum class Kind : std::uint8_t { client, handler, listener, wake };

std::uint64_t tag_of(Kind kind, std::uint64_t id) {
  return id << 2U | static_cast<std::uint64_t>(kind);
}

// What limits are counted by: an IPv4 address, the /64 of an IPv6 address; empty for a Unix socket.
std::string source_of(const sockaddr_storage& address) {
  constexpr std::size_t kPrefix = 8;
  constexpr std::size_t kMapped = 12;
  if (address.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    return {reinterpret_cast<const char*>(&in), sizeof in};
  }
  if (address.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    const auto* bytes = reinterpret_cast<const char*>(&in);
    // An IPv4 client of a socket of both families.
    if (IN6_IS_ADDR_V4MAPPED(&in)) return {bytes + kMapped, sizeof in - kMapped};
    return {bytes, kPrefix};
  }
  return {};
}

// Neither a byte nor an end has come.
bool is_silent(int socket) {
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

}  // namespace

struct Front::State final : Connection::Host {
  FrontOptions options;
  std::vector<Listener> listeners;
  WebSettingsFile file;
  UniqueFd epoll;
  UniqueFd wake_up;
  std::atomic<bool> ending{false};
  std::atomic<bool> reload_wanted{false};

  Places places;
  std::size_t bytes_buffered = 0;
  std::uint64_t last_id = 0;
  std::unordered_map<std::string, std::size_t> per_source;
  Clock::time_point accepts_again = Clock::time_point::max();  // max: it accepts
  Clock::time_point accept_reported{};
  Clock::time_point deadlines_looked_at{};
  RateLimit rate_limit;
  std::unique_ptr<PasswordCheck> password_check;
  // Handlers at work for clients that have gone, by their connections' numbers.
  std::unordered_map<std::uint64_t, UniqueFd> left_alone;
  // Connections to the handler that wait for another request, the one that was used last at the
  // end. A new one is made only when there is none, so the handler's workers suffice.
  struct Kept {
    UniqueFd handler;
    Clock::time_point since;
  };
  std::vector<Kept> kept;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections;
  std::thread thread;

  State(FrontOptions the_options, std::vector<Listener> the_listeners, WebSettingsFile the_file)
      : options(std::move(the_options)),
        listeners(std::move(the_listeners)),
        file(std::move(the_file)),
        places(options.limits) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  State(State&&) = delete;
  State& operator=(State&&) = delete;
  ~State() override {
    if (!thread.joinable()) return;
    ending = true;
    wake();
    thread.join();
  }

  Expected<void> start();
  void wake() const;
  void work();
  void turn(std::chrono::milliseconds patience);
  void on_event(const epoll_event& event, Clock::time_point now);
  void on_left_alone(std::uint32_t events, std::uint64_t id);
  void on_wake(Clock::time_point now);
  void accept_from(const Listener& listener, Clock::time_point now);
  void welcome(UniqueFd socket, const std::string& source, Clock::time_point now);
  void pause_accepting(int problem, Clock::time_point now);
  void listen_again();
  bool make_room(const std::string* source, Clock::time_point now);
  void serve_line(Clock::time_point now);
  void look_at_deadlines(Clock::time_point now);
  void relieve_line(Clock::time_point now);
  void forget_old_handlers(Clock::time_point now);
  void forget_if_ended(std::uint64_t id);
  void forget_all();

  const Limits& limits() override { return options.limits; }
  SharedSettings settings(Clock::time_point now) override {
    if (const auto reloaded = file.reload_if_changed(now)) options.reports.on_reload(*reloaded);
    return file.current();
  }
  RateLimit& rate() override { return rate_limit; }
  PasswordCheck& passwords() override { return *password_check; }
  Place ask_for_place(std::uint64_t id, bool is_health) override {
    return places.ask(id, is_health);
  }
  void give_back_place(std::uint64_t id) override { places.give_back(id); }
  void give_back_place_after(std::uint64_t id, UniqueFd handler) override;
  bool begin_stream(std::uint64_t id) override { return places.begin_stream(id); }
  void end_stream() override { places.end_stream(); }
  UniqueFd connect_to_handler(Clock::time_point now) override;
  void keep_handler(UniqueFd handler, Clock::time_point now) override;
  std::size_t& buffered() override { return bytes_buffered; }
  void watch_handler(std::uint64_t id, int socket) override {
    watch(socket, EPOLLIN, tag_of(Kind::handler, id), true);
  }
  void unwatch_handler(int socket) override {
    ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, socket, nullptr);
  }
  void watch_client(std::uint64_t id, int socket, std::uint32_t events) override {
    watch(socket, events, tag_of(Kind::client, id), false);
  }
  void watch(int socket, std::uint32_t events, std::uint64_t tag, bool is_new) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag;
    ::epoll_ctl(epoll.get(), is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
  }
};

Front::Front(std::unique_ptr<State> state) : state_(std::move(state)) {}
Front::Front(Front&&) noexcept = default;
Front& Front::operator=(Front&&) noexcept = default;
Front::~Front() = default;

Expected<Front> Front::start(FrontOptions options, std::vector<Listener> listeners,
                             WebSettingsFile settings) {
  auto state =
      std::make_unique<State>(std::move(options), std::move(listeners), std::move(settings));
  if (auto started = state->start(); !started) return failure(started.error());
  return Front(std::move(state));
}

void Front::reload() {
  state_->reload_wanted = true;
  state_->wake();
}

Expected<void> Front::State::start() {
  epoll = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  wake_up = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll || !wake_up) return failure(base::from_errno("start", "the web front", errno));
  watch(wake_up.get(), EPOLLIN, tag_of(Kind::wake, 0), true);
  for (std::size_t index = 0; index < listeners.size(); ++index) {
    watch(listeners[index].fd(), EPOLLIN, tag_of(Kind::listener, index), true);
  }
  // No signal is for these threads; OpenSSL's writes would also raise SIGPIPE here.
  sigset_t all{};
  sigset_t before{};
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  Expected<void> result;
  try {
    password_check = std::make_unique<PasswordCheck>(options.limits, [this] { wake(); });
    thread = std::thread([this] { work(); });
  } catch (const std::exception& problem) {
    result = failure({base::ErrorCode::io, "start", "the web front", problem.what()});
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return result;
}

void Front::State::wake() const {
  // Fails only when it is full, and then it wakes anyway.
  ::eventfd_write(wake_up.get(), 1);
}

void Front::State::work() {
  while (!ending) {
    const bool is_busy = !connections.empty() || accepts_again != Clock::time_point::max();
    try {
      turn(is_busy ? kTick : std::chrono::milliseconds(-1));
    } catch (const std::exception&) {
      // Out of memory: giving up what clients hold is the way to have some again.
      forget_all();
    }
  }
  forget_all();
}

void Front::State::forget_all() {
  connections.clear();
  per_source.clear();
}

void Front::State::turn(std::chrono::milliseconds patience) {
  std::array<epoll_event, 256> events{};
  const int count = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(patience.count()));
  const auto now = Clock::now();
  for (int index = 0; index < count; ++index) {
    on_event(events[static_cast<std::size_t>(index)], now);
  }
  serve_line(now);
  if (now - deadlines_looked_at >= kTick) look_at_deadlines(now);
  if (accepts_again <= now) listen_again();
}

void Front::State::on_event(const epoll_event& event, Clock::time_point now) {
  const std::uint64_t id = event.data.u64 >> 2U;
  const auto kind = static_cast<Kind>(event.data.u64 & 3U);
  if (kind == Kind::wake) return on_wake(now);
  if (kind == Kind::listener) return accept_from(listeners[id], now);
  if (kind == Kind::handler && left_alone.count(id) != 0) return on_left_alone(event.events, id);
  const auto found = connections.find(id);
  if (found == connections.end()) return;  // it ended earlier in this turn
  if (kind == Kind::client) {
    found->second->on_client(event.events, now);
  } else {
    found->second->on_handler(now);
  }
  forget_if_ended(id);
}

void Front::State::on_left_alone(std::uint32_t events, std::uint64_t id) {
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
    left_alone.erase(id);
    return places.give_back(id);
  }
  // What nobody wants is taken, or the handler would wait for that.
  std::array<char, std::size_t{16} * 1024> unwanted{};
  static_cast<void>(::recv(left_alone.at(id).get(), unwanted.data(), unwanted.size(), 0));
}

void Front::State::on_wake(Clock::time_point now) {
  eventfd_t count = 0;
  ::eventfd_read(wake_up.get(), &count);
  if (reload_wanted.exchange(false) && file.has_file()) options.reports.on_reload(file.reload());
  for (const auto& [ticket, answer] : password_check->take_verdicts(now)) {
    const auto found = connections.find(ticket);
    if (found == connections.end()) continue;
    found->second->on_verdict(answer, now);
    forget_if_ended(ticket);
  }
}

void Front::State::accept_from(const Listener& listener, Clock::time_point now) {
  constexpr int kMostAtATime = 64;
  for (int turn = 0; turn < kMostAtATime; ++turn) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    UniqueFd socket(::accept4(listener.fd(), reinterpret_cast<sockaddr*>(&address), &size,
                              SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) {
      const int problem = errno;
      // These tell of the client that was to be accepted.
      if (problem == EINTR || problem == ECONNABORTED || problem == EPROTO) continue;
      if (problem != EAGAIN) pause_accepting(problem, now);
      return;
    }
    welcome(std::move(socket), source_of(address), now);
  }
}

void Front::State::welcome(UniqueFd socket, const std::string& source, Clock::time_point now) {
  const Limits& limits = options.limits;
  const auto known = per_source.find(source);
  const bool source_is_full = !source.empty() && known != per_source.end() &&
                              known->second >= limits.connections_per_address;
  if (source_is_full && !make_room(&source, now)) return;
  if (connections.size() >= limits.connections && !make_room(nullptr, now)) return;
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::uint64_t id = ++last_id;
  const int fd = socket.get();
  auto connection = std::make_unique<Connection>(
      id, Transport(std::move(socket), settings(now)->tls.get()), source, *this, now);
  watch(fd, EPOLLIN, tag_of(Kind::client, id), true);
  Connection& begun = *connection;
  ++per_source[source];
  connections.emplace(id, std::move(connection));
  begun.begin(now);
  forget_if_ended(id);
}

// Ends a connection, of this source or of any. First one that never sent a whole request, then the
// one that waits for its next for longest, then the oldest response that has had its time and that
// its client still has not taken. False: all are being served.
bool Front::State::make_room(const std::string* source, Clock::time_point now) {
  enum class Order : std::uint8_t { never_asked, idle, slow };
  // Many come at the same time, and then the number tells which came first.
  using Rank = std::tuple<Order, Clock::time_point, std::uint64_t>;
  std::optional<Rank> first;
  for (const auto& [id, connection] : connections) {
    if (source != nullptr && connection->source() != *source) continue;
    std::optional<Rank> rank;
    if (connection->is_idle()) {
      rank.emplace(connection->has_served() ? Order::idle : Order::never_asked,
                   connection->idle_since(), id);
    } else if (connection->is_slow_response() &&
               connection->response_since() + options.limits.pressed_response <= now) {
      rank.emplace(Order::slow, connection->response_since(), id);
    }
    if (rank && (!first || *rank < *first)) first = rank;
  }
  if (!first) return false;
  const auto chosen = std::get<std::uint64_t>(*first);
  connections.at(chosen)->end();
  forget_if_ended(chosen);
  return true;
}

void Front::State::pause_accepting(int problem, Clock::time_point now) {
  if (now - accept_reported >= kAcceptReportEvery || accept_reported == Clock::time_point{}) {
    accept_reported = now;
    options.reports.on_accept_failure(base::from_errno("accept", "connections", problem));
  }
  // The listeners stay readable: without a pause the thread would spin.
  for (std::size_t index = 0; index < listeners.size(); ++index) {
    watch(listeners[index].fd(), 0, tag_of(Kind::listener, index), false);
  }
  accepts_again = now + kAcceptPause;
}

void Front::State::listen_again() {
  accepts_again = Clock::time_point::max();
  for (std::size_t index = 0; index < listeners.size(); ++index) {
    watch(listeners[index].fd(), EPOLLIN, tag_of(Kind::listener, index), false);
  }
}

// A worker of the handler is busy until it closes its end, whatever becomes of the client: were its
// place free at once, clients that hang up could keep all workers busy, and health checks waiting.
void Front::State::give_back_place_after(std::uint64_t id, UniqueFd handler) {
  // There is no next request, so it closes after this response, and that makes a hang-up.
  ::shutdown(handler.get(), SHUT_WR);
  try {
    const int socket = handler.get();
    left_alone.emplace(id, std::move(handler));
    unwatch_handler(socket);
    watch(socket, EPOLLIN, tag_of(Kind::handler, id), true);
  } catch (const std::exception&) {
    places.give_back(id);  // rather too many at once than a place that is lost
  }
}

UniqueFd Front::State::connect_to_handler(Clock::time_point now) {
  forget_old_handlers(now);
  while (!kept.empty()) {
    UniqueFd handler = std::move(kept.back().handler);
    kept.pop_back();
    if (is_silent(handler.get())) return handler;
  }
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  options.handler_socket.copy(address.sun_path, sizeof address.sun_path - 1);
  const bool connected =
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  return connected ? std::move(socket) : UniqueFd();
}

void Front::State::keep_handler(UniqueFd handler, Clock::time_point now) {
  // Each costs the web server a thread, which looks whether it shall stop every two seconds; a
  // scraper or two need no more.
  constexpr std::size_t kMostKept = 2;
  forget_old_handlers(now);
  if (kept.size() < kMostKept) kept.push_back({std::move(handler), now});
}

// Well before the handler does (WebFront): a request is never sent to one that is about to close.
void Front::State::forget_old_handlers(Clock::time_point now) {
  const auto first_young = std::find_if(
      kept.begin(), kept.end(),
      [this, now](const Kept& connection) { return now - connection.since < options.limits.idle; });
  kept.erase(kept.begin(), first_young);
}

void Front::State::serve_line(Clock::time_point now) {
  while (const auto id = places.next()) {
    connections.at(*id)->on_place(now);
    forget_if_ended(*id);
  }
}

void Front::State::look_at_deadlines(Clock::time_point now) {
  deadlines_looked_at = now;
  std::vector<std::uint64_t> due;
  for (const auto& [id, connection] : connections) {
    if (connection->deadline() <= now) due.push_back(id);
  }
  for (const std::uint64_t id : due) {
    connections.at(id)->on_deadline(now);
    forget_if_ended(id);
  }
  if (places.has_line()) relieve_line(now);
  serve_line(now);
}

// Places that slow clients hold with large responses while others wait.
void Front::State::relieve_line(Clock::time_point now) {
  std::vector<std::uint64_t> slow;
  for (const auto& [id, connection] : connections) {
    if (connection->is_slow_with_a_place() &&
        connection->response_since() + options.limits.pressed_response <= now) {
      slow.push_back(id);
    }
  }
  for (const std::uint64_t id : slow) {
    connections.at(id)->end();
    forget_if_ended(id);
  }
}

void Front::State::forget_if_ended(std::uint64_t id) {
  const auto found = connections.find(id);
  if (found == connections.end() || !found->second->has_ended()) return;
  const auto source = per_source.find(found->second->source());
  if (--source->second == 0) per_source.erase(source);
  connections.erase(found);
}

}  // namespace hnv::exporter::front
