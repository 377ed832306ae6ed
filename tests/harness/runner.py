"""Runs the unittest classes of one file and prints one line a test, as cmocka does.

    python runner.py tests/golden/golden_test.py [NAME …]

scripts/check.sh counts these lines. NAME picks tests whose name contains it. A file in which no
test ran at all is a failure (exit 1); one that skipped everything exits 77, which CTest shows as
skipped.
"""

import importlib.util
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))


class LineResult(unittest.TestResult):
    """Prints each result as it comes."""

    def __init__(self):
        super().__init__()
        self.passed = 0
        self.began = time.monotonic()

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()
        print(f"[ RUN      ] {name_of(test)}", flush=True)

    def line(self, mark, test, text=""):
        took = time.monotonic() - self.began
        if text:
            print(text.rstrip(), flush=True)
        print(f"[ {mark:>8} ] {name_of(test)} ({took:.1f} s)", flush=True)

    def addSuccess(self, test):
        self.passed += 1
        self.line("OK", test)

    def addError(self, test, err):
        super().addError(test, err)
        self.line("FAILED", test, self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line("FAILED", test, self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line("SKIPPED", test, f"skipped: {reason}")

    def addSubTest(self, test, subtest, err):
        if err is not None:
            super().addSubTest(test, subtest, err)
            self.line("FAILED", subtest, self._exc_info_to_string(err, subtest))


def name_of(test):
    return str(test.id()).removeprefix("suite.") if hasattr(test, "id") else str(test)


def flatten(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flatten(item)
        else:
            yield item


def main(path, *names):
    sys.path.insert(0, str(pathlib.Path(path).resolve().parent))
    spec = importlib.util.spec_from_file_location("suite", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["suite"] = module
    spec.loader.exec_module(module)
    tests = list(flatten(unittest.defaultTestLoader.loadTestsFromModule(module)))
    if names:
        tests = [t for t in tests if any(n in t.id() for n in names)]
    result = LineResult()
    unittest.TestSuite(tests).run(result)
    failed = len(result.failures) + len(result.errors)
    print(f"{path}: {result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    if failed:
        return 1
    if result.passed == 0:
        return 77 if result.skipped else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
