// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hnv::checks {

// Where hnv-doctor.service leaves its findings, as JSON, for those who may not look themselves.
inline constexpr const char* kDoctorFile = "/run/hnv/doctor.json";

}  // namespace hnv::checks
