# SPDX-License-Identifier: Apache-2.0
"""A guest with a Debian that systemd runs, in which the packages are installed, upgraded and purged."""
