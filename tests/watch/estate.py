"""A golden case of three days whose input may be spoilt, and results to compare."""

import json
import shutil

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harness import cases, program
from harness.verdict import RunTest

CASE = "case-11"
DAYS = ("2025-11-28", "2025-11-29", "2025-11-30")
PODS = "openshift_pod_usage_line_items_daily"


class EstateTest(RunTest):
    def setUp(self):
        self.folder = program.Folder()
        self.addCleanup(self.folder.remove)
        self.case = cases.Case(CASE)
        self.input = self.folder.path / "in"
        shutil.copytree(self.case.input, self.input)
        self.config = self.folder.path / "run.yaml"
        shutil.copy(self.case.config, self.config)
        self.out = self.folder.path / "out"
        self.location = f"parquet:{self.out}"

    # ---- the program ----

    def arguments(self, verb, *more, output=None, place=None):
        return (verb, "-c", self.config, "--input", place or self.input, "--output",
                output or self.location, *more)

    def costagg(self, verb, *more, output=None, env=None):
        return program.run(*self.arguments(verb, *more, output=output), env=env,
                           cwd=self.folder.path)

    def run_changed(self, *more, output=None):
        return self.assert_done(self.costagg("run", "--changed", *more, output=output))

    def assert_unchanged(self, *more, output=None):
        result = self.run_changed(*more, output=output)
        self.assertIn("Nothing has changed", result.out, f"\n{result}")

    def plan(self, *more):
        """(stage, first day, last day) of what a pass would do."""
        result = self.assert_done(self.costagg("plan", "--changed", "--json", *more))
        return [(u["stage"], u["start"], u["end"]) for u in json.loads(result.out)["units"]]

    # ---- the input ----

    def file(self, day, report=PODS):
        found = sorted(self.input.rglob(f"{report}/**/*{day}*.parquet"))
        self.assertEqual(len(found), 1)
        return found[0]

    def scale(self, path, factor, column="pod_usage_cpu_core_seconds"):
        """Rewrites a file with another amount in every row; its size stays."""
        table = pq.read_table(path, partitioning=None)
        index = table.column_names.index(column)
        table = table.set_column(index, column,
                                 pc.multiply(table.column(index), pa.scalar(float(factor))))
        pq.write_table(table, path, compression="none", use_dictionary=False)

    # ---- the output ----

    def assert_like_fresh(self, *more, place=None):
        """The output has the very bytes that a run into an empty place makes."""
        fresh = self.folder.path / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        self.assert_done(program.run(
            *self.arguments("run", "--changed", *more, output=f"parquet:{fresh}", place=place),
            cwd=self.folder.path))
        difference = cases.tree_difference(cases.tree(self.out), cases.tree(fresh))
        self.assertFalse(difference, "\n" + "\n".join(difference))

    def times(self):
        return {p: p.stat().st_mtime_ns for p in self.out.rglob("*.parquet")}
