// SPDX-License-Identifier: Apache-2.0
#include "ctl/network_manager_store.hpp"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "ctl/file_store.hpp"
#include "ctl/nm_settings.hpp"

namespace hnv::ctl {

namespace {

namespace fs = std::filesystem;

constexpr const char* kService = "org.freedesktop.NetworkManager";
constexpr const char* kSettingsPath = "/org/freedesktop/NetworkManager/Settings";
constexpr const char* kSettings = "org.freedesktop.NetworkManager.Settings";
constexpr const char* kConnection = "org.freedesktop.NetworkManager.Settings.Connection";
constexpr const char* kBus = "org.freedesktop.DBus";

// NMSettingsConnectionFlags
constexpr std::uint32_t kUnsaved = 0x1;
constexpr std::uint32_t kGenerated = 0x2;
constexpr std::uint32_t kVolatile = 0x4;
constexpr std::uint32_t kExternal = 0x8;

struct Unref {
  void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;

tl::unexpected<base::Error> failed(const char* what, const std::string& object, int result) {
  return base::failure(base::from_errno(what, object, -result));
}

tl::unexpected<base::Error> refusal(const std::string& profile, std::string reason) {
  return base::failure(
      base::Error{base::ErrorCode::invalid, "change profile", profile, std::move(reason)});
}

}  // namespace

// One connection to the bus.
class NetworkManagerStore::Bus {
 public:
  explicit Bus(sd_bus* bus) : bus_(bus) {}

  base::Expected<Message> new_call(const char* service, const char* path, const char* interface,
                                   const char* method) {
    sd_bus_message* call = nullptr;
    const int made =
        sd_bus_message_new_method_call(bus_.get(), &call, service, path, interface, method);
    if (made < 0) return failed(method, path, made);
    // Whoever wants to know whether it runs must not start it.
    sd_bus_message_set_auto_start(call, 0);
    return Message(call);
  }

  base::Expected<Message> send(const Message& call) {
    sd_bus_error error{};
    sd_bus_message* reply = nullptr;
    const int result = sd_bus_call(bus_.get(), call.get(), 0, &error, &reply);
    if (result >= 0) return Message(reply);
    base::Error problem = base::from_errno(sd_bus_message_get_member(call.get()),
                                           sd_bus_message_get_path(call.get()), -result);
    if (error.message != nullptr) problem.reason = std::string(error.message);
    sd_bus_error_free(&error);
    return base::failure(std::move(problem));
  }

  base::Expected<Message> call(const char* path, const char* interface, const char* method) {
    auto call = new_call(kService, path, interface, method);
    return call ? send(*call) : std::move(call);
  }

  base::Expected<bool> has_network_manager() {
    auto call = new_call(kBus, "/org/freedesktop/DBus", kBus, "NameHasOwner");
    if (!call) return base::failure(call.error());
    sd_bus_message_append(call->get(), "s", kService);
    const auto reply = send(*call);
    if (!reply) return base::failure(reply.error());
    int owned = 0;
    const int read = sd_bus_message_read(reply->get(), "b", &owned);
    if (read < 0) return failed("NameHasOwner", kService, read);
    return owned != 0;
  }

  base::Expected<std::vector<std::string>> connections() {
    const auto reply = call(kSettingsPath, kSettings, "ListConnections");
    if (!reply) return base::failure(reply.error());
    std::vector<std::string> paths;
    int result = sd_bus_message_enter_container(reply->get(), SD_BUS_TYPE_ARRAY, "o");
    const char* path = nullptr;
    while (result >= 0 &&
           (result = sd_bus_message_read_basic(reply->get(), SD_BUS_TYPE_OBJECT_PATH, &path)) > 0) {
      paths.emplace_back(path);
    }
    if (result < 0) return failed("ListConnections", kSettingsPath, result);
    return paths;
  }

  // The reply itself is what an update copies from.
  struct Reading {
    Message reply;
    NmSettings settings;
  };
  base::Expected<Reading> settings_of(const std::string& path) {
    auto reply = call(path.c_str(), kConnection, "GetSettings");
    if (!reply) return base::failure(reply.error());
    Reading reading{std::move(*reply), {}};
    int result = read_settings(reading.reply.get(), reading.settings);
    if (result >= 0) result = sd_bus_message_rewind(reading.reply.get(), 1);
    if (result < 0) return failed("read settings", path, result);
    return reading;
  }

