// SPDX-License-Identifier: Apache-2.0
#include "test_certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <functional>
#include <memory>

namespace hnv::exporter::test {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

std::string written(const std::function<void(BIO*)>& write) {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free_all);
  write(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Bio reader(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all};
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

TestCertificate make_certificate(const std::string& name, const TestCertificate* issuer) {
  static long serial = 0;
  constexpr long kDay = 24L * 60 * 60;
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Certificate made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), kDay);
  X509_set_pubkey(made.get(), key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  add_extension(made.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,DNS:" + name);
  Key signer(nullptr, EVP_PKEY_free);
  if (issuer != nullptr) {
    const Certificate above(
        PEM_read_bio_X509(reader(issuer->certificate).get(), nullptr, nullptr, nullptr), X509_free);
    X509_set_issuer_name(made.get(), X509_get_subject_name(above.get()));
    signer.reset(PEM_read_bio_PrivateKey(reader(issuer->key).get(), nullptr, nullptr, nullptr));
  } else {
    add_extension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
    X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
  }
  X509_sign(made.get(), signer ? signer.get() : key.get(), EVP_sha256());
  TestCertificate result;
  result.certificate = written([&](BIO* bio) { PEM_write_bio_X509(bio, made.get()); });
  result.key = written([&](BIO* bio) {
    PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return result;
}

}  // namespace hnv::exporter::test
