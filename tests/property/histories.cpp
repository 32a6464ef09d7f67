// SPDX-License-Identifier: Apache-2.0
#include "tests/property/histories.hpp"

namespace hnv::test {

namespace {

using namespace std::chrono_literals;
using rc::gen::exec;
using rc::gen::weightedElement;

Deed any_deed(bool with_losses) {
  const Deed deed = *weightedElement<Deed>({{6, Deed::pull},
                                            {8, Deed::plug},
                                            {3, Deed::flap},
                                            {2, Deed::admin_down},
                                            {4, Deed::admin_up},
                                            {2, Deed::release},
                                            {4, Deed::enslave},
                                            {2, Deed::replug},
                                            {2, Deed::replug_renamed},
                                            {2, Deed::rename},
                                            {2, Deed::prefer},
                                            {2, Deed::clear_primary},
                                            {3, Deed::take_active},
                                            {1, Deed::reselect_always},
                                            {1, Deed::reselect_failure},
                                            {1, Deed::bond_down},
                                            {2, Deed::bond_up},
                                            {2, Deed::overrun},
                                            {1, Deed::restart},
                                            {1, Deed::refuse},
                                            {2, Deed::permit}});
  const bool loses = deed == Deed::overrun || deed == Deed::restart;
  return loses && !with_losses ? Deed::plug : deed;
}

}  // namespace

rc::Gen<std::vector<Step>> any_history(bool with_losses) {
  constexpr double kShorter = 0.4;  // than the hundred steps that rapidcheck goes up to
  return rc::gen::scale(
      kShorter, rc::gen::container<std::vector<Step>>(exec([with_losses] {
        Step step;
        step.deed = any_deed(with_losses);
        step.to_sriov = *weightedElement<bool>({{3, true}, {1, false}});
        step.then = *weightedElement<std::chrono::milliseconds>(
            {{3, 0ms}, {3, 1ms}, {3, 30ms}, {3, 150ms}, {3, 2s}, {2, 11s}, {2, 16s}, {1, 70s}});
        step.watched = *weightedElement<bool>({{5, true}, {1, false}});
        return step;
      })));
}

rc::Gen<FakeBondOptions> any_bond() {
  return exec([] {
    FakeBondOptions options;
    options.primary_reselect =
        *rc::gen::element(bond::PrimaryReselect::always, bond::PrimaryReselect::better,
                          bond::PrimaryReselect::failure);
    options.miimon = *rc::gen::element(100ms, 1000ms);
    options.updelay = *weightedElement<std::chrono::milliseconds>({{4, 0ms}, {1, 2000ms}});
    options.downdelay = *weightedElement<std::chrono::milliseconds>({{4, 0ms}, {1, 2000ms}});
    return options;
  });
}

rc::Gen<OptIns> any_opt_ins() {
  return exec([] {
    OptIns opt_ins;
    opt_ins.damping = *rc::gen::arbitrary<bool>();
    opt_ins.fast_failover = *weightedElement<bool>({{3, true}, {1, false}});
    opt_ins.fast_failover_delay = *rc::gen::element(0ms, 10ms);
    return opt_ins;
  });
}

std::ostream& operator<<(std::ostream& out, const OptIns& opt_ins) {
  return out << (opt_ins.damping ? "damping " : "")
             << (opt_ins.fast_failover ? "fast failover" : "") << " after "
             << opt_ins.fast_failover_delay.count() << " ms";
}

std::ostream& operator<<(std::ostream& out, const FakeBondOptions& options) {
  return out << "reselect " << base::name_of(options.primary_reselect) << ", miimon "
             << options.miimon.count() << " ms, updelay " << options.updelay.count()
             << " ms, downdelay " << options.downdelay.count() << " ms";
}

}  // namespace hnv::test
