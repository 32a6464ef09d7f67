// SPDX-License-Identifier: Apache-2.0
#include "ctl/persist_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/exit_code.hpp"
#include "base/version.hpp"
#include "ctl/text.hpp"

namespace hnv::ctl {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kPersistIndent = 13;

struct Heading {
  const char* text;
  Style style;
};
Heading heading_of(PersistOutcome outcome) {
  switch (outcome) {
    case PersistOutcome::unchanged:
      return {"RIGHT", Style::good};
    case PersistOutcome::would_write:
      return {"WOULD BE STORED", Style::warn};
    case PersistOutcome::written:
      return {"STORED", Style::good};
    case PersistOutcome::not_written:
      return {"NOT STORED", Style::bad};
  }
  return {"", Style::plain};
}

void add_fact(Page& page, const std::string& name, const std::string& text) {
  if (!text.empty()) add_wrapped(page, {Span{"  " + name, Style::faint}}, kPersistIndent, text);
}

// What the kernel does now, which nothing here changes.
std::string kernel_text(const PersistResult& result) {
  if (result.sriov_device.empty()) return {};
  if (result.kernel_primary == result.sriov_device) {
    return "the bond's primary is " + result.sriov_device + " already; nothing was changed there";
  }
  const std::string now = result.kernel_primary.empty() ? "none" : result.kernel_primary;
  return "was not changed: the bond's primary is " + now +
         ". hnv-watchdog sets it; by hand, which may move the traffic: echo " +
         result.sriov_device + " > /sys/class/net/" + result.bond + "/bonding/primary";
}

std::string did_text(const PersistResult& result) {
  const std::string what = "primary=" + result.sriov_device + " " + result.manner;
  if (result.outcome == PersistOutcome::would_write) return "would store " + what;
  if (result.outcome != PersistOutcome::written) return {};
  return "stored " + what +
         ", read it back, and nothing else of the profile has changed. The bond was not activated, "
         "no slave was touched";
}

void add_result(Page& page, const PersistResult& result) {
  const Heading heading = heading_of(result.outcome);
  page.push_back({Span{result.bond, Style::strong}, Span{"  "}, Span{heading.text, heading.style}});
  add_fact(page, "found", result.finding.seen);
  add_fact(page, "not stored", result.reason);
  if (result.outcome == PersistOutcome::not_written) {
    add_fact(page, "why care", result.finding.why);
    add_fact(page, "by hand", result.finding.fix);
  }
  add_fact(page, "did", did_text(result));
  add_fact(page, "kernel", kernel_text(result));
  for (const std::string& line : result.change) page.push_back({Span{"    " + line}});
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json result_json(const PersistResult& result) {
  Json object{{"name", result.bond},
              {"outcome", base::name_of(result.outcome)},
              {"found", base::name_of(result.state)},
              {"severity", base::name_of(result.finding.severity)},
              {"seen", result.finding.seen},
              {"why", text_or_null(result.finding.why)},
              {"fix", text_or_null(result.finding.fix)},
              {"reason", text_or_null(result.reason)},
              {"sriov_device", text_or_null(result.sriov_device)},
              {"kernel_primary", text_or_null(result.kernel_primary)},
              {"profile", nullptr},
              {"change", result.change}};
  if (result.profile) {
    const auto& primary = result.profile->primary;
    const std::size_t line = primary ? primary->line : result.profile->options_line;
    object["profile"] = Json{{"format", base::name_of(result.profile->format)},
                             {"file", text_or_null(result.profile->file.native())},
                             {"line", line == 0 ? Json(nullptr) : Json(line)},
                             {"id", result.profile->id},
                             {"primary", primary ? Json(primary->value) : Json(nullptr)}};
  }
  return object;
}

}  // namespace

int exit_code(const std::vector<PersistResult>& results) {
  const bool failed = std::any_of(results.begin(), results.end(), [](const PersistResult& result) {
    return result.outcome == PersistOutcome::not_written;
  });
  return failed ? base::kExitFailure : base::kExitOk;
}

std::string persist_text(const std::vector<PersistResult>& results, bool dry_run) {
  Page page;
  if (results.empty()) {
    page.push_back({Span{"There is no bond of which it is known which slave is the SR-IOV one."}});
  }
  for (const PersistResult& result : results) {
    if (&result != &results.front()) page.emplace_back();
    add_result(page, result);
  }
  if (dry_run) {
    page.emplace_back();
    page.push_back({Span{"Dry run: nothing was written."}});
  }
  return to_bytes(page, false);
}

std::string persist_json(const std::vector<PersistResult>& results, bool dry_run) {
  Json bonds = Json::array();
  for (const PersistResult& result : results) bonds.push_back(result_json(result));
  const Json object{{"schema", kPersistJsonSchema},
                    {"version", base::version()},
                    {"dry_run", dry_run},
                    {"exit_code", exit_code(results)},
                    {"bonds", bonds}};
  // Names of files may hold any bytes.
  constexpr int kSpaces = 2;
  return object.dump(kSpaces, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hnv::ctl
