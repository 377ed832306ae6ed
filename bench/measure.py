"""What a whole process cost: CPU seconds, wall seconds, peak resident memory.

A child's figures start with what it shared with its parent before exec, so the parent must be
small: run() puts a bare Python in between, which is this file run as a program.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time


class Cost:
    def __init__(self, cpu, wall, peak_mb):
        self.cpu, self.wall, self.peak_mb = cpu, wall, peak_mb


class Failed(Exception):
    pass


def run(command, log):
    """Runs a command to its end; its output goes to `log`."""
    command = [str(part) for part in command]
    launched = subprocess.run([sys.executable, "-I", "-S", __file__, log, *command],
                              stdout=subprocess.PIPE, check=True)
    found = json.loads(launched.stdout)
    if found["status"] != 0:
        tail = pathlib.Path(log).read_text(errors="replace")[-2000:]
        raise Failed(f"{' '.join(command)}\nexit {found['status']}\n{tail}")
    return Cost(found["cpu"], found["wall"], found["peak_mb"])


def launch(log, command):
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    actions = [(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)]
    began = time.monotonic()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    wall = time.monotonic() - began
    print(json.dumps({"status": os.waitstatus_to_exitcode(status), "wall": wall,
                      "cpu": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024}))


def spread(values):
    """min, median, max"""
    return min(values), statistics.median(values), max(values)


def shown(values, digits=2):
    low, middle, high = spread(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


if __name__ == "__main__":
    launch(sys.argv[1], sys.argv[2:])
