// SPDX-License-Identifier: Apache-2.0
#include "exporter/front/web_settings.hpp"

#include <sys/stat.h>

#include "exporter/front/web_config.hpp"

namespace hnv::exporter::front {

namespace {

constexpr std::chrono::seconds kLookEvery{1};

// Two are equal when no file was replaced or written in between.
std::string traces_of(const std::vector<std::string>& files) {
  std::string traces;
  for (const std::string& file : files) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) {
      traces.append("gone;");
      continue;
    }
    for (const auto number : {std::uint64_t{found.st_dev}, std::uint64_t{found.st_ino},
                              static_cast<std::uint64_t>(found.st_size),
                              static_cast<std::uint64_t>(found.st_mtim.tv_sec),
                              static_cast<std::uint64_t>(found.st_mtim.tv_nsec),
                              static_cast<std::uint64_t>(found.st_ctim.tv_sec),
                              static_cast<std::uint64_t>(found.st_ctim.tv_nsec)}) {
      traces.append(std::to_string(number)).append(",");
    }
    traces.append(";");
  }
  return traces;
}

}  // namespace

base::Expected<WebSettingsFile> WebSettingsFile::open(const std::string& file) {
  WebSettingsFile settings(file);
  if (auto loaded = settings.reload(); !loaded) return base::failure(loaded.error());
  return settings;
}

base::Expected<void> WebSettingsFile::reload() {
  if (file_.empty()) return {};
  // Before reading: what changes meanwhile is then seen as changed.
  std::vector<std::string> files = {file_};
  traces_ = traces_of(read_from_.empty() ? files : read_from_);
  const auto config = read_web_config(file_);
  if (!config) {
    if (read_from_.empty()) read_from_ = files;
    return base::failure(config.error());
  }
  if (config->tls) {
    for (const Pem* pem : {&config->tls->certificate, &config->tls->key, &config->tls->client_ca}) {
      if (!pem->file.empty()) files.push_back(pem->file);
    }
  }
  if (files != read_from_) {
    read_from_ = std::move(files);
    traces_ = traces_of(read_from_);
  }
  WebSettings settings;
  settings.users = config->users;
  settings.headers = config->headers;
  settings.rate_limit = config->rate_limit;
  if (config->tls) {
    auto tls = make_tls_context(*config->tls);
    if (!tls) return base::failure(tls.error());
    settings.tls = *tls;
  }
  current_ = std::make_shared<const WebSettings>(std::move(settings));
  return {};
}

std::optional<base::Expected<void>> WebSettingsFile::reload_if_changed(Clock::time_point now) {
  if (file_.empty() || now - looked_ < kLookEvery) return std::nullopt;
  looked_ = now;
  if (traces_of(read_from_) == traces_) return std::nullopt;
  return reload();
}

}  // namespace hnv::exporter::front
