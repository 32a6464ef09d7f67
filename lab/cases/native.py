# SPDX-License-Identifier: Apache-2.0
"""The C++ tests that need a real kernel bond; they run inside the guest."""

from __future__ import annotations

import shlex

from lab.cases.registry import case
from lab.checks import expect
from lab.errors import LabError
from lab.partition import Partition
from lab.programs import SANITIZER_ENVIRONMENT
from lab.progress import say

TIMEOUT = 600.0


@case("C++ tests inside the guest (guest_tests)", programs=False, guest_tests=True)
def guest_tests(partition: Partition) -> None:
    if not partition.build:
        raise LabError("guest_tests needs a build folder")
    environment = " ".join(f"{name}={value}" for name, value in SANITIZER_ENVIRONMENT.items())
    program = shlex.quote(str(partition.build.guest_tests))
    code, output = partition.guest.attempt(f"(cd /mnt && env {environment} {program} --gtest_color=no)", TIMEOUT)
    say(output)
    expect(code, 0, "exit code of guest_tests")
