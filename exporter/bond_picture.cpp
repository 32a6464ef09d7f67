// SPDX-License-Identifier: Apache-2.0
#include "exporter/bond_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "exporter/html.hpp"
#include "exporter/page_words.hpp"
#include "hnv/path_words.hpp"

namespace hnv::exporter {

namespace {

// In the drawing's own units, of which a phone shows 360 in its width.
constexpr int kColumn = 180;
constexpr int kMargin = 8;
constexpr int kBoxWidth = kColumn - 2 * kMargin;
constexpr int kBondBottom = 44;
constexpr int kSlaveTop = 96;
constexpr int kSlaveHeight = 92;
constexpr int kPictureHeight = kSlaveTop + kSlaveHeight + kMargin;
constexpr std::size_t kMostSlaves = 4;

struct Box {
  std::string_view css_class;
  std::string name;
  std::string kind;  // "SR-IOV · 25 Gbit/s"
  std::string note;  // "primary"
  std::string_view state;
  bool carries = false;
  bool there = true;
};

Box box_of(const Snapshot& snapshot, const BondOutline& outline, const SlaveReport& slave) {
  Box box;
  box.name = slave.link.name;
  box.kind = slave.role == Role::unknown ? "role unknown" : std::string(role_text(slave.role));
  const auto speed = snapshot.speeds.find(slave.link.index);
  if (speed != snapshot.speeds.end()) box.kind += " · " + speed_text(speed->second);
  if (slave.primary) box.note = "primary";
  box.carries = slave.active;
  const bool is_up = bond::is_healthy(slave.link);
  const bool is_path_dead =
      outline.path && tells_of_dead_path(outline.path->health.verdict, slave.role);
  if (slave.active) {
    box.css_class = is_up && !is_path_dead ? "active" : "active broken";
    box.state = !is_up         ? "✗ chosen, link down"
                : is_path_dead ? "✗ chosen, path dead"
                               : "● carries the traffic";
  } else if (!slave.link.admin_up) {
    box.css_class = "broken";
    box.state = "✗ taken down";
  } else {
    box.css_class = is_up && !is_path_dead ? "ready" : "broken";
    box.state = !is_up ? "✗ link down" : is_path_dead ? "✗ path dead" : "○ ready, idle";
  }
  return box;
}

// The SR-IOV device always stands on the left, also when it is away.
std::vector<Box> boxes_of(const Snapshot& snapshot, const BondOutline& outline) {
  const BondReport& bond = *outline.bond;
  std::vector<const SlaveReport*> slaves;
  slaves.reserve(bond.slaves.size());
  for (const SlaveReport& slave : bond.slaves) slaves.push_back(&slave);
  std::stable_sort(slaves.begin(), slaves.end(), [](const auto* one, const auto* two) {
    return static_cast<int>(one->role) < static_cast<int>(two->role);
  });
  std::vector<Box> boxes;
  const bool away = bond.managed && bond.finding.empty() && bond.sriov() == nullptr;
  if (away) {
    Box gone{"gone", "SR-IOV device", "not in the bond", "", "✗ away"};
    gone.there = false;
    boxes.push_back(std::move(gone));
  }
  for (const SlaveReport* slave : slaves) boxes.push_back(box_of(snapshot, outline, *slave));
  return boxes;
}

std::string spoken(const BondReport& bond, const std::vector<Box>& boxes) {
  std::string text = "Bond " + bond.link.name;
  for (const Box& box : boxes) {
    text += "; " + box.name + " (" + box.kind + "): ";
    text += box.state.substr(box.state.find(' ') + 1);
  }
  return text + ".";
}

void add_box(std::string& out, const Box& box, int centre) {
  const int left = centre - kBoxWidth / 2;
  constexpr int kLine = 20;
  int baseline = kSlaveTop + kLine;
  const auto add_text = [&](std::string_view css_class, std::string_view text) {
    out += fmt::format(R"(<text class="{}" x="{}" y="{}">{}</text>)", css_class, centre, baseline,
                       escape_html(text));
    baseline += kLine;
  };
  out += fmt::format(R"(<g class="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="8"/>)",
                     box.css_class, left, kSlaveTop, kBoxWidth, kSlaveHeight);
  add_text("name", box.name);
  add_text("kind", box.kind);
  add_text("note", box.note);
  add_text("state", box.state);
  out += "</g>\n";
}

}  // namespace

std::string bond_picture(const Snapshot& snapshot, const BondOutline& outline) {
  const BondReport& bond = *outline.bond;
  const std::vector<Box> boxes = boxes_of(snapshot, outline);
  if (boxes.empty() || boxes.size() > kMostSlaves) return "";
  const int columns = std::max(static_cast<int>(boxes.size()), 2);
  const int width = columns * kColumn;
  const int middle = width / 2;
  const int first = middle - static_cast<int>(boxes.size() - 1) * kColumn / 2;
  std::string out =
      fmt::format("<svg class=\"picture\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n",
                  width, kPictureHeight, escape_html(spoken(bond, boxes)));
  for (const bool carrying : {false, true}) {
    for (std::size_t index = 0; index < boxes.size(); ++index) {
      if (boxes[index].carries != carrying || !boxes[index].there) continue;
      out += fmt::format("<path class=\"{}\" d=\"M{} {}V{}H{}V{}\"/>\n", carrying ? "flow" : "idle",
                         middle, kBondBottom, (kBondBottom + kSlaveTop) / 2,
                         first + static_cast<int>(index) * kColumn, kSlaveTop);
    }
  }
  out += fmt::format(
      "<g class=\"bond\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\"/><text "
      "class=\"name\" x=\"{}\" y=\"31\">{}</text></g>\n",
      middle - kBoxWidth / 2, kMargin, kBoxWidth, kBondBottom - kMargin, middle,
      escape_html(bond.link.name));
  for (std::size_t index = 0; index < boxes.size(); ++index) {
    add_box(out, boxes[index], first + static_cast<int>(index) * kColumn);
  }
  return out + "</svg>\n";
}

}  // namespace hnv::exporter
