// SPDX-License-Identifier: Apache-2.0
#include "exporter/status_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <regex>
#include <utility>

#include "exporter/html.hpp"
#include "exporter/outline.hpp"
#include "exporter/page_words.hpp"
#include "page_scenes.hpp"
#include "sample_snapshot.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using ::testing::HasSubstr;
using ::testing::Not;

std::string page_of(const Snapshot& snapshot) {
  return render_status_page(snapshot, {}, {"lpar1", "/metrics"}, true);
}

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(escape_html("<b a=\"x\" c='y'>&amp;</b>"),
            "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;&lt;/b&gt;");
}

TEST(EscapeHtml, ShowsWhatIsNoTextAsReplacements) {
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(escape_html("a\xFF"
                        "b\xC3"),
            "a" + replaced + "b" + replaced);
  EXPECT_EQ(escape_html("\x1B[31m\x7F"), replaced + "[31m" + replaced);
  // NOLINTNEXTLINE(misc-misleading-bidirectional): that it is one is what is tested
  EXPECT_EQ(escape_html("\xE2\x80\xAEx"), replaced + "x") << "right-to-left override";
  EXPECT_EQ(escape_html("\xE0\x80\xAF"), replaced + replaced + replaced) << "overlong";
  EXPECT_EQ(escape_html("grün \xF0\x9F\x94\x8C"), "grün \xF0\x9F\x94\x8C");
}

TEST(StatusPage, SaysWhoCarriesTheTraffic) {
  const std::string page = page_of(healthy_snapshot());
  EXPECT_THAT(page, HasSubstr("<h1>HNV bonds of lpar1</h1>"));
  EXPECT_THAT(page, HasSubstr("<h2 id=\"bond-3-name\">bond191554c8</h2> <span "
                              "class=\"badge\">✓ good</span>"));
  EXPECT_THAT(page, HasSubstr("carries the traffic, as it should."));
  EXPECT_THAT(page, HasSubstr("The watchdog is running"));
  EXPECT_THAT(page, HasSubstr("<dt>Failovers since boot</dt><dd>6</dd>"));
  EXPECT_THAT(page, HasSubstr("<dt>Last failover</dt><dd><time datetime=\"2025-01-02T01:04:05Z\">"
                              "2025-01-02 01:04:05 UTC</time>, 2 h 0 min ago</dd>"));
  EXPECT_THAT(page, HasSubstr("100 Gbit/s"));
  EXPECT_THAT(page, HasSubstr("<a href=\"/metrics\">Metrics</a>"));
}

TEST(StatusPage, ShowsRowsOfTheDevices) {
  const std::string page = page_of(full_snapshot());
  EXPECT_THAT(page, HasSubstr("<tr class=\"active\"><th scope=\"row\">env12</th><td>virtual</td>"
                              "<td>up</td><td>here</td><td>–</td><td>–</td></tr>"));
  EXPECT_THAT(page, HasSubstr("<tr><th scope=\"row\">enP16392p10s0</th><td>SR-IOV</td>"
                              "<td>down</td><td>–</td><td>yes</td><td>–</td></tr>"));
}

TEST(StatusPage, SaysWhyTheTrafficIsElsewhereAndSinceWhen) {
  const std::string page = page_of(full_snapshot());
  EXPECT_THAT(page, HasSubstr("<article id=\"bond-10\" class=\"attention\" "
                              "aria-labelledby=\"bond-10-name\">\n<details open>"));
  EXPECT_THAT(page, HasSubstr("The link of the SR-IOV device is down. The kernel goes back"));
  EXPECT_THAT(page, HasSubstr("<dt>Off SR-IOV since</dt><dd><time "
                              "datetime=\"2025-01-02T02:59:05Z\">2025-01-02 02:59:05 UTC</time>, 5 "
                              "min 0 s ago</dd>"));
}

