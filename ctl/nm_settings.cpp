// SPDX-License-Identifier: Apache-2.0
#include "ctl/nm_settings.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace hnv::ctl {

namespace {

int append_value(sd_bus_message* message, std::string& text);

// What is larger than any basic type.
union Basic {
  std::uint8_t byte;
  int boolean;
  std::int16_t int16;
  std::uint16_t uint16;
  std::int32_t int32;
  std::uint32_t uint32;
  std::int64_t int64;
  std::uint64_t uint64;
  double real;
  const char* string;
};

int append_basic(sd_bus_message* message, char type, std::string& text) {
  Basic value{};
  const int result = sd_bus_message_read_basic(message, type, &value);
  if (result < 0) return result;
  switch (type) {
    case SD_BUS_TYPE_BYTE:
      text += std::to_string(value.byte);
      return 1;
    case SD_BUS_TYPE_BOOLEAN:
      text += value.boolean != 0 ? "true" : "false";
      return 1;
    case SD_BUS_TYPE_INT16:
      text += std::to_string(value.int16);
      return 1;
    case SD_BUS_TYPE_UINT16:
      text += std::to_string(value.uint16);
      return 1;
    case SD_BUS_TYPE_INT32:
      text += std::to_string(value.int32);
      return 1;
    case SD_BUS_TYPE_UINT32:
      text += std::to_string(value.uint32);
      return 1;
    case SD_BUS_TYPE_INT64:
      text += std::to_string(value.int64);
      return 1;
    case SD_BUS_TYPE_UINT64:
      text += std::to_string(value.uint64);
      return 1;
    case SD_BUS_TYPE_DOUBLE:
      text += std::to_string(value.real);
      return 1;
    case SD_BUS_TYPE_STRING:
    case SD_BUS_TYPE_OBJECT_PATH:
    case SD_BUS_TYPE_SIGNATURE:
      text += value.string;
      return 1;
    default:
      return -EBADMSG;  // a file descriptor has no place in settings
  }
}

int append_container(sd_bus_message* message, char type, const char* contents, std::string& text) {
  if (const int entered = sd_bus_message_enter_container(message, type, contents); entered < 0) {
    return entered;
  }
  std::vector<std::string> parts;
  while (true) {
    const int ended = sd_bus_message_at_end(message, 0);
    if (ended < 0) return ended;
    if (ended != 0) break;
    std::string part;
    if (const int read = append_value(message, part); read < 0) return read;
    parts.push_back(std::move(part));
  }
  const bool is_dictionary = type == SD_BUS_TYPE_ARRAY && contents[0] == '{';
  if (is_dictionary) std::sort(parts.begin(), parts.end());
  text += '(';
  for (const std::string& part : parts) text.append(part).append(",");
  text += ')';
  return sd_bus_message_exit_container(message);
}

// The next complete value, whatever it is.
int append_value(sd_bus_message* message, std::string& text) {
  char type = 0;
  const char* contents = nullptr;
  const int peeked = sd_bus_message_peek_type(message, &type, &contents);
  if (peeked <= 0) return peeked < 0 ? peeked : -EBADMSG;
  if (contents == nullptr) return append_basic(message, type, text);
  if (type == SD_BUS_TYPE_VARIANT) text.append(contents).append(":");
  const bool is_string = type == SD_BUS_TYPE_VARIANT && std::string_view(contents) == "s";
  if (!is_string) return append_container(message, type, contents, text);
  if (const int entered = sd_bus_message_enter_container(message, type, contents); entered < 0) {
    return entered;
  }
  if (const int read = append_basic(message, SD_BUS_TYPE_STRING, text); read < 0) return read;
  return sd_bus_message_exit_container(message);
}

// Calls `read_entry(key)` for each entry of the dictionary that comes next, behind its key.
template <class ReadEntry>
int for_each_entry(sd_bus_message* message, const char* entry, const ReadEntry& read_entry) {
  const std::string array = std::string("{") + entry + "}";
  int result = sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, array.c_str());
  while (result >= 0) {
    result = sd_bus_message_enter_container(message, SD_BUS_TYPE_DICT_ENTRY, entry);
    if (result == 0) return sd_bus_message_exit_container(message);
    const char* key = nullptr;
    if (result > 0) result = sd_bus_message_read_basic(message, SD_BUS_TYPE_STRING, &key);
    if (result > 0) result = read_entry(std::string(key));
    if (result >= 0) result = sd_bus_message_exit_container(message);
  }
  return result;
}

int read_bond_options(sd_bus_message* message, std::map<std::string, std::string>& properties) {
  int result = sd_bus_message_enter_container(message, SD_BUS_TYPE_VARIANT, "a{ss}");
  if (result < 0) return result;
  result = for_each_entry(message, "ss", [&](const std::string& key) {
    std::string value = "s:";
    const int read = append_basic(message, SD_BUS_TYPE_STRING, value);
    properties[std::string(kOptionPrefix) + key] = value;
    return read;
  });
  return result < 0 ? result : sd_bus_message_exit_container(message);
}

