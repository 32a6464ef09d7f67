// SPDX-License-Identifier: Apache-2.0
#include "checks/doctor/doctor_file.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace hnv::checks {

namespace {

using Json = nlohmann::json;

// Thrown and caught in this file only, beside the library's own exceptions.
class BadReport : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class E>
E enum_from(const Json& name) {
  const auto& text = name.get_ref<const std::string&>();
  const auto value = base::value_of<E>(text);
  if (!value) throw BadReport("'" + text + "' is not one of " + base::list_of_names<E>());
  return *value;
}

std::string text_or_empty(const Json& json) {
  return json.is_null() ? std::string() : json.get<std::string>();
}

ReportedFinding finding_from(const Json& json) {
  return ReportedFinding{
      json.at("id").get<std::string>(),      json.at("title").get<std::string>(),
      json.at("subject").get<std::string>(), enum_from<Severity>(json.at("severity")),
      json.at("seen").get<std::string>(),    text_or_empty(json.at("fix"))};
}

ReportedReadiness readiness_from(const Json& json) {
  ReportedReadiness readiness;
  json.at("name").get_to(readiness.bond);
  if (!json.at("ready").is_null()) readiness.ready = json["ready"].get<bool>();
  for (const Json& reason : json.at("reasons")) {
    readiness.reasons[enum_from<ObstacleKind>(reason)] = true;
  }
  return readiness;
}

DoctorReport report_from(const Json& json) {
  if (const auto root = json.at("root").get<std::string>(); root != "/") {
    throw BadReport("it is about the tree " + root + ", and not about this machine");
  }
  DoctorReport report;
  json.at("unix_seconds").get_to(report.unix_seconds);
  for (const Json& finding : json.at("findings")) report.findings.push_back(finding_from(finding));
  for (const Json& bond : json.at("ready")) report.readiness.push_back(readiness_from(bond));
  return report;
}

}  // namespace

std::size_t findings_of(const DoctorReport& report, Severity severity) {
  return static_cast<std::size_t>(std::count_if(
      report.findings.begin(), report.findings.end(),
      [severity](const ReportedFinding& finding) { return finding.severity == severity; }));
}

base::Expected<DoctorReport> decode_doctor_report(std::string_view text, const std::string& file) {
  const auto bad = [&file](base::ErrorCode code, std::string reason) {
    return base::failure(base::Error{code, "read the doctor's report", file, std::move(reason)});
  };
  try {
    const Json json = Json::parse(text);
    const Json& schema = json.at("schema");
    if (schema != kDoctorSchema) {
      return bad(base::ErrorCode::unsupported, "schema " + schema.dump() +
                                                   "; this program reads schema " +
                                                   std::to_string(kDoctorSchema));
    }
    return report_from(json);
  } catch (const Json::exception& problem) {
    return bad(base::ErrorCode::invalid, problem.what());
  } catch (const BadReport& problem) {
    return bad(base::ErrorCode::invalid, problem.what());
  }
}

}  // namespace hnv::checks