TEST(StatusPage, SaysWhatDampingHasChanged) {
  Snapshot snapshot = healthy_snapshot();
  BondStatus& account = snapshot.watchdog.status->bonds[0];
  account.saved_reselect = bond::PrimaryReselect::always;
  EXPECT_THAT(page_of(snapshot), Not(HasSubstr("primary_reselect")));
  snapshot.bonds[0].link.bond->primary_reselect = bond::PrimaryReselect::failure;
  EXPECT_THAT(page_of(snapshot),
              HasSubstr("<dt>primary_reselect</dt><dd>the watchdog has changed primary_reselect "
                        "from always to failure</dd>"));
}

TEST(StatusPage, CountsFastFailoversWhereThereWereAny) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_THAT(page_of(snapshot), Not(HasSubstr("Fast failovers")));
  snapshot.watchdog.status->bonds[0].fast_failovers = 3;
  EXPECT_THAT(page_of(snapshot), HasSubstr("<dt>Fast failovers since boot</dt><dd>3</dd>"));
}

TEST(StatusPage, ShowsMacConflicts) {
  EXPECT_THAT(page_of(healthy_snapshot()), Not(HasSubstr("MAC conflict")));
  EXPECT_THAT(page_of(full_snapshot()),
              HasSubstr("<strong>MAC conflict:</strong> enP16392p10s0 is not active but has the "
                        "bond's own address 52:54:00:00:00:11"));
}

TEST(StatusPage, EscapesNames) {
  Snapshot snapshot = healthy_snapshot();
  snapshot.bonds[0].link.name = "b<i>&\"'";
  snapshot.bonds[0].slaves[0].link.name = "<s>";
  snapshot.bonds[0].slaves[0].link.address = snapshot.bonds[0].link.address;
  set_active(snapshot.bonds[0], 5);
  set_primary(snapshot.bonds[0], 5);
  snapshot.watchdog.status->version = "<v>";
  snapshot.watchdog.status->bonds[0].name = "b<i>&\"'";
  snapshot.watchdog.status->bonds[0].finding = "<f>";
  snapshot.sources[Source::sysfs].error = base::Error{base::ErrorCode::io, "read", "<o>", "why"};
  const std::string page = render_status_page(snapshot, {}, {"<h>", "/<m>"}, true);
  for (const char* raw : {"<i>", "<s>", "<v>", "<f>", "<o>", "<h>", "<m>"}) {
    EXPECT_THAT(page, Not(HasSubstr(raw)));
  }
  EXPECT_THAT(page, HasSubstr("b&lt;i&gt;&amp;&quot;&#39;"));
  EXPECT_THAT(page, HasSubstr("&lt;s&gt; is not active"));
  EXPECT_THAT(page, HasSubstr("&lt;f&gt;"));
}

TEST(StatusPage, WithoutBonds) {
  const std::string page = page_of(empty_snapshot());
  EXPECT_THAT(page, HasSubstr("There is no bond on this partition."));
  EXPECT_THAT(page, HasSubstr("The watchdog is not running</strong> and has left no status"));
  EXPECT_THAT(page, Not(HasSubstr("<article")));
}

TEST(StatusPage, DoesNotCallAFailureEmptiness) {
  Snapshot snapshot = empty_snapshot();
  snapshot.sources[Source::netlink].error =
      base::Error{base::ErrorCode::timeout, "read links", "", "the kernel did not answer in time"};
  const std::string page = page_of(snapshot);
  EXPECT_THAT(page, HasSubstr("netlink could not be read"));
  EXPECT_THAT(page, HasSubstr("did not answer in time"));
  EXPECT_THAT(page, Not(HasSubstr("There is no bond")));
  EXPECT_THAT(page, HasSubstr("</span> The kernel could not be asked for the bonds.</p>"));
}

TEST(StatusPage, MissingBond) {
  Snapshot snapshot = healthy_snapshot();
  snapshot.missing_bonds = {"bond7"};
  EXPECT_THAT(page_of(snapshot), HasSubstr("✗ bond7 is missing."));
}

