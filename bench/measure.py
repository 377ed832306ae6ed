"""What a whole process cost: CPU seconds, wall seconds, peak resident memory."""

import os
import pathlib
import statistics
import subprocess
import time


class Cost:
    def __init__(self, cpu, wall, peak_mb):
        self.cpu, self.wall, self.peak_mb = cpu, wall, peak_mb


class Failed(Exception):
    pass


def run(command, log):
    """Runs a command to its end; its output goes to `log`."""
    with open(log, "wb") as out:
        began = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], stdout=out,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        tail = pathlib.Path(log).read_text(errors="replace")[-2000:]
        raise Failed(f"{' '.join(map(str, command))}\nexit {process.returncode}\n{tail}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def spread(values):
    """min / median / max"""
    return min(values), statistics.median(values), max(values)


def shown(values, digits=2):
    low, middle, high = spread(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"
