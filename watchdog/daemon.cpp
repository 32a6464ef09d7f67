// SPDX-License-Identifier: Apache-2.0
#include "watchdog/daemon.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <utility>

#include "base/exit_code.hpp"
#include "base/service_manager.hpp"
#include "base/version.hpp"

namespace hnv::watchdog {

namespace {

using base::BootTime;
using base::Expected;
using base::failure;
using base::LogField;
using base::LogLevel;
using bond::IfIndex;

void log(LogLevel level, Event event, const std::vector<LogField>& fields = {}) {
  base::log_event(level, base::name_of(event), fields);
}

std::int64_t as_number(std::uint64_t count) {
  return static_cast<std::int64_t>(count);
}

void add(bond::LinkCounters& sum, const bond::LinkCounters& more) {
  sum.messages += more.messages;
  sum.messages_lost += more.messages_lost;
  sum.overruns += more.overruns;
  sum.audit_mismatches += more.audit_mismatches;
  for (const auto reason : base::all_values<bond::ResyncReason>()) {
    sum.resyncs[reason] += more.resyncs[reason];
  }
}

PolicyConfig policy_of(const Config& config, const Options& options, const std::string& boot_id) {
  PolicyConfig policy;
  policy.mode = options.dry_run ? Mode::observe : config.mode;
  policy.hold_down = config.hold_down;
  policy.settle = config.settle;
  policy.jitter_seed = static_cast<std::uint32_t>(std::hash<std::string>{}(boot_id));
  return policy;
}

}  // namespace

Expected<std::unique_ptr<Daemon>> Daemon::open(const Options& options, Config config) {
  auto lock = base::LockFile::acquire(watchdog_lock_file(options.status_file));
  if (!lock) return failure(lock.error());
  auto loop = base::EventLoop::open();
  if (!loop) return failure(loop.error());
  auto monitor = bond::LinkMonitor::open(base::BootClock::now());
  if (!monitor) return failure(monitor.error());
  return std::unique_ptr<Daemon>(new Daemon(options, std::move(config), std::move(*lock),
                                            std::move(*loop), std::move(*monitor)));
}

Daemon::Daemon(const Options& options, Config config, base::LockFile lock, base::EventLoop loop,
               bond::LinkMonitor monitor)
    : options_(options),
      lock_(std::move(lock)),
      loop_(std::move(loop)),
      monitor_(std::move(monitor)),
      facts_(options.paths),
      publisher_(options.status_file) {
  identity_.boot_id = read_boot_id(options.paths.procfs.native());
  identity_.version = base::version();
  identity_.pid = ::getpid();
  identity_.started_unix_seconds = base::unix_time();
  configure(std::move(config));
}

Expected<int> Daemon::run() {
  auto set_up = loop_.on_readable(monitor_.fd(), [this] { on_links(); });
  if (set_up) set_up = loop_.on_timer([this] { on_timer(); });
  if (set_up) set_up = loop_.on_signal(SIGHUP, [this] { on_reload(); });
  if (set_up) set_up = loop_.on_signal(SIGTERM, [this] { on_stop(); });
  if (set_up) set_up = loop_.on_signal(SIGINT, [this] { on_stop(); });
  if (set_up) set_up = loop_.enable_service_watchdog();
  if (!set_up) return failure(set_up.error());
  log(LogLevel::info, Event::start,
      {{"version", std::string(base::version())},
       {"mode", std::string(base::name_of(policy_.mode))},
       {"config", options_.config_file},
       {"bonds_configured", as_number(config_.bonds.size())},
       {"receive_buffer_bytes", as_number(monitor_.receive_buffer())}});
  arm_timer();
  return loop_.run();
}

void Daemon::configure(Config config) {
  config_ = std::move(config);
  policy_ = policy_of(config_, options_, identity_.boot_id);
  identity_.mode = policy_.mode;
}

void Daemon::on_links() {
  const BootTime now = base::BootClock::now();
  const auto news = monitor_.drain(now);
  if (!news) {
    reopen_monitor(news.error());
    return;
  }
  take_news(*news, now);
  report_overruns();
  tell_ready();
  publish(now);
  arm_timer();
}

void Daemon::take_news(const std::vector<bond::LinkMonitor::News>& news, BootTime now) {
  std::set<IfIndex> touched;
  for (const auto& item : news) {
    for (const auto& bond : {item.change.bond, item.change.left_bond}) {
      if (!bond) continue;
      touched.insert(*bond);
      if (!keepers_.contains(*bond)) {
        const bond::Link* link = monitor_.topology().bond(*bond);
        if (link == nullptr) continue;
        keepers_.emplace(*bond, BondKeeper(*bond, link->name));
        log(LogLevel::info, Event::bond_found, {{"bond", link->name}});
      }
    }
    if (const auto bond = item.change.bond; bond && keepers_.contains(*bond)) {
      keepers_.at(*bond).note(item.change, item.resync, now);
    }
    if (item.change.kind == bond::Change::Kind::removed && item.change.slave) {
      facts_.forget(*item.change.slave);
    }
  }
  if (!news.empty()) publisher_.note_change();
  // A picture that became whole is news even when nothing in it changed.
  touched.merge(std::exchange(waiting_for_fresh_, {}));
  for (const IfIndex bond : touched) look_at(bond, now);
}

void Daemon::look_at(IfIndex bond, BootTime now) {
  const auto found = keepers_.find(bond);
  if (found == keepers_.end()) return;
  BondKeeper& keeper = found->second;
  if (monitor_.topology().bond(bond) == nullptr && monitor_.fresh(bond)) {
    log(LogLevel::info, Event::bond_gone, {{"bond", keeper.status().name}});
    keepers_.erase(found);
    return;
  }
  const Picture picture{&monitor_.topology(), monitor_.fresh(bond), monitor_.refreshes(bond)};
  const BondKeeper::Round round =
      keeper.look(picture, policy_, config_.bond(keeper.status().name), facts_, actuator_, now);
  for (const LogEntry& entry : round.log) log(entry.level, entry.event, entry.fields);
  if (!round.log.empty()) publisher_.note_change();
  if (round.read_back) {
    if (auto asked = monitor_.refresh(bond, now); !asked) reopen_monitor(asked.error());
  }
  if (!monitor_.fresh(bond)) waiting_for_fresh_.insert(bond);
}

void Daemon::look_at_all(BootTime now) {
  std::vector<IfIndex> bonds;
  for (const auto& [bond, keeper] : keepers_) bonds.push_back(bond);
  for (const IfIndex bond : bonds) look_at(bond, now);
}

void Daemon::on_timer() {
  const BootTime now = base::BootClock::now();
  if (auto done = monitor_.on_timer(now); !done) {
    reopen_monitor(done.error());
    return;
  }
  std::vector<IfIndex> due;
  for (const auto& [bond, keeper] : keepers_) {
    if (const auto at = keeper.wake_at(); at && now >= *at) due.push_back(bond);
  }
  for (const IfIndex bond : due) look_at(bond, now);
  publish(now);
  arm_timer();
}

// The subscription is lost with the socket: whatever happened until the new one's dump is found by
// that dump.
void Daemon::reopen_monitor(const base::Error& error) {
  log(LogLevel::error, Event::socket_failed, {{"err", error.to_string()}});
  const BootTime now = base::BootClock::now();
  auto monitor = bond::LinkMonitor::open(now);
  if (!monitor) {
    // Without a socket there is nothing to do but to start afresh; the service manager does that.
    log(LogLevel::error, Event::socket_failed, {{"err", monitor.error().to_string()}});
    loop_.exit(base::kExitFailure);
    return;
  }
  add(past_links_, monitor_.counters());
  ++past_links_.resyncs[bond::ResyncReason::socket];
  // The old descriptor must outlive its place in the event loop.
  const bond::LinkMonitor old = std::exchange(monitor_, std::move(*monitor));
  for (const auto& [bond, keeper] : keepers_) waiting_for_fresh_.insert(bond);
  if (auto watched = loop_.on_readable(monitor_.fd(), [this] { on_links(); }); !watched) {
    log(LogLevel::error, Event::socket_failed, {{"err", watched.error().to_string()}});
    loop_.exit(base::kExitFailure);
  }
}

void Daemon::report_overruns() {
  const bond::LinkCounters& links = monitor_.counters();
  if (links.overruns == overruns_reported_) return;
  overruns_reported_ = links.overruns;
  log(LogLevel::warn, Event::overrun,
      {{"overruns", as_number(links.overruns)}, {"messages_lost", as_number(links.messages_lost)}});
}

void Daemon::tell_ready() {
  if (ready_ || !monitor_.synchronised()) return;
  ready_ = true;
  const std::string text = "following " + std::to_string(keepers_.size()) + " bonds, mode " +
                           std::string(base::name_of(policy_.mode));
  base::notify_ready(text);
  log(LogLevel::info, Event::ready, {{"bonds", as_number(keepers_.size())}});
}

WatchdogStatus Daemon::status() const {
  WatchdogStatus status = identity_;
  status.written_unix_seconds = base::unix_time();
  status.receive_buffer_bytes = monitor_.receive_buffer();
  status.links = past_links_;
  add(status.links, monitor_.counters());
  for (const auto& [bond, keeper] : keepers_) status.bonds.push_back(keeper.status());
  return status;
}

void Daemon::publish(BootTime now) {
  // Before the first complete dump there is nothing true to say.
  if (!ready_ || !publisher_.is_due(now)) return;
  const auto published = publisher_.publish(status(), now);
  if (!published && !publish_failed_) {
    log(LogLevel::error, Event::status_unwritten,
        {{"err", published.error().to_string()},
         {"hint", std::string("bonds are still looked after; the file is tried again")}});
  }
  publish_failed_ = !published;
}

void Daemon::arm_timer() {
  std::optional<BootTime> at = monitor_.wake_at();
  const auto also = [&at](std::optional<BootTime> time) {
    if (time && (!at || *time < *at)) at = time;
  };
  for (const auto& [bond, keeper] : keepers_) also(keeper.wake_at());
  if (ready_) also(publisher_.wake_at());
  if (auto armed = loop_.arm_timer(at); !armed) {
    log(LogLevel::error, Event::socket_failed, {{"err", armed.error().to_string()}});
    loop_.exit(base::kExitFailure);
  }
}

void Daemon::on_reload() {
  base::notify_reloading();
  auto config = read_config(options_.config_file);
  if (!config) {
    log(LogLevel::error, Event::config_rejected,
        {{"err", config.error().to_string()},
         {"hint", std::string("the configuration in force stays")}});
  } else {
    configure(std::move(*config));
    log(LogLevel::info, Event::config_loaded,
        {{"config", options_.config_file},
         {"mode", std::string(base::name_of(policy_.mode))},
         {"bonds_configured", as_number(config_.bonds.size())}});
    look_at_all(base::BootClock::now());
    publisher_.note_change();
  }
  base::notify_ready("following " + std::to_string(keepers_.size()) + " bonds, mode " +
                     std::string(base::name_of(policy_.mode)));
  arm_timer();
}

void Daemon::on_stop() {
  base::notify_stopping();
  log(LogLevel::info, Event::stop);
  publisher_.note_change();
  if (ready_) {
    if (auto published = publisher_.publish(status(), base::BootClock::now()); !published) {
      log(LogLevel::error, Event::status_unwritten, {{"err", published.error().to_string()}});
    }
  }
  loop_.exit(base::kExitOk);
}

}  // namespace hnv::watchdog