  // Both empty where this NetworkManager does not tell.
  std::string file_of(const std::string& path) {
    char* text = nullptr;
    if (sd_bus_get_property_string(bus_.get(), kService, path.c_str(), kConnection, "Filename",
                                   nullptr, &text) < 0) {
      return {};
    }
    std::string file(text);
    std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): the library's own allocation
    return file;
  }
  std::uint32_t flags_of(const std::string& path) {
    std::uint32_t flags = 0;
    const int result = sd_bus_get_property_trivial(bus_.get(), kService, path.c_str(), kConnection,
                                                   "Flags", nullptr, SD_BUS_TYPE_UINT32, &flags);
    return result < 0 ? 0 : flags;
  }

  base::Expected<void> update(const std::string& path, const Reading& from,
                              const std::string& device) {
    const auto call = new_call(kService, path.c_str(), kConnection, "Update");
    if (!call) return base::failure(call.error());
    const int copied = copy_with_primary(call->get(), from.reply.get(), from.settings, device);
    if (copied < 0) return failed("copy settings", path, copied);
    const auto reply = send(*call);
    if (!reply) return base::failure(reply.error());
    return {};
  }

  // Takes what the file says instead of what it has in memory.
  base::Expected<void> load(const std::string& file) {
    const auto call = new_call(kService, kSettingsPath, kSettings, "LoadConnections");
    if (!call) return base::failure(call.error());
    sd_bus_message_append(call->get(), "as", 1, file.c_str());
    const auto reply = send(*call);
    if (!reply) return base::failure(reply.error());
    return {};
  }

  // The only connection with this UUID.
  base::Expected<std::string> path_of(const std::string& uuid) {
    auto call = new_call(kService, kSettingsPath, kSettings, "GetConnectionByUuid");
    if (!call) return base::failure(call.error());
    sd_bus_message_append(call->get(), "s", uuid.c_str());
    const auto reply = send(*call);
    if (!reply) return base::failure(reply.error());
    const char* path = nullptr;
    const int read = sd_bus_message_read(reply->get(), "o", &path);
    if (read < 0) return failed("GetConnectionByUuid", uuid, read);
    return std::string(path);
  }

