// SPDX-License-Identifier: Apache-2.0
// What one look at this partition shows: the kernel's bonds, the configuration and what the
// watchdog publishes. Everything that hnvctl says follows from these values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/expected.hpp"
#include "bond/netlink_socket.hpp"
#include "ctl/options.hpp"
#include "hnv/config.hpp"
#include "hnv/device_facts.hpp"
#include "hnv/partition.hpp"
#include "hnv/path_words.hpp"
#include "hnv/status.hpp"

namespace hnv::ctl {

struct Picture {
  std::vector<BondReport> bonds;  // all of them, by name
  std::string config_file;
  bool config_found = true;  // false: no file, so that HNV bonds alone are managed
  Config config;
  PublishedStatus published;
  std::optional<PathStatus> paths;  // of this boot; empty: no prober, or none that can be used
  std::optional<base::Error> paths_error;  // why what it wrote cannot be used
  base::BootTime now;
  double unix_now = 0;
};

// The configuration, and whether there is one: the default file may be missing, a file that was
// asked for by name may not.
struct FoundConfig {
  Config config;
  bool found = true;
};
base::Expected<FoundConfig> find_config(const LookOptions& options);

// Looks as often as asked, with one socket. Needs no privilege.
class Observer {
 public:
  static base::Expected<Observer> open(const LookOptions& options);

  base::Expected<Picture> look(FoundConfig config);

 private:
  Observer(bond::NetlinkSocket socket, const LookOptions& options);

  bond::NetlinkSocket socket_;
  DeviceFactsCache facts_;
  std::string config_file_;
  std::string status_file_;
  std::string prober_file_;
  std::string boot_id_;
};

}  // namespace hnv::ctl
