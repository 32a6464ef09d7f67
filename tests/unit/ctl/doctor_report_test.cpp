// SPDX-License-Identifier: Apache-2.0
// What the doctor says of nine distributions, word for word, and what holds for all of it.
#include "ctl/doctor_report.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "checks/doctor/doctor_file.hpp"
#include "ctl/doctor_facts.hpp"
#include "tests/support/partition_tree.hpp"
#include "tests/unit/ctl/repository_file.hpp"

namespace hnv::ctl {
namespace {

using test::kPartitionKinds;
using test::PartitionKind;
using test::PartitionTree;

Diagnosis diagnosis_of(const PartitionTree& tree) {
  Diagnosis diagnosis = diagnose(collect_facts(tree.root().native()), {}, 1764236400);
  diagnosis.root = "/copy";
  return diagnosis;
}

TEST(DoctorReport, SaysOfEachDistributionWhatItSaidBefore) {
  const bool update = std::getenv("HNV_UPDATE_GOLDEN") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  for (const PartitionKind& kind : kPartitionKinds) {
    const std::string file = std::string("tests/unit/ctl/golden/doctor-") + kind.name + ".txt";
    const std::string text = to_bytes(doctor_page(diagnosis_of(PartitionTree(kind))), false);
    if (update) std::ofstream(std::string(HNV_SOURCE_DIR) + "/" + file) << text;
    EXPECT_EQ(text, test::read_repository_file(file))
        << "if the change is right: HNV_UPDATE_GOLDEN=1 ctl_tests";
  }
}

TEST(DoctorReport, HasItsVerdictFirstAndItsExitCodeFromTheWorstFinding) {
  const PartitionTree right(kPartitionKinds[4]);
  EXPECT_EQ(exit_code(diagnosis_of(right)), 0);
  EXPECT_EQ(to_bytes(doctor_page(diagnosis_of(right)), false).rfind("NOTHING WRONG: ", 0), 0U);

  const PartitionTree old(kPartitionKinds[3]);
  EXPECT_EQ(exit_code(diagnosis_of(old)), kExitWarnings);
  EXPECT_EQ(to_bytes(doctor_page(diagnosis_of(old)), false).rfind("HNV NEEDS CARE: ", 0), 0U);

  right.remove("/etc/systemd/system/NetworkManager.service.wants");
  EXPECT_EQ(exit_code(diagnosis_of(right)), kExitFailures);
  EXPECT_EQ(to_bytes(doctor_page(diagnosis_of(right)), false).rfind("HNV IS NOT RIGHT: ", 0), 0U);
}

TEST(DoctorReport, KeepsCommandsOnOneLine) {
  const PartitionTree tree(kPartitionKinds[4]);
  tree.write("/ip_addr", "");
  const std::string text = to_bytes(doctor_page(diagnosis_of(tree)), false);
  EXPECT_NE(text.find("sudo nmcli connection modify bond191554c8 ipv4.method manual ipv4.addresses "
                      "ADDRESS/PREFIX && sudo nmcli connection up bond191554c8\n"),
            std::string::npos)
      << text;
}

TEST(DoctorReport, IsAnObjectForScripts) {
  const PartitionTree tree(kPartitionKinds[3]);
  const auto object = nlohmann::json::parse(doctor_json(diagnosis_of(tree)));
  EXPECT_EQ(object["schema"], checks::kDoctorSchema);
  EXPECT_EQ(object["exit_code"], kExitWarnings);
  EXPECT_EQ(object["findings"][0]["severity"], "warn");
  EXPECT_EQ(object["ready"][0]["name"], "bond191554c8");
  std::size_t counted = 0;
  for (const auto& count : object["counts"]) counted += count.get<std::size_t>();
  EXPECT_EQ(counted, object["findings"].size());
}

// The exporter reads it back.
TEST(DoctorReport, IsReadAsItIsWritten) {
  const PartitionTree tree(kPartitionKinds[3]);
  Diagnosis diagnosis = diagnosis_of(tree);
  diagnosis.root = "/";
  const auto report = checks::decode_doctor_report(doctor_json(diagnosis), "doctor.json");
  ASSERT_TRUE(report.has_value()) << report.error().to_string();
  EXPECT_EQ(report->findings.size(), diagnosis.findings.size());
  EXPECT_EQ(report->findings[0].severity, checks::Severity::warn);
  EXPECT_EQ(report->findings[0].seen, diagnosis.findings[0].seen);
  ASSERT_EQ(report->readiness.size(), 1U);
  EXPECT_EQ(report->readiness[0].bond, "bond191554c8");
  EXPECT_EQ(report->readiness[0].ready, diagnosis.readiness[0].ready());
}

TEST(DoctorReport, OfAnotherTreeOrAnotherFormIsRefused) {
  const PartitionTree tree(kPartitionKinds[3]);
  const std::string text = doctor_json(diagnosis_of(tree));
  EXPECT_NE(checks::decode_doctor_report(text, "f").error().reason.find("not about this machine"),
            std::string::npos);
  for (const char* wrong : {"", "{}", "[]", "{\"schema\":2}", "{\"schema\":1,\"root\":\"/\"}"}) {
    EXPECT_FALSE(checks::decode_doctor_report(wrong, "f").has_value()) << wrong;
  }
}

TEST(ReadyReport, TellsWhatIsNotKnownFromWhatIsInTheWay) {
  const std::vector<checks::Readiness> readiness{
      {"bond1", {}, {}},
      {"bond2", {{checks::ObstacleKind::backup_down, "env3 is not up"}}, {"no list"}},
      {"bond3", {}, {"no list"}}};
  const Page page = ready_page(readiness, {}, {});
  const std::string text = to_bytes(page, false);
  for (const char* says : {"bond1  READY\n", "bond2  NOT READY\n", "bond3  NOT KNOWN\n"}) {
    EXPECT_NE(text.find(says), std::string::npos) << says << text;
  }
  for (const Line& line : page) {
    for (const Span& span : line) {
      if (span.text == "NOT KNOWN") {
        EXPECT_EQ(span.style, Style::plain);
      }
    }
  }
  const auto bonds = nlohmann::json::parse(ready_json(readiness, {}, 3, {}))["bonds"];
  EXPECT_EQ(bonds[0]["ready"], true);
  EXPECT_EQ(bonds[1]["reasons"], nlohmann::json({"backup_down", "not_known"}));
  EXPECT_EQ(bonds[1]["ready"], false);
  EXPECT_TRUE(bonds[2]["ready"].is_null()) << bonds[2];
}

TEST(ReadyReport, TellsOfAPauseAndIsReadyAllTheSame) {
  const OperatorPause pause = decode_pause("all", "by=alice\n", "");
  const std::string text = to_bytes(ready_page({{"bond1", {}, {}}}, {pause}, {}), false);
  EXPECT_NE(text.find("READY\npaused      alice paused all bonds without end"), std::string::npos)
      << text;
  const auto json = nlohmann::json::parse(ready_json({{"bond1", {}, {}}}, {pause}, 0, {}));
  EXPECT_EQ(json["pauses"][0]["by"], "alice");
}

// The watchdog leaves it alone; a migration does not.
TEST(DoctorFacts, LookAtABondThatTheConfigurationIgnores) {
  Config config;
  config.bonds.resize(2);
  config.bonds[0].name = "bond191554c8";
  config.bonds[0].ignore = true;
  config.bonds[1].name = "bond7";
  const Config seen = without_ignored(config);
  EXPECT_EQ(seen.bond("bond191554c8"), nullptr);
  EXPECT_NE(seen.bond("bond7"), nullptr);
}

}  // namespace
}  // namespace hnv::ctl
