// SPDX-License-Identifier: Apache-2.0
#include "exporter/snapshot.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

namespace hnv::exporter {

namespace {

// Measures what `read` takes.
template <class Read>
void timed(SourceOutcome& outcome, Read read) {
  const base::BootTime begin = base::BootClock::now();
  outcome.error = read();
  outcome.duration = base::BootClock::now() - begin;
}

// The end of an interval is in the file within this time (the watchdog writes five times a second
// at most). Counting up to the present could overshoot it.
constexpr std::chrono::seconds kStatusLag(1);

// `bonds` are in order of their names.
std::vector<std::string> missing_from(const std::vector<BondReport>& bonds, const Config& config) {
  std::vector<std::string> missing;
  for (const BondConfig& wanted : config.bonds) {
    if (wanted.ignore) continue;
    const auto found = std::lower_bound(
        bonds.begin(), bonds.end(), wanted.name,
        [](const BondReport& bond, const std::string& name) { return bond.link.name < name; });
    if (found == bonds.end() || found->link.name != wanted.name) missing.push_back(wanted.name);
  }
  return missing;
}

}  // namespace

std::optional<PathView> path_of(const Snapshot& snapshot, const BondReport& bond) {
  if (!snapshot.paths) return std::nullopt;
  // A file of another boot is not taken over at all.
  return path_view(snapshot.paths.get(), snapshot.paths->boot_id, bond, snapshot.taken);
}

base::BootTime Evidence::update(const PublishedStatus& published, base::BootTime now,
                                double now_unix_seconds) {
  const base::BootTime latest = now - kStatusLag;
  if (published.alive) {
    until_ = std::max(until_, latest);
  } else if (published.status) {
    // The file tells wall-clock time only: a clock that was set since must not reach beyond the
    // present or before the boot.
    const double age = std::max(0.0, now_unix_seconds - published.status->written_unix_seconds);
    if (age < base::to_seconds(now.time_since_epoch())) {
      const auto written = now - std::chrono::duration_cast<base::BootClock::duration>(
                                     std::chrono::duration<double>(age));
      until_ = std::max(until_, std::min(written, latest));
    }
  }
  return until_;
}

void bring_up_to_date(WatchdogStatus& status, const std::vector<BondReport>* bonds,
                      base::BootTime vouched_until) {
  if (bonds != nullptr) {
    std::map<bond::IfIndex, std::string_view> names;
    for (const BondReport& bond : *bonds) names.emplace(bond.link.index, bond.link.name);
    std::erase_if(status.bonds,
                  [&names](const BondStatus& bond) { return !names.contains(bond.index); });
    for (BondStatus& bond : status.bonds) bond.name = names.at(bond.index);
  }
  for (BondStatus& bond : status.bonds) {
    if (bond.off_reason && vouched_until > bond.off_since) {
      bond.off_sriov[*bond.off_reason] += vouched_until - bond.off_since;
    }
  }
}

SnapshotTaker::SnapshotTaker(const Paths& paths, std::string status_file, Config config,
                             bool with_identity, std::string doctor_file, std::string prober_file)
    : paths_(paths),
      status_file_(std::move(status_file)),
      boot_id_(read_boot_id(paths.procfs.native())),
      published_(status_file_, boot_id_),
      with_identity_(with_identity),
      config_(std::make_shared<const Config>(std::move(config))),
      device_facts_(paths),
      speeds_(paths),
      process_(paths.procfs),
      event_log_(status_file_, boot_id_),
      doctor_(std::move(doctor_file)),
      path_reader_(std::move(prober_file), boot_id_) {}

void SnapshotTaker::set_config(Config config) {
  auto shared = std::make_shared<const Config>(std::move(config));
  const std::lock_guard lock(config_mutex_);
  config_ = std::move(shared);
}

std::shared_ptr<const Config> SnapshotTaker::present_config() {
  const std::lock_guard lock(config_mutex_);
  return config_;
}

Snapshot SnapshotTaker::take() {
  Snapshot snapshot;
  snapshot.taken = base::BootClock::now();
  snapshot.taken_unix_seconds = base::unix_time();
  std::vector<bond::Link> links;
  read_platform(snapshot);
  read_netlink(snapshot, links);
  read_sysfs(snapshot, std::move(links));
  read_watchdog(snapshot);
  read_events(snapshot);
  read_process(snapshot);
  read_doctor(snapshot);
  read_paths(snapshot);
  return snapshot;
}

void SnapshotTaker::read_platform(Snapshot& snapshot) {
  auto frame = read_frame_key(paths_);
  // Devices that stayed through a migration have another location now.
  if (frame != frame_) device_facts_.forget_all();
  frame_ = std::move(frame);
  if (with_identity_) snapshot.identity = read_identity(paths_);
}

void SnapshotTaker::read_netlink(Snapshot& snapshot, std::vector<bond::Link>& links) {
  timed(snapshot.sources[Source::netlink], [&]() -> std::optional<base::Error> {
    if (!links_) {
      auto opened = bond::LinkCache::open();
      if (!opened) return opened.error();
      links_.emplace(std::move(*opened));
    }
    auto read = links_->read(snapshot.taken);
    if (!read) {
      links_.reset();
      return read.error();
    }
    links = std::move(*read);
    return std::nullopt;
  });
}

void SnapshotTaker::read_sysfs(Snapshot& snapshot, std::vector<bond::Link> links) {
  timed(snapshot.sources[Source::sysfs], [&]() -> std::optional<base::Error> {
    const auto config = present_config();
    snapshot.bonds = describe_bonds(std::move(links), *config, device_facts_, snapshot.taken);
    if (!snapshot.sources[Source::netlink].error) {
      snapshot.missing_bonds = missing_from(snapshot.bonds, *config);
    }
    for (const BondReport& bond : snapshot.bonds) {
      for (const SlaveReport& slave : bond.slaves) {
        if (const auto speed = speeds_.speed_of(slave.link)) {
          snapshot.speeds.emplace(slave.link.index, *speed);
        }
      }
    }
    speeds_.drop_unused();
    // Single properties are missing for many devices; that none can be read at all shows here only.
    const std::filesystem::path devices = paths_.sysfs / "class/net";
    if (::access(devices.c_str(), R_OK | X_OK) == 0) return std::nullopt;
    return base::from_errno("read devices in", devices.native(), errno);
  });
}

void SnapshotTaker::read_watchdog(Snapshot& snapshot) {
  timed(snapshot.sources[Source::watchdog], [&]() -> std::optional<base::Error> {
    snapshot.watchdog = published_.read();
    if (boot_id_.empty()) {
      snapshot.watchdog.status.reset();
      return base::Error{base::ErrorCode::not_found, "read boot id below", paths_.procfs.native(),
                         "without it no status file can be trusted"};
    }
    const base::BootTime until =
        evidence_.update(snapshot.watchdog, snapshot.taken, snapshot.taken_unix_seconds);
    if (snapshot.watchdog.status) {
      const bool bonds_known = !snapshot.sources[Source::netlink].error;
      bring_up_to_date(*snapshot.watchdog.status, bonds_known ? &snapshot.bonds : nullptr, until);
    }
    return snapshot.watchdog.error;
  });
}

void SnapshotTaker::read_events(Snapshot& snapshot) {
  event_log_.update();
  snapshot.events = event_log_.events();
  snapshot.events_error = event_log_.error();
}

void SnapshotTaker::read_doctor(Snapshot& snapshot) {
  timed(snapshot.sources[Source::doctor], [&] {
    doctor_.update();
    snapshot.doctor = doctor_.report();
    return doctor_.error();
  });
}

void SnapshotTaker::read_paths(Snapshot& snapshot) {
  timed(snapshot.sources[Source::prober], [&] {
    path_reader_.update();
    snapshot.paths = path_reader_.status();
    return path_reader_.error();
  });
}

void SnapshotTaker::read_process(Snapshot& snapshot) {
  timed(snapshot.sources[Source::process], [&]() -> std::optional<base::Error> {
    auto facts = process_.read();
    if (!facts) return facts.error();
    snapshot.process = *facts;
    return std::nullopt;
  });
}

}  // namespace hnv::exporter
