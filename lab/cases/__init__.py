# SPDX-License-Identifier: Apache-2.0
"""The stories of the guest suite. Every check asks the kernel (or the exporter from outside), never what we wrote."""

# Importing a module registers its cases; they run in this order.
from lab.cases import restore
from lab.cases import replug
from lab.cases import handsoff
from lab.cases import failures
from lab.cases import faults
from lab.cases import persist
from lab.cases import fast
from lab.cases import prober
from lab.cases import path
from lab.cases import alerts
from lab.cases import native
from lab.cases.registry import CASES, Case

__all__ = ["CASES", "Case", "alerts", "failures", "fast", "faults", "handsoff", "native", "path", "persist", "prober", "replug", "restore"]
