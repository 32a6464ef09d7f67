// SPDX-License-Identifier: Apache-2.0
// Certificates made on the spot.
#pragma once

#include <string>

namespace hnv::exporter::test {

struct TestCertificate {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

// For "localhost" and for `name`; signed by `issuer`, or by itself.
TestCertificate make_certificate(const std::string& name, const TestCertificate* issuer = nullptr);

}  // namespace hnv::exporter::test