int copy_options(sd_bus_message* to, sd_bus_message* from, const std::string& device) {
  int result = sd_bus_message_enter_container(from, SD_BUS_TYPE_VARIANT, "a{ss}");
  if (result >= 0) result = sd_bus_message_open_container(to, SD_BUS_TYPE_VARIANT, "a{ss}");
  if (result >= 0) result = sd_bus_message_open_container(to, SD_BUS_TYPE_ARRAY, "{ss}");
  if (result < 0) return result;
  result = for_each_entry(from, "ss", [&](const std::string& key) {
    const char* value = nullptr;
    const int read = sd_bus_message_read_basic(from, SD_BUS_TYPE_STRING, &value);
    if (read < 0 || key == "primary") return read;
    return sd_bus_message_append(to, "{ss}", key.c_str(), value);
  });
  if (result >= 0) result = sd_bus_message_append(to, "{ss}", "primary", device.c_str());
  if (result >= 0) result = sd_bus_message_close_container(to);
  if (result >= 0) result = sd_bus_message_close_container(to);
  return result < 0 ? result : sd_bus_message_exit_container(from);
}

// The same content twice: for a daemon the older property wins where both are sent, and it cannot
// say all that the newer one can (of a route, its attributes).
bool is_outdated(const std::string& property, const std::map<std::string, std::string>& beside) {
  static const std::map<std::string, std::string> newer{
      {"addresses", "address-data"}, {"routes", "route-data"}, {"dns", "dns-data"}};
  const auto found = newer.find(property);
  return found != newer.end() && beside.contains(found->second);
}

// One setting, behind its name.
int copy_properties(sd_bus_message* to, sd_bus_message* from, bool is_bond,
                    const std::map<std::string, std::string>& properties,
                    const std::string& device) {
  int result = sd_bus_message_open_container(to, SD_BUS_TYPE_ARRAY, "{sv}");
  if (result < 0) return result;
  result = for_each_entry(from, "sv", [&](const std::string& property) {
    if (is_outdated(property, properties)) return sd_bus_message_skip(from, "v");
    int copied = sd_bus_message_open_container(to, SD_BUS_TYPE_DICT_ENTRY, "sv");
    if (copied >= 0) copied = sd_bus_message_append(to, "s", property.c_str());
    if (copied < 0) return copied;
    copied = is_bond && property == "options" ? copy_options(to, from, device)
                                              : sd_bus_message_copy(to, from, 0);
    return copied < 0 ? copied : sd_bus_message_close_container(to);
  });
  return result < 0 ? result : sd_bus_message_close_container(to);
}

}  // namespace

std::string text_of(const NmSettings& settings, const std::string& setting,
                    const std::string& property) {
  constexpr std::string_view kString = "s:";
  const auto properties = settings.find(setting);
  if (properties == settings.end()) return {};
  const auto value = properties->second.find(property);
  if (value == properties->second.end() || value->second.rfind(kString, 0) != 0) return {};
  return value->second.substr(kString.size());
}

int read_settings(sd_bus_message* message, NmSettings& settings) {
  return for_each_entry(message, "sa{sv}", [&](const std::string& setting) {
    auto& properties = settings[setting];
    return for_each_entry(message, "sv", [&](const std::string& property) {
      if (setting == "bond" && property == "options") {
        return read_bond_options(message, properties);
      }
      return append_value(message, properties[property]);
    });
  });
}

int copy_with_primary(sd_bus_message* to, sd_bus_message* from, const NmSettings& settings,
                      const std::string& device) {
  int result = sd_bus_message_open_container(to, SD_BUS_TYPE_ARRAY, "{sa{sv}}");
  if (result < 0) return result;
  result = for_each_entry(from, "sa{sv}", [&](const std::string& setting) {
    int copied = sd_bus_message_open_container(to, SD_BUS_TYPE_DICT_ENTRY, "sa{sv}");
    if (copied >= 0) copied = sd_bus_message_append(to, "s", setting.c_str());
    if (copied < 0) return copied;
    copied = copy_properties(to, from, setting == "bond", settings.at(setting), device);
    return copied < 0 ? copied : sd_bus_message_close_container(to);
  });
  return result < 0 ? result : sd_bus_message_close_container(to);
}

std::vector<std::string> differences(const NmSettings& before, const NmSettings& after) {
  std::map<std::string, std::pair<std::string, std::string>> values;
  const auto collect = [&values](const NmSettings& settings, auto member) {
    for (const auto& [setting, properties] : settings) {
      for (const auto& [property, value] : properties) {
        std::string name(setting);
        values[name.append(".").append(property)].*member = value;
      }
    }
  };
  using Pair = std::pair<std::string, std::string>;
  collect(before, &Pair::first);
  collect(after, &Pair::second);
  values.erase("connection.timestamp");
  std::vector<std::string> found;
  for (const auto& [name, value] : values) {
    if (value.first == value.second) continue;
    const auto shown = [](const std::string& text) { return text.empty() ? "not set" : text; };
    found.push_back(name + ": was " + shown(value.first) + ", is " + shown(value.second));
  }
  return found;
}

std::string secret_setting(const NmSettings& settings) {
  static constexpr auto kSecretive =
      std::to_array<std::string_view>({"802-11-wireless-security", "802-1x", "adsl", "cdma", "gsm",
                                       "macsec", "pppoe", "vpn", "wireguard"});
  for (const std::string_view name : kSecretive) {
    if (settings.contains(std::string(name))) return std::string(name);
  }
  return {};
}

}  // namespace hnv::ctl
