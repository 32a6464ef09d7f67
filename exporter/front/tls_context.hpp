// SPDX-License-Identifier: Apache-2.0
// OpenSSL's context for what tls_server_config asks for.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "base/expected.hpp"
#include "exporter/front/web_config.hpp"

namespace hnv::exporter::front {

using TlsContext = std::shared_ptr<SSL_CTX>;

// Reads the files, and has shaken hands with itself before it returns. Errors name the file, or
// "tls_server_config", and the reason.
base::Expected<TlsContext> make_tls_context(const TlsConfig& config);

}  // namespace hnv::exporter::front
