# SPDX-License-Identifier: Apache-2.0
"""The project's own lab: a real bond on the distribution's kernel, in a QEMU guest that needs no privilege.

Why a guest: the behaviour that this project repairs lives in the kernel's bonding driver. Only the real driver, with
carrier that can be lost and devices that can be unplugged from outside, shows it.
"""
