// SPDX-License-Identifier: Apache-2.0
// The settings of one connection of NetworkManager, as they travel over D-Bus (a{sa{sv}}).
#pragma once

#include <systemd/sd-bus.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hnv::ctl {

// Setting, property, value; a value is its D-Bus signature and its content, "s:bond", with the
// entries of dictionaries in order, so that two readings can be compared. Each option of a bond is
// a property of its own: "options.primary".
using NmSettings = std::map<std::string, std::map<std::string, std::string>>;

inline constexpr std::string_view kOptionPrefix = "options.";

// A string property without its signature; "" when it is not there.
std::string text_of(const NmSettings& settings, const std::string& setting,
                    const std::string& property);

// Both return a negative errno value when the message is not what it should be.
int read_settings(sd_bus_message* message, NmSettings& settings);
// Appends the settings that `from` has, and `settings` as read from it, to `to`: all as they are
// but for the bond's primary. Properties that only repeat a newer one are left out.
int copy_with_primary(sd_bus_message* to, sd_bus_message* from, const NmSettings& settings,
                      const std::string& device);

// "ipv4.method: was s:auto, is s:disabled", for each difference. Without connection.timestamp,
// which NetworkManager sets whenever it likes.
std::vector<std::string> differences(const NmSettings& before, const NmSettings& after);

// The first setting that can hold secrets, which NetworkManager does not tell to whoever asks for
// the settings; "" when there is none.
std::string secret_setting(const NmSettings& settings);

}  // namespace hnv::ctl
