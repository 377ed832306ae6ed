"""Every golden case through the real program: the rows of both tables are the recorded ones."""

import pathlib
import shutil
import unittest

from harness import cases, program, rows


def test_of(name):
    def test(self):
        case = cases.Case(name)
        with program.Folder() as folder:
            shutil.copytree(case.input, folder / "in")
            shutil.copy(case.config, folder)
            result = program.run("run", "-c", "run.yaml", cwd=folder)
            self.assertEqual(result.status, 0, f"\n{result}")
            for table in (rows.USAGE, rows.COST):
                comparison = rows.Comparison(rows.read_file(case.expected(table)),
                                             rows.read_output(folder / "out", table))
                if comparison.differences:
                    self.fail(f"{name}, {table}:\n" + "\n".join(comparison.differences))
    return test


class Golden(unittest.TestCase):
    """One test a case."""


for case_name in cases.names():
    setattr(Golden, f"test_{case_name.replace('-', '_')}", test_of(case_name))


class Judge(unittest.TestCase):
    """The comparison itself finds what it must find."""

    def setUp(self):
        self.expected = rows.read_file(cases.Case("case-01").expected(rows.USAGE))

    def differences(self, change):
        actual = rows.read_file(cases.Case("case-01").expected(rows.USAGE))
        change(actual)
        return rows.Comparison(self.expected, actual).differences

    def test_equal_tables_have_no_differences(self):
        self.assertEqual(self.differences(lambda actual: actual.rows.reverse()), [])

    def test_a_lost_row_is_found(self):
        self.assertIn("1 missing", self.differences(lambda actual: actual.rows.pop())[0])

    def test_a_doubled_row_is_found(self):
        self.assertIn("1 surplus",
                      self.differences(lambda actual: actual.rows.append(actual.rows[0]))[0])

    def test_a_number_off_by_a_millionth_is_found(self):
        def change(actual):
            row = next(r for r in actual.rows if r["pod_usage_cpu_core_hours"])
            row["pod_usage_cpu_core_hours"] = float(row["pod_usage_cpu_core_hours"]) * 1.000001
        self.assertIn("1 with other numbers", self.differences(change)[0])

    def test_null_is_not_zero(self):
        def change(actual):
            row = next(r for r in actual.rows if r["pod_usage_cpu_core_hours"] is None)
            row["pod_usage_cpu_core_hours"] = 0.0
        self.assertIn("1 with other numbers", self.differences(change)[0])

    def test_another_text_is_found(self):
        def change(actual):
            actual.rows[0]["namespace"] = "elsewhere"
        self.assertTrue(any("namespace: expected" in d for d in self.differences(change)))

    def test_a_lost_column_is_found(self):
        def change(actual):
            actual.columns.remove("namespace")
            for row in actual.rows:
                del row["namespace"]
        self.assertIn("column namespace is missing from the result", self.differences(change))

    def test_json_is_compared_by_value(self):
        def change(actual):
            for row in actual.rows:
                if row["infrastructure_usage_cost"]:
                    row["infrastructure_usage_cost"] = \
                        row["infrastructure_usage_cost"].replace(":", " :   ")
        self.assertEqual(self.differences(change), [])

    def test_no_output_at_all_is_found(self):
        empty = rows.read_output(pathlib.Path("/nonexistent"), rows.USAGE)
        self.assertTrue(rows.Comparison(self.expected, empty).differences)
