// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/expected.hpp"

namespace hnv::bond {

// Attaches a classic BPF program to a netlink socket, so that link messages which are no business
// of ours are dropped before they take room in its buffer: AF_BRIDGE messages, and links that are
// of a known kind other than bond and no slave of a bond. Real devices have no kind and always
// pass. Parts of a dump always pass too: the kernel puts many links into one buffer, the program
// sees only the first of them, and a dropped buffer would take NLMSG_DONE with it.
//
// What it hides: a veth, vlan, ... slave that leaves its bond is from then on such a foreign link,
// so its last message does not arrive. LinkMonitor re-reads a bond's slaves for that reason.
base::Expected<void> attach_link_filter(int socket_fd);

}  // namespace hnv::bond