TEST(StatusPage, UnmanagedBond) {
  const std::string page = page_of(full_snapshot());
  EXPECT_THAT(page, HasSubstr("<span class=\"badge\">not managed</span> <span "
                              "class=\"carrier\">eth0 (unknown)</span></summary>\n<p "
                              "class=\"verdict\">eth0 carries the traffic."
                              "</p>\n<p>Which device should is not known: the configuration "
                              "does not name this bond.</p>"));
}

TEST(StatusPage, DeadWatchdog) {
  Snapshot snapshot = full_snapshot();
  snapshot.watchdog.alive = false;
  const std::string page = page_of(snapshot);
  EXPECT_THAT(page, HasSubstr("✗ The watchdog is not running."));
  EXPECT_THAT(page, HasSubstr("<dt>Watchdog (last word)</dt>"));
  EXPECT_THAT(page, Not(HasSubstr("Off SR-IOV since")));
}

TEST(StatusPage, HeadlineTellsTheWholeInOneSentence) {
  const auto line = [](const Snapshot& snapshot) {
    const Headline all = headline(snapshot, outline(snapshot));
    return std::string(base::name_of(all.level)) + ": " + all.text;
  };
  Snapshot good = healthy_snapshot();
  EXPECT_EQ(line(good), "good: The SR-IOV device carries the traffic, as it should.");
  EXPECT_EQ(line(scene("failover", {})),
            "attention: The virtual device carries the traffic, not the SR-IOV one.");
  good.watchdog.alive = false;
  EXPECT_EQ(line(good),
            "attention: The SR-IOV device carries the traffic, as it should. No "
            "watchdog is running.");
  good.watchdog.alive = true;
  clear_primary(good.bonds[0]);
  EXPECT_EQ(line(good),
            "attention: The SR-IOV device carries the traffic, but the bond needs attention.");
  set_active(good.bonds[0], 0);
  EXPECT_EQ(line(good), "failing: Nothing carries the traffic.");
  good.missing_bonds = {"bond7"};
  EXPECT_EQ(line(good), "failing: 1 configured bond is missing.");
  EXPECT_EQ(line(scene("ten", {})), "attention: 1 of 10 bonds needs attention.");
  Snapshot three = scene("three", {});
  three.bonds.erase(three.bonds.begin() + 1);
  EXPECT_EQ(line(three),
            "good: All 2 managed bonds carry the traffic on the SR-IOV device, as they should.");
}

TEST(StatusPage, SaysThatAMigrationIsUnderWayAndWhatHoldsTheWatchdogBack) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_THAT(page_of(snapshot), Not(HasSubstr("Migration")));
  WatchdogStatus& status = *snapshot.watchdog.status;
  status.lpm.window_since = kNow - std::chrono::seconds(190);
  status.bonds[0].paused[PauseReason::dlpar] = true;
  const std::string page = page_of(snapshot);
  EXPECT_THAT(page, HasSubstr("<strong>! Migration:</strong> a migration (LPM) has been under way "
                              "for 3 min 10 s.</p>"));
  EXPECT_THAT(page, HasSubstr("<dt>Paused</dt><dd>drmgr is adding or removing devices</dd>"));
  status.lpm.overdue = true;
  EXPECT_THAT(page_of(snapshot), HasSubstr("away for too long"));
  snapshot.watchdog.alive = false;
  EXPECT_THAT(page_of(snapshot), Not(HasSubstr("Migration"))) << "nobody knows any more";
}

TEST(StatusPage, SaysWhoPausedABondAndForHowLong) {
  Snapshot snapshot = healthy_snapshot();
  WatchdogStatus& status = *snapshot.watchdog.status;
  status.bonds[0].paused[PauseReason::operator_request] = true;
  OperatorPause pause;
  pause.bond = OperatorPause::kAllBonds;
  pause.by = "alice";
  pause.reason = "<work>";
  pause.until = kNow + std::chrono::minutes(90);
  status.activity.pauses = {pause};
  EXPECT_THAT(page_of(snapshot), HasSubstr("<dt>Paused</dt><dd>alice paused all bonds for another "
                                           "1 h 30 min: &lt;work&gt;</dd>"));
}

