// SPDX-License-Identifier: Apache-2.0
#include "ctl/status.hpp"

#include <string>
#include <utility>

#include "base/exit_code.hpp"
#include "ctl/look.hpp"
#include "ctl/status_json.hpp"
#include "ctl/status_page.hpp"
#include "ctl/terminal.hpp"
#include "ctl/verdict.hpp"

namespace hnv::ctl {

namespace {

int show_once(const Picture& picture, const StatusOptions& options) {
  const auto verdicts = judge(picture, options.bonds);
  const bool colour =
      wants_colour(options.colour, stdout_is_terminal(), environment_allows_colour());
  const std::string bytes = options.json
                                ? status_json(picture, verdicts, false)
                                : to_bytes(status_page(picture, verdicts, options.verbose), colour);
  return write_out(bytes) ? exit_code(verdicts) : base::kExitFailure;
}

// One round of --watch. A picture that cannot be had is shown like one: the next may be better.
class Watch {
 public:
  explicit Watch(const StatusOptions& options) : options_(options) {}

  // The round's exit code; empty when nobody takes what we write.
  std::optional<int> show(const tl::expected<Picture, Problem>& seen) {
    if (!seen) {
      const bool shown = options_.json
                             ? (complain(seen.error().text), true)
                             : write_page({{Span{"hnvctl: " + seen.error().text, Style::bad}}});
      return shown ? std::optional(seen.error().code) : std::nullopt;
    }
    const auto verdicts = judge(*seen, options_.bonds);
    const bool shown = options_.json ? write_out(status_json(*seen, verdicts, true))
                                     : write_page(titled(*seen, verdicts));
    return shown ? std::optional(exit_code(verdicts)) : std::nullopt;
  }

 private:
  [[nodiscard]] Page titled(const Picture& picture, const std::vector<Verdict>& verdicts) const {
    Page page{{Span{local_time_text(picture.unix_now), Style::strong}}};
    if (is_terminal_) page.back().push_back(Span{"   Ctrl-C ends", Style::faint});
    for (Line& line : status_page(picture, verdicts, options_.verbose)) {
      page.push_back(std::move(line));
    }
    return page;
  }

  bool write_page(Page page) {
    if (is_terminal_) return write_out(redraw(page, window_of_stdout(), colour_));
    page.emplace_back();
    return write_out(to_bytes(page, colour_));
  }

  const StatusOptions& options_;
  const bool is_terminal_ = stdout_is_terminal();
  const bool colour_ = wants_colour(options_.colour, is_terminal_, environment_allows_colour());
};

int watch(Observer& observer, const StatusOptions& options, Picture first) {
  StopSignals stop;
  Watch watch(options);
  tl::expected<Picture, Problem> seen = std::move(first);
  while (true) {
    const auto code = watch.show(seen);
    if (!code) return base::kExitFailure;
    if (stop.wait(*options.watch)) return *code;
    seen = look(observer, options);
  }
}

}  // namespace

int run_status(const StatusOptions& options) {
  auto observer = Observer::open(options);
  if (!observer) {
    complain(observer.error().to_string());
    return base::kExitFailure;
  }
  auto picture = look_first(*observer, options);
  if (!picture) {
    complain(picture.error().text);
    return picture.error().code;
  }
  if (options.watch) return watch(*observer, options, std::move(*picture));
  return show_once(*picture, options);
}

}  // namespace hnv::ctl
