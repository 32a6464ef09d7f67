// SPDX-License-Identifier: Apache-2.0
// What we tell the service manager (sd_notify(3)). Without one all of this does nothing.
#pragma once

#include <string_view>

namespace hnv::base {

void notify_ready(std::string_view status);   // READY=1 and STATUS=
void notify_status(std::string_view status);  // STATUS=, one line for `systemctl status`
void notify_reloading();                      // RELOADING=1; end it with notify_ready
void notify_stopping();                       // STOPPING=1

}  // namespace hnv::base
