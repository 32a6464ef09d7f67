// SPDX-License-Identifier: Apache-2.0
// hnv_metrics_doc FILE: writes docs/metrics.md. A tool of the build, not installed.
#include <exception>
#include <fstream>
#include <iostream>

#include "base/exit_code.hpp"
#include "exporter/metrics_doc.hpp"

int main(int argc, char** argv) {
  try {
    if (argc != 2) {
      std::cerr << "usage: hnv_metrics_doc FILE\n";
      return hnv::base::kExitUsage;
    }
    std::ofstream file(argv[1]);
    file << hnv::exporter::metrics_document();
    file.close();
    if (file) return hnv::base::kExitOk;
    std::cerr << "hnv_metrics_doc: cannot write " << argv[1] << '\n';
  } catch (const std::exception& problem) {
    std::cerr << "hnv_metrics_doc: " << problem.what() << '\n';
  }
  return hnv::base::kExitFailure;
}
