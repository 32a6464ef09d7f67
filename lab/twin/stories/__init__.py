# SPDX-License-Identifier: Apache-2.0
"""The twin's stories. What they check is the kernel's state and what our programs say from outside, never what was written."""

# Importing a module registers its stories; they run in this order.
from lab.twin.stories import migration
from lab.twin.stories import interrupted
from lab.twin.stories import repair
from lab.twin.stories import doctor
from lab.twin.stories.registry import STORIES, Story, Twin

__all__ = ["STORIES", "Story", "Twin", "doctor", "interrupted", "migration", "repair"]
