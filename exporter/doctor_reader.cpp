// SPDX-License-Identifier: Apache-2.0
#include "exporter/doctor_reader.hpp"

#include <utility>

#include "base/atomic_file.hpp"

namespace hnv::exporter {

bool is_old(const checks::DoctorReport& report, double now_unix_seconds) {
  const std::chrono::duration<double> age(now_unix_seconds - report.unix_seconds);
  return age > kDoctorReportLasts;
}

void DoctorReader::update() {
  auto text = base::read_file(file_, checks::kLargestDoctorFile);
  if (text && text_ == *text) return;
  report_.reset();
  error_.reset();
  text_.reset();
  if (!text) {
    if (text.error().code != base::ErrorCode::not_found) error_ = text.error();
    return;
  }
  auto report = checks::decode_doctor_report(*text, file_);
  if (report) {
    report_ = std::make_shared<const checks::DoctorReport>(std::move(*report));
  } else {
    error_ = report.error();
  }
  text_ = std::move(*text);
}

}  // namespace hnv::exporter
