// SPDX-License-Identifier: Apache-2.0
// Profiles as people and programs write them, and as they are not: an edit changes the primary and
// nothing else, or refuses; nothing crashes.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "checks/primary_edit.hpp"
#include "checks/stored_profile.hpp"

namespace hnv::checks {
namespace {

using rc::gen::arbitrary;
using rc::gen::elementOf;
using rc::gen::inRange;

std::string some_of(const std::vector<std::string>& pieces, int most) {
  std::string text;
  for (int count = *inRange(0, most); count > 0; --count) text += *elementOf(pieces);
  return text;
}

std::string any_device() {
  return *elementOf(
      std::vector<std::string>{"enP2p0s1", "enP32775p1s0", "eth0", "env3", "a.b-c_d"});
}

std::string shuffled_options(bool with_primary_option) {
  std::vector<std::string> options{"mode=active-backup", "miimon=100", "fail_over_mac=2",
                                   "xprimary=no", "primary_reselect=always"};
  if (with_primary_option) options.push_back("primary=" + any_device());
  std::string text;
  while (!options.empty()) {
    const auto at = *inRange<std::size_t>(0, options.size());
    text +=
        (text.empty() ? "" : *elementOf(std::vector<std::string>{" ", "  ", "\t"})) + options[at];
    options.erase(options.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return text;
}

// A profile that is understood.
std::string any_profile(ProfileFormat format) {
  const bool with_primary_option = *arbitrary<bool>();
  if (format == ProfileFormat::keyfile) {
    const std::vector<std::string> noise{"\n", "# note primary=x\n", "  \n"};
    const std::vector<std::string> entries{"miimon=100\n", "fail_over_mac = 2\n", "downdelay=0 \n",
                                           "primary_reselect=always\n"};
    const std::string primary =
        with_primary_option
            ? *elementOf(std::vector<std::string>{"primary=", "primary = ", " primary="}) +
                  any_device() + "\n"
            : "";
    return some_of(noise, 3) + "[connection]\ntype=bond\ninterface-name=bond0\n" +
           some_of(noise, 3) + "[bond]\n" + some_of(entries, 3) + "mode=active-backup\n" +
           some_of(noise, 2) + primary + some_of(entries, 3) + some_of(noise, 3) +
           some_of({"[ipv4]\nmethod=auto\n", "[user]\nprimary=x\n"}, 3);
  }
  const std::vector<std::string> noise{"\n", "# BONDING_MODULE_OPTS='primary=x'\n",
                                       "STARTMODE='auto'\n", "X=\"a b\" # c\n", "Y=1\n"};
  const std::string quote = *elementOf(std::vector<std::string>{"'", "\""});
  const char* name = format == ProfileFormat::wicked ? "BONDING_MODULE_OPTS=" : "BONDING_OPTS=";
  return some_of(noise, 4) + "BONDING_MASTER=yes\n" + some_of(noise, 2) + name + quote +
         shuffled_options(with_primary_option) + quote +
         *elementOf(std::vector<std::string>{"\n", " # note\n", ""}) +
         (*arbitrary<bool>() ? "" : "\n" + some_of(noise, 4));
}

ProfileFormat any_format() {
  return static_cast<ProfileFormat>(*inRange<std::size_t>(0, base::kEnumCount<ProfileFormat>));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

RC_GTEST_PROP(StoredProfileProperty, AnEditIsReadBackAndLeavesEveryOtherLine, ()) {
  const ProfileFormat format = any_format();
  const std::string text = any_profile(format);
  const std::string device = any_device();
  const auto before = parse_profile(format, "ifcfg-bond0", text);
  RC_ASSERT(before.has_value());
  const auto edited = with_primary(format, "ifcfg-bond0", text, device);
  RC_ASSERT(edited.has_value());
  const auto after = parse_profile(format, "ifcfg-bond0", *edited);
  RC_ASSERT(after.has_value() && after->primary.has_value());
  RC_ASSERT(after->primary->value == device);
  RC_ASSERT(after->bond == before->bond);
  RC_ASSERT(after->mode->value == before->mode->value);

  auto old_lines = lines_of(text);
  auto new_lines = lines_of(*edited);
  const bool adds_a_line = format == ProfileFormat::keyfile && !before->primary;
  RC_ASSERT(new_lines.size() == old_lines.size() + (adds_a_line ? 1U : 0U));
  const auto changed = static_cast<std::ptrdiff_t>(after->primary->line) - 1;
  new_lines.erase(new_lines.begin() + changed);
  if (!adds_a_line) old_lines.erase(old_lines.begin() + changed);
  RC_ASSERT(new_lines == old_lines);
  RC_ASSERT(with_primary(format, "ifcfg-bond0", *edited, device).value() == *edited);
}

// A few bytes of a good profile overwritten, inserted or deleted.
std::string damaged(std::string text) {
  for (int count = *inRange(1, 8); count > 0; --count) {
    const auto at = *inRange<std::size_t>(0, text.size() + 1);
    const char byte =
        *elementOf(std::string("'\"\\$`=[]#; \n\r\t\0\xff"
                               "apr",
                               20));
    switch (*inRange(0, 3)) {
      case 0:
        text.insert(at, 1, byte);
        break;
      case 1:
        text.erase(at, *inRange<std::size_t>(0, 9));
        break;
      default:
        if (at < text.size()) text[at] = byte;
    }
  }
  return text;
}

RC_GTEST_PROP(StoredProfileProperty, DamageIsRefusedOrTheEditIsStillExact, ()) {
  const ProfileFormat format = any_format();
  const std::string text = damaged(any_profile(format));
  const std::string device = any_device();
  const auto edited = with_primary(format, "ifcfg-bond0", text, device);
  if (!edited) return;
  RC_ASSERT(parse_profile(format, "ifcfg-bond0", *edited)->primary->value == device);
  // What is not common to both is one place within a line, and short.
  constexpr std::size_t kQuotesAndKey = 12;
  RC_ASSERT(edited->size() <= text.size() + device.size() + kQuotesAndKey);
  const auto [left, right] =
      std::mismatch(text.begin(), text.end(), edited->begin(), edited->end());
  const auto tails = std::mismatch(text.rbegin(), std::make_reverse_iterator(left),
                                   edited->rbegin(), std::make_reverse_iterator(right));
  RC_ASSERT(std::count(left, tails.first.base(), '\n') == 0);
  RC_ASSERT(std::count(edited->begin(), edited->end(), '\n') <=
            std::count(text.begin(), text.end(), '\n') + 1);
}

RC_GTEST_PROP(StoredProfileProperty, AnyBytesAreParsed, (const std::string& text)) {
  for (const ProfileFormat format : base::all_values<ProfileFormat>()) {
    const auto profile = parse_profile(format, "ifcfg-bond0", text);
    const auto edited = with_primary(format, "ifcfg-bond0", text, "x0");
    RC_ASSERT(profile.has_value() || !edited.has_value());
  }
}

}  // namespace
}  // namespace hnv::checks
