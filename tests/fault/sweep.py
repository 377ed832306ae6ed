"""Runs the program with the Nth call on certain files going wrong, for every N.

A sweep starts from a place that holds an old result, runs the program on other settings, and looks
at what a reader finds afterwards: each table of each source is wholly old or wholly new.
"""

import errno
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

from harness import cases, program
from harness.verdict import RunTest

LIBRARY = program.BUILD / "fault/fail_nth.so"
# Sanitizers look for leaks on the same paths, but each of their runs takes ten times as long.
STRIDE = 7 if program.SANITIZED else 1


def preloaded():
    """What LD_PRELOAD must hold; a sanitizer's runtime wants to come first."""
    libraries = [str(LIBRARY)]
    if "address" in program.SANITIZED:
        found = subprocess.run(["gcc", "-print-file-name=libasan.so"], check=True,
                               capture_output=True, text=True).stdout.strip()
        libraries.insert(0, os.path.realpath(found))
    return ":".join(libraries)


class Fault:
    """One way in which a call goes wrong."""

    def __init__(self, prefix, calls, error=None, lasting=False, kill=False, delay=0):
        self.variables = {
            "FAULT_PREFIX": str(prefix), "FAULT_CALLS": ",".join(calls),
            "FAULT_ERRNO": str(error or errno.EIO), "FAULT_LASTING": str(int(lasting)),
            "FAULT_KILL": str(int(kill)), "FAULT_DELAY": str(delay)}

    def environment(self, nth, report):
        return {**self.variables, "LD_PRELOAD": preloaded(), "FAULT_NTH": str(nth),
                "FAULT_REPORT": str(report)}


class Files:
    """A Parquet or CSV output: what is visible in it, by table and source."""

    def __init__(self, kind, folder):
        self.kind, self.folder = kind, pathlib.Path(folder)
        self.location = f"{kind}:{self.folder}"

    def content(self):
        """{(table, source): {path: bytes}} of what a reader of the tables sees."""
        found = {}
        for path, data in cases.tree(self.folder).items():
            parts = path.split("/")
            if path.endswith("." + self.kind) and not any(p[0] in "._" for p in parts):
                found.setdefault(tuple(parts[:2]), {})[path] = data
        return found

    def everything(self):
        """Every file by name: nothing may be left behind."""
        return cases.tree(self.folder).keys()

    def copy(self, folder):
        if self.folder.exists():
            shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Files(self.kind, folder)


class Database:
    """A SQLite output."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.path = self.folder / "costs.db"
        self.location = f"sqlite:{self.path}"

    def content(self):
        if not self.path.exists():
            return {}
        found = {}
        database = sqlite3.connect(self.path)
        try:
            # Reading rolls back what a killed writer left in the journal.
            names = [r[0] for r in database.execute(
                "select name from sqlite_master where type = 'table'")]
            database.row_factory = sqlite3.Row
            for name in names:
                for row in database.execute(f'select * from "{name}"'):
                    source = row["source_uuid"] if "source_uuid" in row.keys() else ""
                    found.setdefault((name, source), []).append(repr(tuple(row)))
        finally:
            database.close()
        return {key: sorted(rows) for key, rows in found.items()}

    def everything(self):
        return set()

    def copy(self, folder):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            shutil.copy(self.path, folder / "costs.db")
        return Database(folder)


KINDS = {"parquet": lambda folder: Files("parquet", folder),
         "csv": lambda folder: Files("csv", folder),
         "sqlite": Database}


class SweepTest(RunTest):
    """An old and a new result of one case, and the runs between them."""

    case_name = "case-01"

    @classmethod
    def setUpClass(cls):
        if not LIBRARY.exists():
            raise RuntimeError(f"{LIBRARY} is not built")
        cls.case = cases.Case(cls.case_name)
        cls.folder = program.Folder()
        cls.addClassCleanup(cls.folder.remove)
        cls.old_config = cls.folder.path / "old.yaml"
        text = cls.case.config.read_text().replace("markup: ", "markup: 0.5 # ")
        cls.old_config.write_text(text.replace("report_period_id: 1", "report_period_id: 9"))

    def run_case(self, output, config=None, **options):
        return program.run("run", "-c", config or self.case.config, "--input", self.case.input,
                           "--output", output.location, "--threads", 1, cwd=self.case.path,
                           **options)

    def fresh(self, kind):
        """An empty folder of this test."""
        return pathlib.Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=self.folder.path))

    def make(self, kind):
        """The old and the new result, each in a place of its own."""
        old = KINDS[kind](self.fresh(kind))
        new = KINDS[kind](self.fresh(kind))
        self.assert_done(self.run_case(old, self.old_config))
        self.assert_done(self.run_case(new))
        self.assertTrue(new.content(), "there is no result to compare with")
        for key, content in new.content().items():
            self.assertNotEqual(content, old.content().get(key), f"{key} is the same in both")
        return old, new

    def sweep(self, kind, fault_at, check, start="old", most=2000):
        """Calls check(old, new, place, result) for N = 1, 2, … until no call is left to go wrong.

        fault_at(folder) gives the Fault for a place. Returns how many calls were tried."""
        old, new = self.make(kind)
        for nth in range(1, most, STRIDE):
            folder = self.fresh(kind)
            place = old.copy(folder) if start == "old" else KINDS[kind](folder)
            report = self.folder.path / "report"
            report.unlink(missing_ok=True)
            result = self.run_case(place, env=fault_at(folder).environment(nth, report))
            if not report.exists():
                self.assert_done(result)
                self.assertEqual(place.content(), new.content())
                self.assertGreater(nth, 1, "no call was counted at all")
                shutil.rmtree(folder)
                return (nth - 1) // STRIDE
            with self.subTest(kind=kind, nth=nth, call=report.read_text().split("\n")[0]):
                check(old, new, place, result)
            shutil.rmtree(folder)
        self.fail(f"still going after {most} calls")
        return most

    def assert_old_or_new(self, old, new, place, result):
        before, after, found = old.content(), new.content(), place.content()
        self.assertEqual(set(found) - set(before) - set(after), set(), f"\n{result}")
        for key in set(before) | set(after):
            self.assertIn(found.get(key), (before.get(key), after.get(key)),
                          f"{key} is neither the old nor the new one\n{result}")

    def assert_nothing_left(self, old, new, place, result):
        left = set(place.everything()) - set(old.everything()) - set(new.everything())
        self.assertEqual(left, set(), f"left behind\n{result}")
