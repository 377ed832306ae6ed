"""Which exit statuses a scheduler tries again: what the chart, Slurm, systemd and the manual say.

The statuses come from src/base/error.def; every one of them belongs to exactly one group here.
"""

import re

from harness import program

FINAL = {64, 65, 70, 78}  # a person must do something first
AGAIN = {66, 69, 73, 75}  # may pass by itself
STOPPED = {130, 143}  # was told to stop
OF_OTHER_VERBS = {1}  # compare and reconcile


def defined():
    text = (program.ROOT / "src/base/error.def").read_text()
    return {int(s) for s in re.findall(r"^ERROR_KIND\(\w+, (\d+),", text, re.M)} | {143}
