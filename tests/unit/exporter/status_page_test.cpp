// SPDX-License-Identifier: Apache-2.0
#include "exporter/status_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/html.hpp"
#include "sample_snapshot.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;
using namespace hnv::exporter::test;
using ::testing::HasSubstr;
using ::testing::Not;

std::string page_of(const Snapshot& snapshot) {
  return render_status_page(snapshot, {"lpar1", "/metrics"});
}

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(escape_html("<b a=\"x\" c='y'>&amp;</b>"),
            "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;&lt;/b&gt;");
}

TEST(StatusPage, SaysWhoCarriesTheTraffic) {
  const std::string page = page_of(healthy_snapshot());
  EXPECT_THAT(page, HasSubstr("<h1>HNV bonds of lpar1</h1>"));
  EXPECT_THAT(page, HasSubstr("<h2>bond191554c8 <span class=\"badge\">✓ good</span></h2>"));
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
  EXPECT_THAT(page, HasSubstr("<article class=\"attention\">\n<h2>bond2a2a2a2a"));
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
  const std::string page = render_status_page(snapshot, {"<h>", "/<m>"});
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
}

TEST(StatusPage, MissingBond) {
  Snapshot snapshot = healthy_snapshot();
  snapshot.missing_bonds = {"bond7"};
  EXPECT_THAT(page_of(snapshot), HasSubstr("✗ bond7 is missing."));
}

TEST(StatusPage, UnmanagedBond) {
  const std::string page = page_of(full_snapshot());
  EXPECT_THAT(page, HasSubstr("<article class=\"neutral\">\n<h2>bond9 <span class=\"badge\">not "
                              "managed</span></h2>\n<p class=\"verdict\">eth0 carries the traffic."
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

TEST(StatusPage, SaysThatAMigrationIsUnderWayAndWhatHoldsTheWatchdogBack) {
  Snapshot snapshot = healthy_snapshot();
  EXPECT_THAT(page_of(snapshot), Not(HasSubstr("Migration")));
  WatchdogStatus& status = *snapshot.watchdog.status;
  status.lpm.window_since = kNow - std::chrono::seconds(190);
  status.bonds[0].paused[PauseReason::dlpar] = true;
  const std::string page = page_of(snapshot);
  EXPECT_THAT(page, HasSubstr("<strong>Migration:</strong> a migration (LPM) has been under way "
                              "for 3 min 10 s.</p>"));
  EXPECT_THAT(page, HasSubstr("<dt>Paused</dt><dd>drmgr is adding or removing devices</dd>"));
  status.lpm.overdue = true;
  EXPECT_THAT(page_of(snapshot), HasSubstr("away for too long"));
  snapshot.watchdog.alive = false;
  EXPECT_THAT(page_of(snapshot), Not(HasSubstr("Migration"))) << "nobody knows any more";
}

TEST(StatusPage, HasNeitherScriptsNorInlineStyles) {
  const std::string page = page_of(full_snapshot());
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("style=")));
  EXPECT_THAT(page, Not(HasSubstr("<style")));
  EXPECT_THAT(page, HasSubstr("<link rel=\"stylesheet\" href=\"/style.css\">"));
}

TEST(StatusPage, IsWellFormed) {
  for (const Snapshot& snapshot : {empty_snapshot(), healthy_snapshot(), full_snapshot()}) {
    const std::string page = page_of(snapshot);
    std::vector<std::string> open;
    for (auto at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
      const auto end = page.find_first_of(" >\n", at);
      const std::string tag = page.substr(at + 1, end - at - 1);
      if (tag == "!DOCTYPE" || tag == "meta" || tag == "link") continue;
      if (!tag.starts_with('/')) {
        open.push_back(tag);
      } else {
        ASSERT_FALSE(open.empty());
        EXPECT_EQ(tag.substr(1), open.back());
        open.pop_back();
      }
    }
    EXPECT_TRUE(open.empty());
  }
}

}  // namespace
