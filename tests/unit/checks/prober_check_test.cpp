// SPDX-License-Identifier: Apache-2.0
// Whether a bond that is to be probed is: the prober's word as it may be found.
#include "tests/unit/checks/doctor_case.hpp"

namespace hnv::checks {
namespace {

using namespace std::chrono_literals;
using test::facts_of;
using test::findings_of;
using test::kind;
using test::Partition;
using test::text_of;

constexpr const char* kProbedBond = "bond191554c8";
constexpr const char* kRestart =
    "sudo systemctl enable hnv-prober && sudo systemctl restart hnv-prober";

// The bond is to be probed, and is: both paths answered a moment ago.
Facts probed_facts() {
  const Partition partition(kind("rhel-9.4"));
  partition.write("/etc/hnv/hnv.yaml", "bonds:\n  - name: bond191554c8\n    path: {}\n");
  Facts facts = facts_of(partition);
  const PathHealth healthy{PathVerdict::healthy, "", 9, std::nullopt};
  facts.paths.emplace();
  (*facts.paths)[kProbedBond] = ToldPath{healthy, PathVerdict::healthy, true, 300ms, 1h};
  return facts;
}

ToldPath& told(Facts& facts) {
  return facts.paths->at(kProbedBond);
}

void set_verdict(Facts& facts, PathVerdict verdict, const std::string& doubt = "") {
  told(facts).published = verdict;
  told(facts).health.verdict = verdict;
  told(facts).health.doubt = doubt;
}

void expect_finding(const Facts& facts, Severity severity, const std::string& says) {
  const Findings findings = findings_of("D-PROBE", facts);
  ASSERT_EQ(findings.size(), 1U) << text_of(findings);
  EXPECT_EQ(findings.front().severity, severity) << text_of(findings);
  EXPECT_NE(text_of(findings).find(says), std::string::npos) << text_of(findings);
}

TEST(ProberCheck, IsContentWithAProberThatWorks) {
  Facts facts = probed_facts();
  expect_finding(facts, Severity::ok, "both paths answer");
  set_verdict(facts, PathVerdict::isolated);
  expect_finding(facts, Severity::ok, "keeps the ports of the slaves apart");
}

TEST(ProberCheck, AsksNothingOfBondsThatAreNotToBeProbed) {
  const Partition partition(kind("rhel-9.4"));
  expect_finding(facts_of(partition), Severity::ok, "no bond has `path`");
  partition.write("/etc/hnv/hnv.yaml", "bonds:\n  - name: bond191554c8\n");
  expect_finding(facts_of(partition), Severity::ok, "no bond has `path`");
}

TEST(ProberCheck, MissesAProberThatHasSaidNothing) {
  Facts facts = probed_facts();
  facts.paths->clear();
  expect_finding(facts, Severity::warn, kRestart);
  (*facts.paths)["bond7"] = ToldPath{};
  expect_finding(facts, Severity::warn, "bond191554c8: no hnv-prober has said anything about it");
}

TEST(ProberCheck, MissesAProberThatHasFallenSilent) {
  Facts facts = probed_facts();
  told(facts).fresh = false;
  told(facts).age = 11s;
  told(facts).health = PathHealth{};
  expect_finding(facts, Severity::warn, "what it says is from 11 s ago");
  expect_finding(facts, Severity::warn, kRestart);
  told(facts).age = -1s;
  expect_finding(facts, Severity::warn, "of a time to come");
  // In the pause after a failover.
  told(facts).age = 3s;
  expect_finding(facts, Severity::info, "judged it 3 s ago");
}

TEST(ProberCheck, BelievesNothingAboutOtherDevices) {
  Facts facts = probed_facts();
  told(facts).health =
      PathHealth{PathVerdict::not_judged, "slave env6 has another address", 0, std::nullopt};
  expect_finding(facts, Severity::warn, "not about the bond as it is: slave env6");
  expect_finding(facts, Severity::warn, kRestart);
}

TEST(ProberCheck, TellsOfADeadPath) {
  Facts facts = probed_facts();
  set_verdict(facts, PathVerdict::virtual_dead);
  expect_finding(facts, Severity::fail, "nothing answers behind env6 (virtual)");
  set_verdict(facts, PathVerdict::both_dead);
  expect_finding(facts, Severity::fail, "nothing answers behind any slave");
}

TEST(ProberCheck, IsPatientWithWhatCannotBeJudged) {
  Facts facts = probed_facts();
  set_verdict(facts, PathVerdict::not_judged, "env6: no carrier");
  told(facts).lasting = 59s;
  expect_finding(facts, Severity::info, "not judged: env6: no carrier");
  told(facts).lasting = 60s;
  expect_finding(facts, Severity::warn, "for 60 s not judged: env6: no carrier");
  set_verdict(facts, PathVerdict::target_dead);
  expect_finding(facts, Severity::warn, "bonds[].path.targets");
}

TEST(ProberCheck, TellsAFileThatIsNonsenseFromOneThatCannotBeRead) {
  Facts facts = probed_facts();
  const auto fail = [&facts](base::ErrorCode code) {
    facts.paths = base::failure(base::Error{code, "read path status", "/f", "is no JSON"});
  };
  fail(base::ErrorCode::invalid);
  expect_finding(facts, Severity::warn, "read path status /f: is no JSON");
  expect_finding(facts, Severity::warn, kRestart);
  fail(base::ErrorCode::permission);
  expect_finding(facts, Severity::unknown, "sudo hnvctl doctor");
}

TEST(ProberCheck, LooksForTheBondItself) {
  Facts facts = probed_facts();
  facts.bonds->clear();
  expect_finding(facts, Severity::info, "is not there to be probed");
  facts.bonds = base::failure(base::Error{base::ErrorCode::timeout, "look", "", "no answer"});
  expect_finding(facts, Severity::unknown, "no answer");
}

}  // namespace
}  // namespace hnv::checks
