# SPDX-License-Identifier: Apache-2.0
"""The twin: an emulated Power partition in which the platform's own hcnmgr, drmgr and NetworkManager work beside our programs."""
