"""Counts test results: count_tests.py JUNIT-FILE …

CTest sees programs; a cmocka program and a Python test file hold many tests each and print one
line a test. Those lines are counted. A program that failed without saying which test did (a crash,
a leak found at exit, a timeout) counts as one failure, one that cannot be run likewise. Ends with
`N passed, N failed` and, if any were, `, N skipped`; exit 1 on a failure or when nothing passed.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

LINE = re.compile(r"^\[\s*(OK|FAILED|SKIPPED)\s*\] (.*?)(?: \([\d.]+ s\))?$", re.MULTILINE)


def count(testcase):
    """(passed, failed, skipped) of one CTest test."""
    output = testcase.findtext("system-out") or ""
    seen = {"OK": [], "FAILED": [], "SKIPPED": []}
    for mark, name in LINE.findall(output):
        # cmocka lists failures again at the end, under a heading.
        if not name.startswith("tests: ") and (mark == "OK" or name not in seen[mark]):
            seen[mark].append(name)
    passed, failed, skipped = (len(seen[m]) for m in ("OK", "FAILED", "SKIPPED"))
    reason = testcase.find("skipped")
    if reason is not None and "SKIP_" in reason.get("message", ""):
        return passed, failed, max(1, skipped)
    if testcase.get("status") != "run":
        return passed, max(1, failed), skipped
    return (passed if passed or skipped else 1), failed, skipped


def main(paths):
    total = [0, 0, 0]
    for path in paths:
        for testcase in ElementTree.parse(path).iter("testcase"):
            counts = count(testcase)
            total = [a + b for a, b in zip(total, counts)]
            if counts[1]:
                print(f"failed: {testcase.get('name')} ({path})")
    passed, failed, skipped = total
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
