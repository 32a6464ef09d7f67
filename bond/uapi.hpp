// SPDX-License-Identifier: Apache-2.0
// Attribute numbers that are newer than the kernel headers of the oldest distribution we build on.
// They are ABI and never change; the names here are the kernel's, the numbers from
// include/uapi/linux/if_link.h.
#pragma once

namespace hnv::bond::uapi {

inline constexpr int kIflaPermAddress = 54;       // IFLA_PERM_ADDRESS, Linux 5.6
inline constexpr int kIflaParentDevName = 56;     // IFLA_PARENT_DEV_NAME, Linux 5.14
inline constexpr int kIflaParentDevBusName = 57;  // IFLA_PARENT_DEV_BUS_NAME, Linux 5.14
inline constexpr int kIflaMax = kIflaParentDevBusName;

inline constexpr int kIflaBondPeerNotifDelay = 28;  // IFLA_BOND_PEER_NOTIF_DELAY, Linux 5.3
inline constexpr int kIflaBondMax = kIflaBondPeerNotifDelay;

inline constexpr int kIflaBondSlavePrio = 9;  // IFLA_BOND_SLAVE_PRIO, Linux 6.0
inline constexpr int kIflaBondSlaveMax = kIflaBondSlavePrio;

}  // namespace hnv::bond::uapi
