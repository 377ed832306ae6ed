"""Outputs that cannot be written, and runs that are interrupted."""

import os
import subprocess
import unittest

from harness import cases, program
from harness.verdict import RunTest


class BadOutput(RunTest):
    def setUp(self):
        self.folder = program.Folder()
        self.addCleanup(self.folder.remove)
        self.case = cases.Case("case-01")

    def refused(self, output, *fragments, **options):
        result = self.case.run("--output", output, **options)
        self.assert_refused(result, 73, *fragments)

    def test_a_file_where_a_folder_should_be(self):
        place = self.folder.path / "occupied"
        place.write_text("not a folder")
        for kind in ("parquet", "csv"):
            with self.subTest(kind=kind):
                self.refused(f"{kind}:{place}", place)
        self.assertEqual(place.read_text(), "not a folder")

    def test_a_folder_where_the_database_should_be(self):
        self.refused(f"sqlite:{self.folder.path}", self.folder.path)

    def test_a_file_that_is_no_database(self):
        place = self.folder.path / "costs.db"
        place.write_text("this is no database, it is a text of some length\n" * 100)
        before = place.read_bytes()
        self.refused(f"sqlite:{place}", place)
        self.assertEqual(place.read_bytes(), before)

    def test_no_right_to_write(self):
        self.folder.path.chmod(0o555)
        prefix = ()
        if os.geteuid() == 0:
            prefix = ("setpriv", "--bounding-set=-dac_override")
            if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
                raise unittest.SkipTest("root cannot drop its capabilities here")
        for output in ("parquet:{}/p", "csv:{}/c", "sqlite:{}/costs.db"):
            with self.subTest(output=output):
                self.refused(output.format(self.folder.path), self.folder.path, prefix=prefix)
        self.assertEqual(cases.tree(self.folder.path), {})

    def test_a_full_disk(self):
        """A real one, where a small file system can be mounted; the fault sweep fakes it anyway."""
        full = self.folder.path / "full"
        full.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(full)]
        if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
            raise unittest.SkipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", str(full)], check=True)
        (full / "ballast").write_bytes(bytes(12288))
        for output in ("parquet:{}/p", "csv:{}/c", "sqlite:{}/costs.db"):
            with self.subTest(output=output):
                self.refused(output.format(full), "space", full)
                left = [p for p in cases.tree(full) if p.endswith((".parquet", ".csv"))]
                self.assertEqual(left, [])

    def test_only_who_needs_a_server_needs_its_library(self):
        """A libpq that cannot be loaded stands before the real one."""
        (self.folder.path / "libpq.so.5").write_bytes(b"no library")
        env = {"LD_LIBRARY_PATH": str(self.folder.path)}
        refused = self.case.run("--output", "postgresql://nobody@localhost/costs", env=env)
        self.assert_refused(refused, 78, "libpq.so.5", "libpq5")
        place = self.folder.path / "results"
        done = self.case.run("--output", f"parquet:{place}", env=env)
        self.assert_done(done)
        self.assertTrue(any(p.endswith(".parquet") for p in cases.tree(place)))

    def test_one_of_two_outputs_cannot_be_written(self):
        place = self.folder.path / "occupied"
        place.write_text("not a folder")
        good = self.folder.path / "good"
        result = self.case.run("--output", f"csv:{place}", "--output", f"parquet:{good}")
        self.assert_refused(result, 73, place)