TEST(StatusPage, SaysWhatTheDoctorFound) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_THAT(page_of(snapshot), Not(HasSubstr("doctor found")));
  snapshot.doctor = sample_report();
  EXPECT_THAT(page_of(snapshot),
              HasSubstr("<br>D-PRIMARY Primary in the stored profile (bond191554c8): the profile "
                        "names none</p>"));
  EXPECT_THAT(page_of(snapshot), Not(HasSubstr("D-FW"))) << "it is right";
  EXPECT_THAT(page_of(snapshot), Not(HasSubstr("report is old")));
  snapshot.taken_unix_seconds += 3 * 3600;
  EXPECT_THAT(page_of(snapshot), HasSubstr("report is old"));
}

TEST(StatusPage, HasNothingInline) {
  const std::string page = page_of(full_snapshot());
  EXPECT_THAT(page, HasSubstr("<script src=\"/page.js\" defer></script>"));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, Not(HasSubstr("style=")));
  EXPECT_THAT(page, Not(HasSubstr("<style")));
  EXPECT_THAT(page, Not(::testing::ContainsRegex(" on[a-z]+="))) << "no handlers of events";
  EXPECT_THAT(page, HasSubstr("<link rel=\"stylesheet\" href=\"/page.css\">"));
}

TEST(StatusPage, AsksForItselfAgainWithoutAScript) {
  EXPECT_THAT(page_of(healthy_snapshot()),
              HasSubstr("<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>"));
}

TEST(StatusPage, StandsStillWhenAskedTo) {
  const std::string page = render_status_page(healthy_snapshot(), {}, {"lpar1", "/metrics"}, false);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http-equiv")));
  EXPECT_THAT(page, HasSubstr("<a href=\"/\">Go live</a>"));
}

TEST(StatusPage, SaysWhenTheWatchdogLooksAgain) {
  Snapshot snapshot = healthy_snapshot();
  snapshot.watchdog.status->bonds[0].waits_until = kNow + std::chrono::seconds(8);
  EXPECT_THAT(page_of(snapshot), HasSubstr("<dt>Looks again</dt><dd>in 8 s</dd>"));
  snapshot.watchdog.alive = false;
  EXPECT_THAT(page_of(snapshot), Not(HasSubstr("Looks again")));
}

TEST(StatusPage, TellsThatEventsCannotBeRead) {
  Snapshot snapshot = healthy_snapshot();
  snapshot.events_error = base::Error{base::ErrorCode::invalid, "read events", "f", "line 3"};
  EXPECT_THAT(page_of(snapshot), HasSubstr("events could not be read.</strong> read events"));
}

TEST(StatusPage, TellsFailoversTheLastFirst) {
  const std::string page = page_of(scene("failover", {}));
  const auto last = page.find(R"(<li class="attention"><time datetime="2025-01-02T02:59:05Z")");
  const auto before = page.find(R"(<li class="good"><time datetime="2025-01-02T01:04:05Z")");
  ASSERT_NE(last, std::string::npos);
  ASSERT_NE(before, std::string::npos);
  EXPECT_LT(last, before);
  EXPECT_THAT(page, HasSubstr("enP16392p3s0 → env5</span> <span class=\"cause\">its link went "
                              "down, after 2 h</span>"));
}

TEST(StatusPage, PutsTheWorstFirstAndFoldsTheRest) {
  Snapshot snapshot = scene("ten", {});
  set_active(snapshot.bonds[7], 0);  // nothing
  const std::string page = page_of(snapshot);
  const auto none = page.find(">bond107</h2>");
  const auto off = page.find(">bond105</h2>");
  EXPECT_LT(none, off);
  EXPECT_LT(off, page.find(">bond100</h2>"));
  std::size_t open = 0;
  for (auto at = page.find("<details open"); at != std::string::npos;
       at = page.find("<details open", at + 1)) {
    ++open;
  }
  EXPECT_EQ(open, 2U);
  EXPECT_THAT(page, HasSubstr("1 of 10 bonds carries no traffic, 1 needs attention."));
}

