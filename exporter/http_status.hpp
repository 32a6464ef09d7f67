// SPDX-License-Identifier: Apache-2.0
// The status codes that we answer with (RFC 9110, section 15; 429 and 431: RFC 6585).
#pragma once

namespace hnv::exporter {

constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kUnauthorized = 401;
constexpr int kNotFound = 404;
constexpr int kMethodNotAllowed = 405;
constexpr int kContentTooLarge = 413;
constexpr int kTargetTooLong = 414;
constexpr int kExpectationFailed = 417;
constexpr int kTooManyRequests = 429;
constexpr int kFieldsTooLarge = 431;
constexpr int kInternalError = 500;
constexpr int kBadGateway = 502;
constexpr int kUnavailable = 503;
constexpr int kGatewayTimeout = 504;
constexpr int kVersionNotSupported = 505;

}  // namespace hnv::exporter
