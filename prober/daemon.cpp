// SPDX-License-Identifier: Apache-2.0
#include "prober/daemon.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <functional>
#include <random>

#include "base/atomic_file.hpp"
#include "base/exit_code.hpp"
#include "base/service_manager.hpp"
#include "base/version.hpp"
#include "hnv/status.hpp"
#include "prober/event.hpp"
#include "prober/service_words.hpp"
#include "prober/view.hpp"

namespace hnv::prober {

namespace {

using base::BootTime;
using base::Expected;
using base::failure;
using base::LogField;
using base::LogLevel;
using bond::IfIndex;

// A pair with IPv6 needs six; the rest is for pairs that a reload adds, since none can be opened
// later.
constexpr std::size_t kSocketsPerBond = 8;
constexpr std::size_t kSpareSockets = 32;
constexpr std::chrono::seconds kHostReread{5};  // routes and addresses
constexpr std::chrono::seconds kLongestPublishInterval{1};
constexpr int kMostFrames = 64;  // a look; others wait too
constexpr std::size_t kFrameRoom = 256;

void tell(LogLevel level, Event event, const std::vector<LogField>& fields = {}) {
  base::log_event(level, base::name_of(event), fields);
}

std::int64_t paths_of(const Config& config) {
  return std::count_if(config.bonds.begin(), config.bonds.end(),
                       [](const BondConfig& bond) { return bond.path.has_value(); });
}

std::uint64_t random_run() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

std::filesystem::path lock_file_of(const std::string& status_file) {
  return std::filesystem::path(status_file).parent_path() / "hnv-prober.lock";
}

}  // namespace

Expected<std::unique_ptr<Daemon>> Daemon::open(const Options& options, Config config) {
  auto lock = base::LockFile::acquire(lock_file_of(options.status_file));
  if (!lock) return failure(lock.error());
  auto loop = base::EventLoop::open();
  if (!loop) return failure(loop.error());
  auto monitor = bond::LinkMonitor::open(base::BootClock::now());
  if (!monitor) return failure(monitor.error());
  auto pool = PacketPool::open(kSpareSockets +
                               kSocketsPerBond * static_cast<std::size_t>(paths_of(config)));
  if (!pool) return failure(pool.error());
  if (auto dropped = drop_privileges(); !dropped) return failure(dropped.error());
  return std::unique_ptr<Daemon>(new Daemon(options, std::move(config), std::move(*lock),
                                            std::move(*loop), std::move(*monitor),
                                            std::move(*pool)));
}

Daemon::Daemon(const Options& options, Config config, base::LockFile lock, base::EventLoop loop,
               bond::LinkMonitor monitor, PacketPool pool)
    : options_(options),
      config_(std::move(config)),
      lock_(std::move(lock)),
      loop_(std::move(loop)),
      monitor_(std::move(monitor)),
      pool_(std::move(pool)),
      asking_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
      facts_(options.paths),
      run_(random_run()) {
  identity_.boot_id = read_boot_id(options.paths.procfs.native());
  identity_.version = base::version();
  identity_.pid = ::getpid();
  identity_.started_unix_seconds = base::unix_time();
}

Expected<int> Daemon::run() {
  auto set_up = loop_.on_readable(monitor_.fd(), [this] { on_links(); });
  if (set_up) set_up = loop_.on_timer([this] { on_timer(); });
  if (set_up) set_up = loop_.on_signal(SIGHUP, [this] { on_reload(); });
  if (set_up) set_up = loop_.on_signal(SIGTERM, [this] { on_stop(); });
  if (set_up) set_up = loop_.on_signal(SIGINT, [this] { on_stop(); });
  if (set_up) set_up = loop_.enable_service_watchdog();
  if (!set_up) return failure(set_up.error());
  tell(LogLevel::info, Event::start,
       {{"version", std::string(base::version())},
        {"config", options_.config_file},
        {"bonds_to_ask", paths_of(config_)},
        {"sockets", static_cast<std::int64_t>(pool_.left())}});
  arm_timer();
  return loop_.run();
}

void Daemon::on_links() {
  const BootTime now = base::BootClock::now();
  if (const auto news = monitor_.drain(now); !news) {
    reopen_monitor(news.error());
    return;
  }
  look(now);
  conclude(now);
}

void Daemon::reopen_monitor(const base::Error& error) {
  tell(LogLevel::error, Event::socket_failed, {{"err", error.to_string()}});
  loop_.forget(monitor_.fd());
  auto watched = monitor_.reopen(base::BootClock::now());
  if (watched) watched = loop_.on_readable(monitor_.fd(), [this] { on_links(); });
  if (!watched) {
    // Without links there is nothing true to say; the service manager starts us afresh.
    tell(LogLevel::error, Event::socket_failed, {{"err", watched.error().to_string()}});
    loop_.exit(base::kExitFailure);
    return;
  }
  arm_timer();
}

void Daemon::look(BootTime now) {
  if (!ready_ && !monitor_.synchronised()) return;
  if (!host_read_at_ || now >= *host_read_at_ + kHostReread) {
    host_ = read_host_network(options_.paths);
    host_read_at_ = now;
  }
  const auto reports = describe_bonds(monitor_.topology().links(), config_, facts_, now);
  facts_.drop_unused();
  std::vector<std::string> gone;
  for (const auto& [name, probed] : probed_) gone.push_back(name);
  for (const BondReport& report : reports) {
    const BondConfig* bond = config_.bond(report.link.name);
    if (bond == nullptr || !bond->path) continue;
    std::erase(gone, bond->name);
    look_at(*bond, report, now);
  }
  for (const std::string& name : gone) forget(name);
}

void Daemon::look_at(const BondConfig& bond, const BondReport& report, BootTime now) {
  const auto seed = run_ + std::hash<std::string>{}(bond.name);
  auto found = probed_.find(bond.name);
  if (found == probed_.end()) {
    found = probed_.try_emplace(bond.name, BondProber(*bond.path, seed, now)).first;
  }
  Probed& probed = found->second;
  probed.prober.configure(*bond.path);
  BondView view = view_of(report, *bond.path, host_);
  open_ports(probed, view);
  probed.prober.see(std::move(view), now);
}

void Daemon::open_ports(Probed& probed, BondView& view) {
  const bool with_ipv6 = std::any_of(
      view.targets.begin(), view.targets.end(),
      [](const ViewedTarget& target) { return target.address.family == IpAddress::Family::v6; });
  close_unviewed(probed, view, with_ipv6);
  probed.devices.clear();
  for (ViewedSlave& slave : view.slaves) {
    probed.devices[slave.index] = slave.device;
    if (!slave.obstacle.empty() || probed.ports.contains(slave.index)) continue;
    auto port = SlavePort::open(pool_, slave.index, with_ipv6);
    if (!port) {
      slave.obstacle = port.error().reason;
      continue;
    }
    for (const SlavePort::Socket& socket : port->sockets()) {
      const auto watched =
          loop_.on_readable(socket.fd, [this, name = view.name, index = slave.index,
                                        fd = socket.fd] { on_frames(name, index, fd); });
      if (!watched) slave.obstacle = watched.error().reason;
    }
    probed.ports.emplace(slave.index, std::move(*port));
  }
}

void Daemon::close_unviewed(Probed& probed, const BondView& view, bool with_ipv6) {
  for (auto port = probed.ports.begin(); port != probed.ports.end();) {
    const bool viewed = std::any_of(
        view.slaves.begin(), view.slaves.end(),
        [index = port->first](const ViewedSlave& slave) { return slave.index == index; });
    if (viewed && (port->second.hears_ipv6() || !with_ipv6)) {
      ++port;
      continue;
    }
    close_port(port->second);
    port = probed.ports.erase(port);
  }
}

void Daemon::close_port(SlavePort& port) {
  for (const SlavePort::Socket& socket : port.sockets()) loop_.forget(socket.fd);
  port.close(pool_);
}

void Daemon::forget(const std::string& bond) {
  const auto found = probed_.find(bond);
  for (auto& [index, port] : found->second.ports) close_port(port);
  overslept_ += found->second.prober.overslept();
  probed_.erase(found);
}

void Daemon::on_frames(const std::string& bond, IfIndex slave, int fd) {
  const auto found = probed_.find(bond);
  if (found == probed_.end()) return;
  const BootTime now = base::BootClock::now();
  std::array<std::uint8_t, kFrameRoom> room{};
  for (int count = 0; count < kMostFrames; ++count) {
    const int size = SlavePort::receive(fd, room);
    if (size == 0) break;
    if (size < 0) {
      if (!is_no_link(-size)) found->second.prober.note_error(slave);
      break;
    }
    const auto length = std::min(static_cast<std::size_t>(size), room.size());
    found->second.prober.note_frame(slave, FrameView(room).first(length), now);
  }
  conclude(now);
}

void Daemon::ask(Probed& probed, BootTime now) {
  for (const Outgoing& outgoing : probed.prober.start_round(now)) {
    const auto port = probed.ports.find(outgoing.slave);
    if (port == probed.ports.end()) {
      probed.prober.note_unsent(outgoing, true);
      continue;
    }
    // A failover may have moved the addresses, and its message is not here yet: with the bond's
    // own address on it, this frame would draw the traffic to the wrong port.
    if (present_address(asking_.get(), probed.devices[outgoing.slave]) != outgoing.source) {
      probed.prober.note_unsent(outgoing, true);
      continue;
    }
    if (const int error = port->second.send(outgoing.frame); error != 0) {
      probed.prober.note_unsent(outgoing, is_no_link(error));
    }
  }
}

void Daemon::on_timer() {
  const BootTime now = base::BootClock::now();
  if (auto done = monitor_.on_timer(now); !done) {
    reopen_monitor(done.error());
    return;
  }
  if (ready_ && host_read_at_ && now >= *host_read_at_ + kHostReread) look(now);
  for (auto& [name, probed] : probed_) {
    if (now >= probed.prober.wake_at()) ask(probed, now);
  }
  conclude(now);
}

bool Daemon::log_verdicts() {
  bool changed = false;
  for (auto& [name, probed] : probed_) {
    const PathVerdict verdict = probed.prober.verdict();
    if (verdict == probed.logged) continue;
    changed = true;
    const bool fine = verdict == PathVerdict::healthy || verdict == PathVerdict::isolated ||
                      verdict == PathVerdict::not_judged;
    tell(fine ? LogLevel::info : LogLevel::warn, Event::verdict,
         {{"bond", name},
          {"verdict", std::string(base::name_of(verdict))},
          {"before", std::string(base::name_of(probed.logged))},
          {"doubt", probed.prober.doubt()}});
    probed.logged = verdict;
  }
  return changed;
}

void Daemon::conclude(BootTime now) {
  if (!ready_ && !monitor_.synchronised()) {
    arm_timer();
    return;
  }
  const bool changed = log_verdicts();
  if (changed || !published_at_ || now >= *published_at_ + publish_interval()) publish(now);
  if (!ready_) {
    ready_ = true;
    base::notify_ready(told_);
    tell(LogLevel::info, Event::ready, {{"bonds", static_cast<std::int64_t>(probed_.size())}});
  }
  arm_timer();
}

// Readers take a verdict for none that is older than three intervals.
base::BootClock::duration Daemon::publish_interval() const {
  base::BootClock::duration shortest = kLongestPublishInterval;
  for (const BondConfig& bond : config_.bonds) {
    if (bond.path) shortest = std::min<base::BootClock::duration>(shortest, bond.path->interval);
  }
  return shortest;
}

PathStatus Daemon::status() const {
  PathStatus status = identity_;
  status.written_unix_seconds = base::unix_time();
  status.overslept = overslept_;
  status.bonds.reserve(probed_.size());
  for (const auto& [name, probed] : probed_) {
    status.overslept += probed.prober.overslept();
    status.bonds.push_back(probed.prober.status());
  }
  return status;
}

void Daemon::publish(BootTime now) {
  const PathStatus current = status();
  const auto written = base::replace_file(options_.status_file, encode_path_status(current));
  published_at_ = now;
  if (!written && !publish_failed_) {
    tell(LogLevel::error, Event::status_unwritten,
         {{"err", written.error().to_string()},
          {"hint", std::string("the paths are asked all the same; the file is tried again")}});
  } else if (written && publish_failed_) {
    tell(LogLevel::info, Event::status_written);
  }
  publish_failed_ = !written;
  std::string words = service_words(current.bonds);
  if (ready_ && words != told_) base::notify_status(words);
  told_ = std::move(words);
}

void Daemon::arm_timer() {
  std::optional<BootTime> at = monitor_.wake_at();
  const auto also = [&at](BootTime time) {
    if (!at || time < *at) at = time;
  };
  for (const auto& [name, probed] : probed_) also(probed.prober.wake_at());
  if (host_read_at_) also(*host_read_at_ + kHostReread);
  if (published_at_) also(*published_at_ + publish_interval());
  if (auto armed = loop_.arm_timer(at); !armed) {
    tell(LogLevel::error, Event::socket_failed, {{"err", armed.error().to_string()}});
    loop_.exit(base::kExitFailure);
  }
}

void Daemon::on_reload() {
  base::notify_reloading();
  auto config = read_config(options_.config_file);
  if (!config) {
    tell(LogLevel::error, Event::config_rejected,
         {{"err", config.error().to_string()},
          {"hint", std::string("the configuration in force stays")}});
  } else {
    config_ = std::move(*config);
    host_read_at_.reset();
    tell(LogLevel::info, Event::config_loaded,
         {{"config", options_.config_file}, {"bonds_to_ask", paths_of(config_)}});
  }
  const BootTime now = base::BootClock::now();
  look(now);
  conclude(now);
  base::notify_ready(told_);
}

void Daemon::on_stop() {
  base::notify_stopping();
  tell(LogLevel::info, Event::stop);
  loop_.exit(base::kExitOk);
}

}  // namespace hnv::prober
