// SPDX-License-Identifier: Apache-2.0
#include "ctl/pause.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <set>
#include <utility>

#include "base/atomic_file.hpp"
#include "base/exit_code.hpp"
#include "base/lock_file.hpp"
#include "ctl/look.hpp"
#include "ctl/terminal.hpp"
#include "hnv/operator_pause.hpp"

namespace hnv::ctl {

namespace {

namespace fs = std::filesystem;

std::string user_name(uid_t user) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? std::string(found->pw_name) : "user " + std::to_string(user);
}

// Who logged in, whoever he has become since: the kernel keeps it for the audit. -1: nobody did.
std::string who_asks(const fs::path& procfs) {
  const auto text = base::read_file(procfs / "self/loginuid", 32);
  std::uint32_t user = UINT32_MAX;
  if (text) std::from_chars(text->data(), text->data() + text->size(), user);
  return user_name(user != UINT32_MAX ? static_cast<uid_t>(user) : ::getuid());
}

// As packages make it (tmpfiles.d/hnv.conf). The folder above is shared with the watchdog's user,
// who must not lead us elsewhere by a link.
base::Expected<void> make_folder(const fs::path& folder) {
  constexpr mode_t kReadable = 0755;
  const bool is_new = ::mkdir(folder.c_str(), kReadable) == 0;
  if (!is_new && errno != EEXIST) {
    return base::failure(base::from_errno("create", folder.native(), errno));
  }
  if (is_new) ::chmod(folder.c_str(), kReadable);  // whatever the umask is
  struct stat found {};
  if (::lstat(folder.c_str(), &found) != 0) {
    return base::failure(base::from_errno("look at", folder.native(), errno));
  }
  const bool is_safe = S_ISDIR(found.st_mode) && (found.st_uid == 0 || found.st_uid == ::geteuid());
  if (is_safe) return {};
  return base::failure(base::Error{base::ErrorCode::invalid, "use", folder.native(),
                                   "it is not a folder of root's; remove it"});
}

void explain(const base::Error& error, const char* command) {
  complain(error.to_string());
  if (error.code == base::ErrorCode::permission) {
    complain(std::string("only root may do this: sudo hnvctl ") + command);
  }
}

std::string name_for_people(const std::string& bond) {
  return bond == OperatorPause::kAllBonds ? "all bonds" : bond;
}

// A name with a mistake in it would pause nothing, and nobody would notice.
std::optional<int> mistake_in(const PauseOptions& options) {
  std::vector<std::string> named = options.bonds;
  std::erase(named, OperatorPause::kAllBonds);
  if (named.empty()) return std::nullopt;
  LookOptions wanted = static_cast<const LookOptions&>(options);
  wanted.bonds = std::move(named);
  const auto picture = look_once(wanted);
  if (picture) return std::nullopt;
  complain(picture.error().text);
  return picture.error().code;
}

std::set<std::string> targets_of(const PauseOptions& options) {
  if (options.bonds.empty()) return {OperatorPause::kAllBonds};
  return {options.bonds.begin(), options.bonds.end()};
}

std::string end_text(const PauseOptions& options) {
  if (!options.length) return "until hnvctl resume or the next boot";
  const double end = base::unix_time() + base::to_seconds(*options.length);
  return "until " + local_time_text(end) + ", for " + age_text(*options.length);
}

}  // namespace

int run_pause(const PauseOptions& options) {
  if (const auto code = mistake_in(options)) return *code;
  const base::BootTime now = base::BootClock::now();
  const std::string boot_id = read_boot_id(options.paths.procfs.native());
  OperatorPause pause;
  pause.by = who_asks(options.paths.procfs);
  pause.reason = options.reason;
  pause.since = now;
  if (options.length) pause.until = now + *options.length;
  const fs::path& folder = options.paths.pauses;
  auto done = make_folder(folder);
  std::string told;
  for (const std::string& bond : targets_of(options)) {
    if (!done) break;
    done = base::replace_file(folder / bond, encode_pause(pause, boot_id), folder / ("." + bond));
    if (done) told += name_for_people(bond) + " paused " + end_text(options) + "\n";
  }
  if (!write_out(told)) return base::kExitFailure;
  if (!done) {
    explain(done.error(), "pause");
    return base::kExitFailure;
  }
  const auto holder = base::lock_holder(watchdog_lock_file(options.status_file));
  if (holder && !*holder) complain("no watchdog runs now; one that starts obeys the pause");
  return base::kExitOk;
}

int run_resume(const PauseOptions& options) {
  const fs::path& folder = options.paths.pauses;
  const std::string boot_id = read_boot_id(options.paths.procfs.native());
  const auto pauses = read_pauses(folder, boot_id, base::BootClock::now());
  const auto is_wanted = [&options](const std::string& bond) {
    const auto& named = options.bonds;
    return named.empty() || std::find(named.begin(), named.end(), bond) != named.end();
  };
  std::string told;
  int code = base::kExitOk;
  for (const OperatorPause& pause : pauses) {
    const fs::path file = folder / pause.bond;
    if (is_wanted(pause.bond)) {
      if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
        explain(base::from_errno("remove", file.native(), errno), "resume");
        return base::kExitFailure;
      }
      told += name_for_people(pause.bond) + " not paused any more\n";
    } else if (pause.bond == OperatorPause::kAllBonds) {
      complain("a pause of all bonds still holds: hnvctl resume takes it back");
      code = base::kExitFailure;
    }
  }
  if (told.empty() && code == base::kExitOk) told = "no operator has paused anything of that\n";
  return write_out(told) ? code : base::kExitFailure;
}

}  // namespace hnv::ctl
