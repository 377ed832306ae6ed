"""Ctrl-C and SIGTERM in the middle: 130 and 143, soon, the old result untouched."""

import signal
import time

from harness import program
from sweep import KINDS, Fault, SweepTest


class Interrupted(SweepTest):
    def interrupted(self, kind, number, status, where, calls):
        old, new = self.make(kind)
        place = old.copy(self.fresh(kind))
        report = self.fresh("report") / "report"
        prefix = self.case.input if where == "reading" else place.folder
        fault = Fault(f"{prefix}/", calls, delay=150_000)
        process = program.start("run", "-c", self.case.config, "--input", self.case.input,
                                "--output", place.location, cwd=self.case.path,
                                env=fault.environment(0, report))
        deadline = time.monotonic() + 60
        while not report.exists():
            self.assertIsNone(process.poll(), "it ended before it could be interrupted")
            self.assertLess(time.monotonic(), deadline, "it never came to the slow call")
            time.sleep(0.01)
        process.send_signal(number)
        began = time.monotonic()
        result = program.finish(process, timeout=60)
        self.assertLess(time.monotonic() - began, 15, "it should stop soon")
        self.assert_old_or_new(old, new, place, result)
        self.assert_nothing_left(old, new, place, result)
        if where == "reading" or result.status:
            self.assertEqual(result.status, status, f"\n{result}")
            self.assertLessEqual(len(result.err.splitlines()), 12, f"\n{result}")
        if where == "reading":
            self.assertEqual(place.content(), old.content())

    def each(self, number, status):
        for kind in KINDS:
            with self.subTest(kind=kind, where="reading"):
                self.interrupted(kind, number, status, "reading", ("read", "open"))
            with self.subTest(kind=kind, where="writing"):
                self.interrupted(kind, number, status, "writing", ("write", "sync"))

    def test_ctrl_c(self):
        self.each(signal.SIGINT, 130)

    def test_sigterm(self):
        self.each(signal.SIGTERM, 143)
