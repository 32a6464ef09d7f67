// SPDX-License-Identifier: Apache-2.0
#include "ctl/explain_state.hpp"

#include "ctl/look.hpp"
#include "ctl/state_story.hpp"
#include "ctl/terminal.hpp"

namespace hnv::ctl {

int run_explain_state(const ExplainOptions& options) {
  const auto picture = look_once(options);
  if (!picture) {
    complain(picture.error().text);
    return picture.error().code;
  }
  const auto verdicts = judge(*picture, options.bonds);
  const bool colour =
      wants_colour(options.colour, stdout_is_terminal(), environment_allows_colour());
  return write_out(to_bytes(state_story(*picture, verdicts.front()), colour)) ? base::kExitOk
                                                                              : base::kExitFailure;
}

}  // namespace hnv::ctl