TEST(StatusPage, DrawsADeviceThatIsAway) {
  const std::string page = page_of(scene("migrating", {}));
  EXPECT_THAT(page, HasSubstr("<g class=\"gone\">"));
  EXPECT_THAT(page, HasSubstr("aria-label=\"Bond bond191554c8; SR-IOV device (not in the bond): "
                              "away; env5 (virtual): carries the traffic.\""));
}

TEST(StatusPage, DrawsADeviceBehindWhichNothingAnswers) {
  Snapshot snapshot = scene("path_dead", {});
  EXPECT_THAT(page_of(snapshot), HasSubstr("env5 (virtual): path dead.\""));
  PathStatus paths = *snapshot.paths;
  paths.bonds[0].verdict = PathVerdict::sriov_dead;
  snapshot.paths = std::make_shared<const PathStatus>(std::move(paths));
  EXPECT_THAT(page_of(snapshot), HasSubstr("chosen, path dead; env5 (virtual): ready, idle.\""));
}

TEST(StatusPage, DrawsBothDevicesOfABondOnOneScale) {
  ThroughputHistory history;
  Snapshot snapshot;
  for (int step = 0; step < 3; ++step) {
    snapshot = scene("good", step * ThroughputHistory::kStep);
    history.record(snapshot);
  }
  const std::string page = render_status_page(snapshot, history, {"lpar1", "/metrics"}, true);
  // The busy one's path goes up, the idle one's stays at the ground.
  EXPECT_THAT(page, HasSubstr("<path class=\"receive\" d=\"M178 6H179V2H180V60H178Z\"/>"));
  EXPECT_THAT(page, HasSubstr("<path class=\"receive\" d=\"M178 60H180V60H178Z\"/>"));
  EXPECT_THAT(page, HasSubstr("▼ in 4."));
}

TEST(StatusPage, IsWellFormed) {
  for (const std::string& name : scene_names()) {
    const std::string page = page_of(scene(name, {}));
    std::vector<std::string> open;
    for (auto at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
      const auto end = page.find_first_of(" >\n", at);
      const std::string tag = page.substr(at + 1, end - at - 1);
      if (tag == "!DOCTYPE" || tag == "meta" || tag == "link") continue;
      if (page[page.find('>', at) - 1] == '/') continue;  // <path/>
      if (!tag.starts_with('/')) {
        open.push_back(tag);
      } else {
        ASSERT_FALSE(open.empty()) << name;
        EXPECT_EQ(tag.substr(1), open.back()) << name;
        open.pop_back();
      }
    }
    EXPECT_TRUE(open.empty()) << name;
  }
}

TEST(SpeedText, HasThreeDigits) {
  EXPECT_EQ(speed_text(0), "0 bit/s");
  EXPECT_EQ(speed_text(12.5e9), "100 Gbit/s");
  EXPECT_EQ(speed_text(25e9 / 8), "25 Gbit/s");
  EXPECT_EQ(speed_text(999.6e6 / 8), "1 Gbit/s");
  EXPECT_EQ(speed_text(1'234), "9.87 kbit/s");
}

// The whole page, to be read in a review: golden/page-NAME.html.
TEST(StatusPage, IsAsItWas) {
  for (const std::string& name :
       std::vector<std::string>{"empty", "good", "ten", "hostile", "stale"}) {
    const std::string file =
        std::string(HNV_SOURCE_DIR) + "/tests/unit/exporter/golden/page-" + name + ".html";
    const std::string page = std::regex_replace(
        page_of(scene(name, {})), std::regex("hnv-exporter, version [^·]*·"), "VERSION ·");
    const bool update =
        std::getenv("HNV_UPDATE_GOLDEN") != nullptr;  // NOLINT(concurrency-mt-unsafe)
    if (update) std::ofstream(file) << page;
    std::ifstream golden(file);
    const std::string expected{std::istreambuf_iterator<char>(golden), {}};
    EXPECT_EQ(page, expected) << name
                              << ": if the change is right: HNV_UPDATE_GOLDEN=1 exporter_tests";
  }
}

}  // namespace
