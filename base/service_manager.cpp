// SPDX-License-Identifier: Apache-2.0
#include "base/service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <string>

namespace hnv::base {

void notify_ready(std::string_view status) {
  ::sd_notify(0, std::string("READY=1\nSTATUS=").append(status).c_str());
}

void notify_status(std::string_view status) {
  ::sd_notify(0, std::string("STATUS=").append(status).c_str());
}

void notify_reloading() {
  ::sd_notify(0, "RELOADING=1");
}

void notify_stopping() {
  ::sd_notify(0, "STOPPING=1");
}

}  // namespace hnv::base
