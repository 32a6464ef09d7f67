// SPDX-License-Identifier: Apache-2.0
// `hnvctl watch`: all of a partition on one screen, 80 columns and 24 rows or more. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ctl/picture.hpp"
#include "ctl/terminal.hpp"
#include "ctl/text.hpp"
#include "ctl/verdict.hpp"
#include "hnv/events.hpp"

namespace hnv::ctl {

struct WatchPage {
  Page page;              // at most as many lines as the window has rows
  std::size_t shown = 0;  // bonds, from `first` on
};

// The worst first; `first`: how many of them are skipped. `events`: the last ones, in order.
WatchPage watch_page(const Picture& picture, const std::vector<Verdict>& verdicts,
                     const std::vector<JournalEvent>& events, const std::string& host,
                     std::size_t first, const Window& window);

// So many events are shown at most.
inline constexpr std::size_t kWatchedEvents = 12;

}  // namespace hnv::ctl
