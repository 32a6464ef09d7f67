// SPDX-License-Identifier: Apache-2.0
#include "ctl/state_story.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "ctl/headline.hpp"
#include "hnv/pause_words.hpp"

namespace hnv::ctl {

namespace {

constexpr std::size_t kIndent = 13;

constexpr auto kReasonings = std::to_array<StateReasoning>({
    {WatchState::steady, "P-8",
     "When the SR-IOV slave is active and primary, nothing is written and nothing is waited for.",
     "A lost link, a slave that comes or leaves, or someone who writes the primary or the active "
     "slave."},
    {WatchState::on_virtual, "P-3, P-7",
     "While the SR-IOV slave cannot carry the traffic, nothing is forced. Once it is primary, the "
     "kernel goes back in the very tick that sees the link again.",
     "The link of the SR-IOV slave coming back, or the slave itself."},
    {WatchState::settling, "P-13, P-38",
     "Nothing is written until no slave has come, left or changed its name for a while, and none "
     "of hcnmgr, drmgr and a new machine was seen: whoever makes or changes the bond is to finish.",
     "Time without another change; each one begins the wait anew."},
    {WatchState::hold_down, "P-16, P-18, P-20",
     "Traffic is moved back only when the SR-IOV slave has been healthy without interruption for "
     "a while, and at most once a minute.",
     "Time without a lost link; a loss begins the wait anew. If no other slave could carry the "
     "traffic, it is moved at once."},
    {WatchState::restoring, "P-22, P-24",
     "One write at a time: its effect must be seen, since the kernel's acknowledgement proves "
     "nothing.",
     "The message that shows the effect, or one second without it."},
    {WatchState::backing_off, "P-28, P-29",
     "After a write that failed, or was lost again each time, the next one waits, longer each "
     "time.",
     "Time; and an end to what undoes the writes, such as a stored profile with another primary."},
    {WatchState::suppressed, "P-52, P-53, P-54",
     "A link that flaps gets a penalty; while it is high, the traffic that has left the SR-IOV "
     "slave stays off it.",
     "Time without a lost link: the penalty halves every 5 minutes."},
    {WatchState::paused, "P-37, P-47",
     "Nothing is written while hcnmgr or drmgr are at work, or an operator has paused it: a write "
     "could undo what they do.",
     "The end of what holds it back. An operator's pause ends with hnvctl resume, with its time, "
     "or with the boot."},
    {WatchState::lpm, "P-40, P-41, P-42",
     "Nothing is written in a migration, from its first sign until every SR-IOV slave is back and "
     "all is quiet.",
     "The SR-IOV slave coming back on this machine or the other one."},
    {WatchState::path_dead, "P-10",
     "The traffic is not brought to a slave whose path is known to be dead.",
     "An answer of the path behind the SR-IOV slave."},
    {WatchState::observing, "P-14, P-50",
     "The mode decides what may be written: observe nothing, repair a missing or stale primary, "
     "enforce also over what someone else chose. And the traffic is moved back only so often in "
     "an hour.",
     "Another mode in hnv.yaml and systemctl reload hnv-watchdog; or, when the moves of an hour "
     "are used up, time."},
    {WatchState::unmanaged, "P-10, P-11",
     "Only an active-backup bond with link monitoring is written, of which it is known which slave "
     "is the SR-IOV one.",
     "What is missing of that: see the reason."},
});

void add(Page& page, const std::string& name, const std::string& text, Style style = Style::plain) {
  if (!text.empty()) add_wrapped(page, {Span{name, Style::strong}}, kIndent, text, style);
}

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text.empty() ? text : text + ".";
}

std::string state_sentence(const Picture& picture, const BondStatus& bond) {
  std::string text =
      std::string(base::name_of(bond.state)) + " for " + age_text(picture.now - bond.state_since);
  if (!bond.waits_until) return text + "; it waits for no time.";
  const auto left = *bond.waits_until - picture.now;
  const std::string words = countdown_text(left);
  if (words.empty()) return text + "; it looks again now.";
  return text + "; it looks again by itself in " + words + ", at " +
         local_time_text(picture.unix_now + base::to_seconds(left)) + ".";
}

std::string without_watchdog(const PublishedStatus& published) {
  if (published.error) return "Not known: " + published.error->to_string() + ".";
  if (!published.alive) {
    return "No watchdog runs, so nobody decides anything; the kernel alone moves the traffic, by "
           "its own rules.";
  }
  return "The watchdog has not said anything about the bond as it stands yet; ask again.";
}

std::string what_to_do(const Verdict& verdict) {
  if (!verdict.by_hand.empty()) return verdict.by_hand;
  if (verdict.watched == nullptr) return "systemctl start hnv-watchdog";
  const BondStatus& bond = *verdict.watched;
  if (bond.paused[PauseReason::operator_request]) return "sudo hnvctl resume";
  switch (bond.state) {
    case WatchState::steady:
      return "Nothing.";
    case WatchState::backing_off:
      return "sudo hnvctl persist --dry-run " + verdict.bond;
    case WatchState::observing:
      return "hnvctl events " + verdict.bond;
    case WatchState::paused:
    case WatchState::lpm:
      return "Wait; if it does not end, see the HMC and /var/log/hcnmgr.";
    default:
      return "Wait, or hold it back: sudo hnvctl pause --for=1h --bond=" + verdict.bond;
  }
}

void add_watched(Page& page, const Picture& picture, const Verdict& verdict) {
  if (verdict.watched == nullptr) {
    add(page, "watchdog", without_watchdog(picture.published));
    return;
  }
  const BondStatus& bond = *verdict.watched;
  const WatchdogStatus& status = *picture.published.status;
  const StateReasoning& reasoning = reasoning_of(bond.state);
  add(page, "state", state_sentence(picture, bond));
  add(page, "held back", capitalised(pause_words(bond, status.activity, picture.now)), Style::warn);
  if (status.lpm.window_since) {
    const std::string elapsed = age_text(picture.now - *status.lpm.window_since);
    add(page, "migration", capitalised(lpm_words(status.lpm, elapsed)), Style::warn);
  }
  add(page, "rule",
      std::string(reasoning.rule) + " (" + std::string(reasoning.requirements) +
          " of docs/policy.md)");
  add(page, "next", capitalised(verdict.next));
  add(page, "would change", std::string(reasoning.change));
}

}  // namespace

const StateReasoning& reasoning_of(WatchState state) {
  return *std::find_if(
      kReasonings.begin(), kReasonings.end(),
      [state](const StateReasoning& reasoning) { return reasoning.state == state; });
}

Page state_story(const Picture& picture, const Verdict& verdict) {
  Page page;
  const Label label = label_of(verdict);
  add_wrapped(
      page,
      {Span{verdict.bond, Style::strong}, Span{"  "}, Span{label.text, label.style}, Span{"  "}},
      kIndent, headline(verdict));
  add(page, "why", verdict.standing == Standing::missing ? "" : capitalised(verdict.why));
  add_watched(page, picture, verdict);
  for (const Finding& finding : verdict.findings) {
    if (finding.text != verdict.why) add(page, "warning", capitalised(finding.text), Style::warn);
  }
  const bool is_managed = verdict.standing != Standing::unmanaged;
  if (is_managed && verdict.report != nullptr) add(page, "you can", what_to_do(verdict));
  return page;
}

}  // namespace hnv::ctl