 private:
  std::unique_ptr<sd_bus, Unref> bus_;
};

namespace {

std::optional<checks::StoredOption> option_of(const NmSettings& settings, const char* name) {
  const std::string value = text_of(settings, "bond", std::string(kOptionPrefix) + name);
  if (value.empty()) return std::nullopt;
  return checks::StoredOption{value, 0};
}

checks::ProfileFormat format_of(const std::string& file) {
  return file.find("/sysconfig/network-scripts/") != std::string::npos
             ? checks::ProfileFormat::ifcfg_rh
             : checks::ProfileFormat::keyfile;
}

checks::StoredProfile profile_of(const NmSettings& settings, const std::string& file) {
  checks::StoredProfile profile;
  profile.format = format_of(file);
  profile.file = file;
  profile.bond = text_of(settings, "connection", "interface-name");
  profile.id = text_of(settings, "connection", "id");
  profile.uuid = text_of(settings, "connection", "uuid");
  profile.mode = option_of(settings, "mode");
  profile.primary = option_of(settings, "primary");
  return profile;
}

// What stands in the file now; empty when it cannot be told.
std::optional<checks::StoredProfile> read_profile_file(const fs::path& root,
                                                       const checks::StoredProfile& profile) {
  if (profile.file.empty()) return std::nullopt;
  const auto text = base::read_file(root / profile.file.relative_path(), checks::kProfileSizeLimit);
  if (!text) return std::nullopt;
  return checks::parse_profile(profile.format, profile.file, *text);
}

std::string value_of(const std::optional<checks::StoredOption>& option) {
  return option ? option->value : std::string();
}

// NetworkManager knows no lines.
void add_lines(checks::StoredProfile& profile, const fs::path& root) {
  const auto in_file = read_profile_file(root, profile);
  if (!in_file) return;
  profile.options_line = in_file->options_line;
  if (profile.primary && in_file->primary) profile.primary->line = in_file->primary->line;
}

// Why the profile must not be changed; empty: it may be.
std::string obstacle(const NmSettings& settings, std::uint32_t flags,
                     const checks::StoredProfile& now, const checks::StoredProfile& seen,
                     const std::optional<checks::StoredProfile>& in_file) {
  if ((flags & kUnsaved) != 0) {
    return "it has changes that are not stored, and storing the primary would store them too; look "
           "at: nmcli connection show " +
           now.id;
  }
  if (const std::string secretive = secret_setting(settings); !secretive.empty()) {
    return "its setting " + secretive +
           " can hold secrets, which an update could lose; by hand: nmcli connection modify " +
           now.id + " +bond.options primary=DEVICE";
  }
  if (value_of(now.primary) != value_of(seen.primary)) return "somebody else has just changed it";
  if (!in_file) return "its file cannot be read, so that a mistake could not be undone";
  if (value_of(in_file->primary) != value_of(now.primary) ||
      value_of(in_file->mode) != value_of(now.mode)) {
    return "its file was edited and NetworkManager has not loaded it; first: nmcli connection "
           "reload";
  }
  return {};
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

}  // namespace

NetworkManagerStore::NetworkManagerStore(std::unique_ptr<Bus> bus, fs::path root)
    : bus_(std::move(bus)), root_(std::move(root)) {}

NetworkManagerStore::~NetworkManagerStore() = default;

base::Expected<std::unique_ptr<NetworkManagerStore>> NetworkManagerStore::connect(
    const fs::path& root) {
  std::unique_ptr<NetworkManagerStore> none;
  sd_bus* connection = nullptr;
  const int opened = sd_bus_open_system(&connection);
  if (opened == -ENOENT || opened == -ECONNREFUSED) return none;
  if (opened < 0) return failed("connect to", "the system bus", opened);
  auto bus = std::make_unique<Bus>(connection);
  const auto runs = bus->has_network_manager();
  if (!runs) return base::failure(runs.error());
  if (!*runs) return none;
  return std::unique_ptr<NetworkManagerStore>(new NetworkManagerStore(std::move(bus), root));
}

base::Expected<checks::StoredProfiles> NetworkManagerStore::profiles() {
  const auto paths = bus_->connections();
  if (!paths) return base::failure(paths.error());
  checks::StoredProfiles stored;
  for (const std::string& path : *paths) {
    const auto reading = bus_->settings_of(path);
    // Deleted since it was listed, or another user's own.
    if (!reading || text_of(reading->settings, "connection", "type") != "bond") continue;
    if ((bus_->flags_of(path) & (kGenerated | kVolatile | kExternal)) != 0) continue;
    checks::StoredProfile profile = profile_of(reading->settings, bus_->file_of(path));
    add_lines(profile, root_);
    stored.profiles.push_back(std::move(profile));
  }
  return stored;
}

// What to say about it.
std::string NetworkManagerStore::put_back(const fs::path& written, const fs::path& file,
                                          const std::string& text) {
  const fs::path place = root_ / file.relative_path();
  const auto content = base::read_file(place, checks::kProfileSizeLimit);
  auto done = written == file && content ? replace_profile(place, *content, text)
                                         : base::failure(base::Error{});
  if (done) done = bus_->load(file.native());
  return done ? "The profile is as it was before"
              : "It could not be put back: compare " + written.native() + " with a backup";
}

base::Expected<void> NetworkManagerStore::set_primary(const checks::StoredProfile& profile,
                                                      const std::string& device) {
  const auto path = bus_->path_of(profile.uuid);
  if (!path) return base::failure(path.error());
  const auto before = bus_->settings_of(*path);
  if (!before) return base::failure(before.error());
  const auto now = profile_of(before->settings, bus_->file_of(*path));
  const auto text = base::read_file(root_ / now.file.relative_path(), checks::kProfileSizeLimit);
  const std::string reason = obstacle(before->settings, bus_->flags_of(*path), now, profile,
                                      read_profile_file(root_, now));
  if (!reason.empty() || !text) return refusal(profile.id, reason);
  if (auto updated = bus_->update(*path, *before, device); !updated) return updated;
  const auto after = bus_->settings_of(*path);
  if (!after) return base::failure(after.error());
  NmSettings expected = before->settings;
  expected["bond"][std::string(kOptionPrefix) + "primary"] = "s:" + device;
  const auto found = differences(expected, after->settings);
  if (found.empty()) return {};
  return refusal(profile.id,
                 "NetworkManager stored something else than was asked for: " + joined(found) +
                     ". " + put_back(bus_->file_of(*path), now.file, *text));
}

}  // namespace hnv::ctl
