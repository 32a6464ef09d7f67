// SPDX-License-Identifier: Apache-2.0
#include "exporter/path_reader.hpp"

#include "base/atomic_file.hpp"

namespace hnv::exporter {

void PathReader::update() {
  auto text = base::read_file(file_, kLargestPathStatusFile);
  if (text && text_ == *text) return;
  status_.reset();
  error_.reset();
  text_.reset();
  if (!text) {
    if (text.error().code != base::ErrorCode::not_found) error_ = text.error();
    return;
  }
  auto status = decode_path_status(*text, file_);
  if (!status) {
    error_ = status.error();
  } else if (!boot_id_.empty() && status->boot_id == boot_id_) {
    status_ = std::make_shared<const PathStatus>(std::move(*status));
  }
  text_ = std::move(*text);
}

}  // namespace hnv::exporter
