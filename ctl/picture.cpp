// SPDX-License-Identifier: Apache-2.0
#include "ctl/picture.hpp"

#include <utility>

#include "bond/link_dump.hpp"

namespace hnv::ctl {

base::Expected<FoundConfig> find_config(const LookOptions& options) {
  auto config = read_config(options.config_file);
  if (config) return FoundConfig{std::move(*config), true};
  if (config.error().code == base::ErrorCode::not_found && !options.config_file_named) {
    return FoundConfig{Config{}, false};
  }
  return base::failure(config.error());
}

Observer::Observer(bond::NetlinkSocket socket, const LookOptions& options)
    : socket_(std::move(socket)),
      facts_(options.paths),
      config_file_(options.config_file),
      status_file_(options.status_file),
      prober_file_(options.prober_file),
      boot_id_(read_boot_id(options.paths.procfs.native())) {}

base::Expected<Observer> Observer::open(const LookOptions& options) {
  auto socket = bond::NetlinkSocket::open({});
  if (!socket) return base::failure(socket.error());
  return Observer(std::move(*socket), options);
}

base::Expected<Picture> Observer::look(FoundConfig config) {
  auto links = bond::read_bonds(socket_);
  if (!links) return base::failure(links.error());
  Picture picture;
  picture.now = base::BootClock::now();
  picture.bonds = describe_bonds(std::move(*links), config.config, facts_, picture.now);
  picture.config_file = config_file_;
  picture.config_found = config.found;
  picture.config = std::move(config.config);
  picture.published = read_published_status(status_file_, boot_id_);
  auto paths = read_path_status(prober_file_);
  if (!paths) {
    picture.paths_error = paths.error();
  } else if (*paths && (*paths)->boot_id == boot_id_) {
    picture.paths = std::move(*paths);
  }
  picture.unix_now = base::unix_time();
  return picture;
}

}  // namespace hnv::ctl
