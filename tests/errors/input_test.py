"""Bad input: a clear line that names the place, the right exit status, the old result untouched."""

import json
import os
import shutil
import subprocess
import unittest

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harness import cases, program, rows
from harness.bad_input import BILL_DAILY, POD, POD_DAILY, Input
from harness.verdict import RunTest


class BadInput(RunTest):
    def setUp(self):
        self.folder = program.Folder()
        self.addCleanup(self.folder.remove)
        self.input = Input(self.folder.path)
        self.out = self.folder.path / "out"

    def run_it(self, *arguments, **options):
        return self.input.case.run("--input", self.input.root, "--output", f"parquet:{self.out}",
                                   *arguments, **options)

    def refused(self, status, *fragments, arguments=(), **options):
        """The run is refused, before and after there is a result; the result stays."""
        self.assert_refused(self.run_it(*arguments, **options), status, *fragments)
        self.assertFalse([p for p in cases.tree(self.out) if p.startswith(rows.COST)],
                         "costs were written")
        shutil.rmtree(self.out, ignore_errors=True)
        self.assert_done(self.input.case.run("--output", f"parquet:{self.out}"))
        before = cases.tree(self.out)
        self.assert_refused(self.run_it(*arguments, **options), status, *fragments)
        # Usage that is whole may be written before the bill is read: here it is the same.
        self.assertEqual(cases.tree_difference(before, cases.tree(self.out)), [])

    def test_missing_required_column(self):
        for report, column in ((POD_DAILY, "pod_usage_cpu_core_seconds"),
                               (POD, "node_capacity_cpu_core_seconds"),
                               ("openshift_storage_usage_line_items_daily",
                                "persistentvolumeclaim"),
                               ("openshift_node_labels_line_items_daily", "node_labels"),
                               (BILL_DAILY, "lineitem_unblendedcost")):
            with self.subTest(report=report):
                self.setUp()
                path = self.input.drop(report, column)
                self.refused(65, column, path.name)

    def test_missing_optional_column_is_null(self):
        self.input.drop(POD_DAILY, "resource_id")
        self.assert_done(self.run_it())

    def test_unknown_column_is_ignored(self):
        self.input.rewrite(POD_DAILY, lambda t: t.append_column(
            "weather", pa.array([[1]] * t.num_rows, pa.list_(pa.int32()))))
        self.assert_done(self.run_it())

    def test_wrong_type(self):
        for column, type_, value, said in (
                ("pod_usage_cpu_core_seconds", pa.string(), "1.5", "string"),
                ("namespace", pa.float64(), 1.5, "double"),
                ("interval_start", pa.string(), "2025-02-01", "string"),
                ("pod_labels", pa.list_(pa.string()), ["a"], "list")):
            with self.subTest(column=column):
                self.setUp()
                path = self.input.retype(POD_DAILY, column, type_, value)
                self.refused(65, column, path.name, said)

    def test_truncated_file(self):
        for keep in (0.9, 0.5, 0.1):
            with self.subTest(keep=keep):
                self.setUp()
                path = self.input.file(POD_DAILY)
                data = path.read_bytes()
                path.write_bytes(data[:int(len(data) * keep)])
                self.refused(65, path.name, POD_DAILY)

    def test_text_file_called_parquet(self):
        path = self.input.file(POD)
        path.write_text("namespace,pod\nfront,web-1\n" * 20)
        self.refused(65, path.name, POD)

    def test_empty_file(self):
        path = self.input.file(BILL_DAILY)
        path.write_bytes(b"")
        self.refused(65, path.name, BILL_DAILY)

    def test_damaged_page(self):
        path = self.input.file(POD_DAILY)
        data = path.read_bytes()
        footer = int.from_bytes(data[-8:-4], "little") + 8
        path.write_bytes(data[:4] + bytes(len(data) - footer - 4) + data[-footer:])
        self.refused(65, path.name)

    def test_empty_directory(self):
        shutil.rmtree(self.input.root)
        self.input.root.mkdir()
        self.refused(66, self.input.root)

    def test_no_directory(self):
        shutil.rmtree(self.input.root)
        self.refused(66, self.input.root)

    def test_a_file_where_the_directory_should_be(self):
        shutil.rmtree(self.input.root)
        self.input.root.write_text("not a folder")
        self.refused((65, 66), self.input.root)

    def test_one_cluster_without_data(self):
        source = self.input.case.settings["clusters"][0]["source"]
        for folder in self.input.root.rglob(f"source={source}"):
            shutil.rmtree(folder)
        self.refused(66, source)

    def test_month_with_no_data(self):
        self.refused(66, "2031-05", arguments=("--start", "2031-05-01", "--end", "2031-05-31"))

    def test_days_with_no_rows(self):
        """The month's folder is there, the days asked for are not in it."""
        month = self.input.case.settings["start"][:7]
        day = f"{month}-19"
        self.refused(66, day, arguments=("--start", day, "--end", day))

    def test_unreadable_directory(self):
        self.unreadable(self.input.file(POD_DAILY).parent)

    def test_unreadable_file(self):
        self.unreadable(self.input.file(POD_DAILY))

    def unreadable(self, path):
        path.chmod(0)
        self.refused((65, 66), path.name, prefix=without_override())

    def test_source_in_two_conventions(self):
        guise = cases.Guise(1, convention="koku")
        cases.rewrite(self.input.case, self.input.root, guise)
        source = self.input.case.settings["clusters"][0]["source"]
        self.refused(65, source, "data/parquet", "data/org1234567")

    def test_malformed_labels_are_counted_and_read_as_empty(self):
        for value in ("{broken", "", "[1, 2]", '{"app": 7}', '{"app": {"b": "c"}}', '"text"',
                      "{}{}", "null"):
            with self.subTest(value=value):
                self.setUp()
                path = self.input.replace(POD_DAILY, "pod_labels", 1, value)
                result = self.assert_done(self.run_it())
                self.assertIn(path.name, result.out + result.err, f"\n{result}")

    def test_malformed_labels_are_counted_once_by_any_number_of_threads(self):
        """Four days, whose texts {0, {1 … come again on the day after."""
        first = self.input.file(POD_DAILY)
        table = pq.ParquetFile(first).read()
        times = table.column_names.index("interval_start")
        texts = table.column_names.index("pod_labels")
        for day in range(4):
            labels = [f"{{{day + row % 2}" for row in range(table.num_rows)]
            moved = pc.add(table["interval_start"], pa.scalar(day * 24 * 3600, pa.duration("s")))
            pq.write_table(table.set_column(times, "interval_start", moved)
                           .set_column(texts, "pod_labels", pa.array(labels)),
                           first.with_name(f"day-{day}.parquet"))
        first.unlink()
        for threads in ("1", "2", "4"):
            report = self.folder.path / f"report-{threads}.json"
            self.assert_done(self.run_it("--stage", "usage", "--end", "2025-02-04", "--threads",
                                         threads, "--report-file", report))
            told = json.loads(report.read_text())
            self.assertEqual((told["malformed_labels"], "day-0" in told["first_malformed_label"]),
                             (5, True), threads)

    def test_malformed_labels_are_an_error_when_strict(self):
        path = self.input.replace(POD_DAILY, "pod_labels", 1, "{broken")
        result = self.run_it("--strict")
        self.assert_refused(result, 65, path.name, POD_DAILY, "row 2", "labels")

    def test_labels_of_a_bill_too(self):
        path = self.input.replace(BILL_DAILY, "resourcetags", 0, "{broken")
        self.assert_done(self.run_it())
        self.assert_refused(self.run_it("--strict"), 65, path.name, "resourcetags")

    def test_control_characters_of_names_do_not_reach_the_terminal(self):
        path = self.input.file(POD_DAILY)
        nasty = path.with_name("a\x1b[31m\nred.parquet")
        path.rename(nasty)
        nasty.write_bytes(b"not parquet")
        result = self.run_it()
        self.assertEqual(result.status, 65, f"\n{result}")
        self.assertNotIn("\x1b", result.err + result.out)
        self.assert_refused(result, 65, "red.parquet", "[31m")


def without_override():
    """Root may read everything, unless it runs without the capabilities that allow it."""
    if os.geteuid() != 0:
        return ()
    prefix = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        raise unittest.SkipTest("root cannot drop its capabilities here")
    return prefix
