// SPDX-License-Identifier: Apache-2.0
#include "watchdog/daemon.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/exit_code.hpp"
#include "base/service_manager.hpp"
#include "base/version.hpp"
#include "watchdog/service_status.hpp"

namespace hnv::watchdog {

namespace {

using base::BootTime;
using base::Expected;
using base::failure;
using base::LogField;
using base::LogLevel;
using bond::IfIndex;

std::int64_t as_number(std::uint64_t count) {
  return static_cast<std::int64_t>(count);
}

PolicyConfig policy_of(const Config& config, const Options& options, const std::string& boot_id) {
  PolicyConfig policy;
  policy.mode = options.dry_run ? Mode::observe : config.mode;
  policy.hold_down = config.hold_down;
  policy.settle = config.settle;
  policy.fast_failover_hold = config.fast_failover_hold;
  policy.moves_per_hour = config.moves_per_hour;
  policy.jitter_seed = static_cast<std::uint32_t>(std::hash<std::string>{}(boot_id));
  return policy;
}

// A partition with another uuid is another one that got a copy of this disk.
std::optional<Moved> moved_from(const PartitionIdentity& kept, const PartitionIdentity& present) {
  if (kept.frame == present.frame) return std::nullopt;
  if (!kept.partition_uuid.empty() && !present.partition_uuid.empty() &&
      kept.partition_uuid != present.partition_uuid) {
    return std::nullopt;
  }
  return Moved{kept.frame,
               kept.boot_id == present.boot_id ? LpmKind::live : LpmKind::inactive_or_restart};
}

MigrationConfig migration_of(const Config& config) {
  MigrationConfig migration;
  migration.settle = config.migration.settle;
  migration.query_quiet = config.migration.query_quiet;
  migration.hook_timeout = config.migration.hook_timeout;
  migration.absent_timeout = config.migration.absent_timeout;
  migration.restore_timeout = config.migration.restore_timeout;
  migration.stuck_after = config.migration.stuck_after;
  return migration;
}

}  // namespace

Expected<std::unique_ptr<Daemon>> Daemon::open(const Options& options, Config config) {
  auto lock = base::LockFile::acquire(watchdog_lock_file(options.status_file));
  if (!lock) return failure(lock.error());
  auto loop = base::EventLoop::open();
  if (!loop) return failure(loop.error());
  auto monitor = bond::LinkMonitor::open(base::BootClock::now());
  if (!monitor) return failure(monitor.error());
  auto watch = base::FileWatch::open();
  if (!watch) return failure(watch.error());
  return std::unique_ptr<Daemon>(new Daemon(options, std::move(config), std::move(*lock),
                                            std::move(*loop), std::move(*monitor),
                                            std::move(*watch)));
}

Daemon::Daemon(const Options& options, Config config, base::LockFile lock, base::EventLoop loop,
               bond::LinkMonitor monitor, base::FileWatch watch)
    : options_(options),
      lock_(std::move(lock)),
      loop_(std::move(loop)),
      monitor_(std::move(monitor)),
      surroundings_(options.paths, std::move(watch)),
      paths_(options.prober_status_file),
      keeper_([this](IfIndex bond) { return picture_of(bond); }, DeviceFactsCache(options.paths),
              actuator_, surroundings_),
      publisher_(options.status_file),
      journal_(watchdog_events_file(options.status_file),
               read_boot_id(options.paths.procfs.native())) {
  identity_.boot_id = read_boot_id(options.paths.procfs.native());
  identity_.version = base::version();
  identity_.pid = ::getpid();
  identity_.started_unix_seconds = base::unix_time();
  configure(std::move(config));
}

Expected<int> Daemon::run() {
  auto set_up = loop_.on_readable(monitor_.fd(), [this] { on_links(); });
  if (set_up) {
    set_up = loop_.on_readable(surroundings_.fd(), [this] { on_surroundings(); });
  }
  if (set_up) set_up = loop_.on_timer([this] { on_timer(); });
  if (set_up) set_up = loop_.on_signal(SIGHUP, [this] { on_reload(); });
  if (set_up) set_up = loop_.on_signal(SIGTERM, [this] { on_stop(); });
  if (set_up) set_up = loop_.on_signal(SIGINT, [this] { on_stop(); });
  if (set_up) set_up = loop_.on_signal(SIGUSR1, [this] { on_restart(); });
  if (set_up) set_up = loop_.enable_service_watchdog();
  if (!set_up) return failure(set_up.error());
  if (auto read = journal_.read(); !read) {
    tell(LogLevel::error, Event::events_unread, {{"err", read.error().to_string()}});
  }
  tell(LogLevel::info, Event::start,
       {{"version", std::string(base::version())},
        {"mode", std::string(base::name_of(policy_.mode))},
        {"config", options_.config_file},
        {"bonds_configured", as_number(config_.bonds.size())},
        {"receive_buffer_bytes", as_number(monitor_.receive_buffer())}});
  adopt_memory();
  start_on_machine();
  // A watchdog that is killed before its first round has started all the same.
  write_journal(base::BootClock::now());
  arm_timer();
  auto code = loop_.run();
  write_journal(base::BootClock::now());
  return code;
}

void Daemon::tell(LogLevel level, Event event, const std::vector<LogField>& fields) {
  base::log_event(level, base::name_of(event), fields);
  journal_.add(LogEntry{level, event, fields}, base::BootClock::now(), base::unix_time());
  publisher_.note_change();
}

void Daemon::tell_all(const std::vector<LogEntry>& entries) {
  for (const LogEntry& entry : entries) tell(entry.level, entry.event, entry.fields);
}

void Daemon::write_journal(BootTime now) {
  const auto written = journal_.write(now);
  if (!written && !journal_failed_) {
    tell(LogLevel::error, Event::events_unwritten,
         {{"err", written.error().to_string()},
          {"hint", std::string("events are kept and the file is tried again")}});
  }
  // Not tried is no success.
  journal_failed_ = !written || (journal_failed_ && journal_.wake_at());
}

void Daemon::configure(Config config) {
  config_ = std::move(config);
  policy_ = policy_of(config_, options_, identity_.boot_id);
  identity_.mode = policy_.mode;
  keeper_.configure({config_, policy_, migration_of(config_), identity_.boot_id});
  paths_.configure(config_);
}

Picture Daemon::picture_of(IfIndex bond) const {
  return Picture{&monitor_.topology(), monitor_.fresh(bond), monitor_.refreshes(bond),
                 ready_ && !monitor_.synchronised()};
}

// Nothing is read before the lock is ours: another watchdog's file is in use.
void Daemon::adopt_memory() {
  auto remembered =
      read_remembered(options_.status_file, identity_.boot_id, base::BootClock::now());
  if (!remembered) {
    const auto aside = set_aside(options_.status_file);
    tell(
        LogLevel::error, Event::memory_lost,
        {{"err", remembered.error().to_string()},
         {"kept", aside ? *aside : aside.error().to_string()},
         {"hint", std::string("counters begin anew; remove the kept file when it is understood")}});
  } else if (!*remembered) {
    tell(LogLevel::info, Event::memory_fresh);
  } else {
    const WatchdogStatus& status = (*remembered)->status;
    monitor_.adopt_counters(status.links);
    reported_ = status.links;
    write_failures_ = status.status_write_failures;
    keeper_.adopt(**remembered);
    tell(LogLevel::info, Event::memory_adopted,
         {{"bonds", as_number(status.bonds.size())}, {"written_by_pid", status.pid}});
  }
}

// Where the partition ran when it was last looked at tells whether it has been migrated since, also
// while it was off or we were.
void Daemon::start_on_machine() {
  const BootTime now = base::BootClock::now();
  const Surroundings seen = surroundings_.look(now);
  const auto present = read_identity(options_.paths);
  std::optional<Moved> moved;
  if (seen.frame && present) {
    auto kept = read_kept_identity(options_.identity_file);
    if (kept) {
      kept_identity_ = *kept;
      moved = moved_from(*kept, *present);
    } else if (kept.error().code != base::ErrorCode::not_found) {
      tell(LogLevel::warn, Event::identity_unkept, {{"err", kept.error().to_string()}});
    }
    tell(LogLevel::info, Event::platform,
         {{"model", seen.frame->model},
          {"system_id", seen.frame->system_id},
          {"hnv_pairs", as_number(seen.hnv_pairs)},
          {"moved", moved ? std::string(base::name_of(moved->kind)) : "no"}});
  }
  keeper_.start_on(seen, moved, now);
}

// Only between migrations: one that we do not see the end of is found again at the next start.
void Daemon::keep_identity() {
  const auto& frame = keeper_.migration().frame;
  if (!frame || keeper_.lpm().window_since) return;
  if (kept_identity_ && kept_identity_->frame == *frame &&
      kept_identity_->boot_id == identity_.boot_id) {
    return;
  }
  const auto present = read_identity(options_.paths);
  if (!present || present->frame != *frame) return;  // it changes in this moment
  kept_identity_ = present;
  const auto kept = base::replace_file(options_.identity_file, encode_identity(*present));
  if (!kept && !keep_failed_) {
    tell(LogLevel::warn, Event::identity_unkept,
         {{"err", kept.error().to_string()},
          {"hint", std::string("a migration while the partition is off will not be counted")}});
  }
  keep_failed_ = !kept;
}

void Daemon::on_links() {
  const BootTime now = base::BootClock::now();
  const auto news = monitor_.drain(now);
  if (!news) {
    reopen_monitor(news.error());
    return;
  }
  if (!news->empty()) publisher_.note_change();
  keeper_.note(*news, now);
  if (monitor_.synchronised()) keeper_.note_complete(now);
  report_losses();
  act(now);
}

void Daemon::on_surroundings() {
  const BootTime now = base::BootClock::now();
  look_around(now);
  act(now);
}

void Daemon::look_around(BootTime now) {
  keeper_.note(surroundings_.look(now));
  for (const base::Error& error : surroundings_.take_errors()) {
    tell(LogLevel::warn, Event::platform_unseen, {{"err", error.to_string()}});
  }
}

void Daemon::look_at_paths(BootTime now) {
  if (paths_.look(now)) keeper_.note(paths_.status());
  if (const auto error = paths_.take_error()) {
    tell(LogLevel::warn, Event::path_unread,
         {{"err", error->to_string()}, {"hint", std::string("as if there were no prober")}});
  }
}

void Daemon::act(BootTime now) {
  // A slave that has left and the command that took it out are one piece of news, and what has to
  // be kept first is then done at once.
  constexpr int kMostRounds = 3;
  bool again = true;
  bool urgent = false;
  for (int rounds = 0; again && rounds < kMostRounds; ++rounds) {
    const PartitionKeeper::Round round = keeper_.act(now);
    tell_all(round.log);
    for (const IfIndex bond : round.read_back) {
      if (auto asked = monitor_.refresh(bond, now); !asked) {
        reopen_monitor(asked.error());
        return;
      }
    }
    urgent = urgent || round.urgent;
    if (round.look_around) look_around(now);
    again = (round.keep && keep_state(now)) || round.look_around;
  }
  keep_identity();
  tell_service_manager(now);
  write_journal(now);
  // Before the first complete dump there is nothing true to say.
  if (ready_ && (urgent || publisher_.is_due(now))) publish(now);
  arm_timer();
}

void Daemon::on_timer() {
  const BootTime now = base::BootClock::now();
  if (auto done = monitor_.on_timer(now); !done) {
    reopen_monitor(done.error());
    return;
  }
  if (now >= surroundings_.wake_at()) look_around(now);
  if (const auto due = paths_.wake_at(); due && now >= *due) look_at_paths(now);
  act(now);
}

void Daemon::reopen_monitor(const base::Error& error) {
  tell(LogLevel::error, Event::socket_failed, {{"err", error.to_string()}});
  loop_.forget(monitor_.fd());
  auto watched = monitor_.reopen(base::BootClock::now());
  if (watched) watched = loop_.on_readable(monitor_.fd(), [this] { on_links(); });
  if (!watched) {
    // Without a socket there is nothing to do but to start afresh; the service manager does that.
    tell(LogLevel::error, Event::socket_failed, {{"err", watched.error().to_string()}});
    loop_.exit(base::kExitFailure);
    return;
  }
  keeper_.look_at_all();
  arm_timer();
}

void Daemon::report_losses() {
  const bond::LinkCounters& links = monitor_.counters();
  if (links.overruns != reported_.overruns) {
    tell(LogLevel::warn, Event::overrun,
         {{"overruns", as_number(links.overruns)},
          {"messages_lost", as_number(links.messages_lost)}});
  }
  if (links.audit_mismatches != reported_.audit_mismatches) {
    tell(LogLevel::warn, Event::audit_mismatch,
         {{"mismatches", as_number(links.audit_mismatches)},
          {"hint", std::string("the kernel's links were not as its messages had told; what was "
                               "found is in force, please report it")}});
  }
  reported_ = links;
}

void Daemon::tell_service_manager(BootTime now) {
  if (!ready_ && !monitor_.synchronised()) return;
  std::string text =
      service_status(keeper_.statuses(), keeper_.activity().pauses, policy_.mode, now);
  if (!ready_) {
    ready_ = true;
    base::notify_ready(text);
    tell(LogLevel::info, Event::ready, {{"bonds", as_number(keeper_.bonds())}});
  } else if (text != told_) {
    base::notify_status(text);
  }
  told_ = std::move(text);
}

WatchdogStatus Daemon::status() const {
  WatchdogStatus status = identity_;
  status.written_unix_seconds = base::unix_time();
  status.receive_buffer_bytes = monitor_.receive_buffer();
  status.last_event = journal_.last();
  status.events_unwritten = journal_.lost();
  status.links = monitor_.counters();
  status.lpm = keeper_.lpm();
  status.activity = keeper_.activity();
  status.status_write_failures = write_failures_;
  status.bonds = keeper_.statuses();
  status.gone_bonds = keeper_.gone_bonds();
  return status;
}

bool Daemon::keep_state(BootTime now) {
  if (!ready_ || !publish(now)) return false;
  keeper_.note_kept();
  return true;
}

bool Daemon::publish(BootTime now) {
  const auto published = publisher_.publish(status(), keeper_.memory(), now);
  if (!published) ++write_failures_;
  if (!published && !publish_failed_) {
    tell(LogLevel::error, Event::status_unwritten,
         {{"err", published.error().to_string()},
          {"hint", std::string("bonds are still looked after; the file is tried again")}});
  } else if (published && publish_failed_) {
    tell(LogLevel::info, Event::status_written, {{"failures", as_number(write_failures_)}});
  }
  publish_failed_ = !published;
  return published.has_value();
}

void Daemon::arm_timer() {
  std::optional<BootTime> at = monitor_.wake_at();
  const auto also = [&at](std::optional<BootTime> time) {
    if (time && (!at || *time < *at)) at = time;
  };
  also(keeper_.wake_at());
  also(surroundings_.wake_at());
  also(paths_.wake_at());
  also(journal_.wake_at());
  if (ready_) also(publisher_.wake_at());
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
    configure(std::move(*config));
    tell(LogLevel::info, Event::config_loaded,
         {{"config", options_.config_file},
          {"mode", std::string(base::name_of(policy_.mode))},
          {"bonds_configured", as_number(config_.bonds.size())}});
  }
  const BootTime now = base::BootClock::now();
  told_ = service_status(keeper_.statuses(), keeper_.activity().pauses, policy_.mode, now);
  base::notify_ready(told_);
  act(now);
}

// For good: what damping has changed is put back, since nobody else will.
void Daemon::on_stop() {
  tell_all(keeper_.release());
  on_restart();
}

// Somebody goes on where this one ends.
void Daemon::on_restart() {
  base::notify_stopping();
  tell(LogLevel::info, Event::stop);
  const BootTime now = base::BootClock::now();
  if (ready_) {
    tell_all(keeper_.finish(now).log);
    publish(now);
  }
  loop_.exit(base::kExitOk);
}

}  // namespace hnv::watchdog
