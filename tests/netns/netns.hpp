// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hnv::test {

// Moves this process into a network namespace of its own, for good; throws where that is not
// allowed. A test that cannot run must not look like one that passed.
void enter_own_network_namespace();

// IFF_UP of the loopback device: each change is one link message of a real device, which the link
// filter lets pass.
void set_loopback(bool up);

}  // namespace hnv::test
