"""Rollups of the golden cases against plain rules, in every kind of output, by every route."""

import json
import pathlib
import shutil
import sys
import unittest

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import rollup_rules  # noqa: E402
import stored  # noqa: E402
from harness import cases, program  # noqa: E402
from harness.bad_input import BILL_DAILY, Input  # noqa: E402
from services import postgres  # noqa: E402

USAGE, COST = rollup_rules.USAGE, rollup_rules.COST


def read(path):
    return pq.ParquetFile(path).read().to_pylist()


def expected_tables(case):
    """What the rules make of the recorded daily tables."""
    settings = case.settings
    usage, costs = read(case.expected(USAGE)), read(case.expected(COST))
    tables = {USAGE: list(usage), COST: costs}
    for cluster in settings["clusters"]:
        rows = [r for r in usage if r["source_uuid"] == cluster["source"]]
        back = rollup_rules.written_back(costs, cluster) if "aws" in settings else []
        tables[USAGE] += back
        for table, made in rollup_rules.openshift(rows + back, cluster["source"]).items():
            tables.setdefault(table, []).extend(made)
    if "aws" in settings:
        tables.update(rollup_rules.bill(costs, settings["aws"]["source"]))
    enabled = settings["enabled_keys"]
    tables.update(rollup_rules.tag_summaries(usage, costs, set(enabled.get("OCP", [])),
                                             set(enabled.get("AWS", []))))
    return tables


class RollupTest(unittest.TestCase):
    def run_case(self, folder, *arguments):
        result = program.run("run", "-c", "run.yaml", "--rollups", *arguments, cwd=folder)
        self.assertEqual(result.status, 0, f"\n{result}")

    def copy(self, case, folder):
        shutil.copytree(case.input, folder / "in")
        shutil.copy(case.config, folder)

    def assert_tables(self, expected, actual, name):
        for table in sorted(expected):
            rows = actual.get(table, [])
            if table in (USAGE, COST):  # the recorded ones have columns that are not ours
                own = {c for r in rows for c in r}
                wanted = [{c: v for c, v in r.items() if c in own} for r in expected[table]]
            else:
                wanted = expected[table]
            # Recorded amortized costs are rounded at the ninth decimal; a bill's rollups are not
            # made from them.
            absolute = 1e-7 if table.startswith("reporting_ocpaws") else 1e-12
            lines = stored.differences(wanted, rows, absolute=absolute)
            if lines:
                self.fail(f"{name}, {table}:\n" + "\n".join(lines))


def test_of(name):
    def test(self):
        case = cases.Case(name)
        with program.Folder() as folder:
            self.copy(case, folder)
            self.run_case(folder, "--output", "parquet:out", "--output", "sqlite:out.db")
            expected = expected_tables(case)
            self.assert_tables(expected, stored.parquet(folder / "out"), f"{name}, Parquet")
            self.assert_tables(expected, stored.sqlite(folder / "out.db"), f"{name}, SQLite")
    return test


class Golden(RollupTest):
    """One test a case."""


for case_name in cases.names():
    setattr(Golden, f"test_{case_name.replace('-', '_')}", test_of(case_name))


class Notices(RollupTest):
    def test_a_missing_currency_counts_once_however_many_outputs_there_are(self):
        with program.Folder() as folder:
            spoilt = Input(folder)
            spoilt.retype(BILL_DAILY, "lineitem_currencycode", pa.string())
            counts = []
            for outputs in (["parquet:out"], ["parquet:out", "csv:out.csv", "sqlite:out.db"]):
                report = folder / "report.json"
                result = program.run("run", "-c", spoilt.case.config, "--input", spoilt.root,
                                     "--rollups", "--report-file", report,
                                     *(part for output in outputs for part in ("--output", output)),
                                     cwd=folder)
                self.assertEqual(result.status, 0, f"\n{result}")
                bill, = json.loads(report.read_text())["bills"]
                counts.append(bill["notices"]["null_currency"]["count"])
            self.assertGreater(counts[0], 0)
            self.assertEqual(counts[0], counts[1])


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes()
            for p in sorted(folder.rglob("*")) if p.is_file() and "costagg_" not in str(p)}


def case_with_bill():
    """The case with most rows written back."""
    best = max(cases.names(), key=lambda n: len(read(cases.Case(n).expected(COST))))
    return cases.Case(best)


class Routes(RollupTest):
    """However a month is run, the same files come of it."""

    outputs = ("--output", "parquet:out", "--output", "csv:out.csv", "--state", "state")

    def setUp(self):
        self.case = case_with_bill()
        self.temporary = program.Folder()
        self.folder = self.temporary.__enter__()
        self.addCleanup(self.temporary.remove)
        self.copy(self.case, self.folder)
        self.run_case(self.folder, *self.outputs)
        self.first = self.files()

    def files(self):
        return contents(self.folder / "out"), contents(self.folder / "out.csv")

    def assert_same_files(self):
        for before, after in zip(self.first, self.files()):
            self.assertEqual(sorted(before), sorted(after))
            for path, data in before.items():
                self.assertEqual(data, after[path], f"{path} has changed")

    def clear(self):
        for name in ("out", "out.csv", "state"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def test_a_second_run_changes_nothing(self):
        self.run_case(self.folder, *self.outputs)
        self.assert_same_files()

    def test_a_usage_run_leaves_what_was_written_back(self):
        self.run_case(self.folder, *self.outputs, "--stage", "usage")
        self.assert_same_files()

    def test_stages_apart_end_in_the_same_tables(self):
        self.clear()
        self.run_case(self.folder, *self.outputs, "--stage", "usage")
        self.run_case(self.folder, *self.outputs, "--stage", "cost")
        self.assert_same_files()

    def test_a_cost_run_again_changes_nothing(self):
        self.run_case(self.folder, *self.outputs, "--stage", "usage")
        self.run_case(self.folder, *self.outputs, "--stage", "cost")
        self.assert_same_files()

    def test_a_month_in_two_parts_has_the_same_rows(self):
        days = sorted({r["usage_start"] for r in read(self.case.expected(USAGE))})
        if len(days) < 2:
            self.skipTest("the case has one day")
        for day in days:
            self.run_case(self.folder, *self.outputs, "--start", str(day), "--end", str(day),
                          "--stage", "usage")
        self.assertEqual(sorted(self.first[0]), sorted(self.files()[0]))


class TwoBills(RollupTest):
    """Rows that were written back name no bill: one bill's run makes the other's again."""

    OTHER = "00000000-0000-4000-8000-00000000b111"

    def setUp(self):
        self.case = case_with_bill()
        self.temporary = program.Folder()
        self.folder = self.temporary.__enter__()
        self.addCleanup(self.temporary.remove)
        self.copy(self.case, self.folder)
        source = self.case.settings["aws"]["source"]
        for place in list((self.folder / "in").rglob(f"*{source}*")):
            if place.is_dir():
                shutil.copytree(place, place.with_name(place.name.replace(source, self.OTHER)))
        config = (self.folder / "run.yaml").read_text()
        line = next(l for l in config.splitlines() if "provider: AWS" in l)
        bill_id = self.case.settings["bill_id"]
        other = line.replace(source, self.OTHER).replace(f"bill_id: {bill_id}", "bill_id: 77")
        (self.folder / "run.yaml").write_text(config.replace(line, f"{line}\n{other}"))

    def test_a_run_of_one_bill_keeps_the_costs_of_the_other(self):
        outputs = ("--output", "sqlite:out.db", "--state", "state")
        self.run_case(self.folder, "--output", "sqlite:out.db")
        self.run_case(self.folder, *outputs, "--stage", "usage")
        both = stored.sqlite(self.folder / "out.db")
        costs = {r["source_uuid"] for r in both[COST]}
        self.assertEqual(len(costs), 2)
        self.run_case(self.folder, *outputs, "--stage", "cost", "--bill", self.OTHER)
        again = stored.sqlite(self.folder / "out.db")
        for table in both:
            if not table.startswith("costagg_"):
                self.assertEqual(stored.differences(both[table], again[table], 0), [], table)
        for cluster in self.case.settings["clusters"]:
            back = [r for r in again[USAGE] if r["source_uuid"] == cluster["source"] and
                    r["cluster_capacity_cpu_core_hours"] is not None and
                    r["persistentvolumeclaim_capacity_gigabyte"] is not None]
            wanted = rollup_rules.written_back(again[COST], cluster)
            self.assertEqual(stored.differences(wanted, back, absolute=1e-7), [])


class Tags(RollupTest):
    """Values are kept until their key is disabled."""

    def test_stored_values_stay_and_disabled_keys_go(self):
        case = cases.Case("case-07")
        table = "reporting_ocpusagepodlabel_summary"
        with program.Folder() as folder:
            self.copy(case, folder)
            self.run_case(folder, "--output", "parquet:out", "--output", "sqlite:out.db",
                          "--output", "csv:csv")
            first = stored.sqlite(folder / "out.db")[table]
            keys = sorted({r["key"] for r in first})
            self.assertGreater(len(keys), 1)
            config = (folder / "run.yaml").read_text()
            without = config.replace("enabled_tag_keys: {OCP: [",
                                     f"disabled_tag_keys: {{OCP: [{json.dumps(keys[0])}]}}\n"
                                     "  enabled_tag_keys: {OCP: [\"unheard\"], AWS: []}\n#")
            (folder / "run.yaml").write_text(without)
            self.run_case(folder, "--output", "parquet:out", "--output", "sqlite:out.db",
                          "--output", "csv:csv")
            wanted = [r for r in first if r["key"] != keys[0]]
            self.assertEqual(stored.differences(wanted, stored.sqlite(folder / "out.db")[table]),
                             [])
            self.assertEqual(stored.differences(wanted, stored.parquet(folder / "out")[table]),
                             [])


class PostgreSQL(RollupTest):
    """The same in a server: types, partitions, arrays, and a second run."""

    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Postgres()
        cls.addClassCleanup(cls.server.stop)

    def test_golden_cases_in_postgresql(self):
        for number, name in enumerate(cases.names()):
            case = cases.Case(name)
            schema = f"org{number}"
            self.server.sql(f"create schema {schema} authorization costs")
            with self.subTest(name), program.Folder() as folder:
                self.copy(case, folder)
                text = (folder / "run.yaml").read_text()
                (folder / "run.yaml").write_text(f"{text}\npostgresql: {{schema: {schema}}}\n")
                expected = expected_tables(case)
                for _ in range(2):
                    self.run_case(folder, "--output", self.server.url())
                    self.assert_tables(expected, stored.postgresql(self.server, schema), name)

    def test_types_are_those_of_the_pages(self):
        self.server.sql("create schema types authorization costs")
        case = cases.Case("case-07")
        with program.Folder() as folder:
            self.copy(case, folder)
            text = (folder / "run.yaml").read_text()
            (folder / "run.yaml").write_text(f"{text}\npostgresql: {{schema: types}}\n")
            self.run_case(folder, "--output", self.server.url())
        types = {(r["t"], r["c"]): r["f"] for r in self.server.rows(
            "select relname as t, attname as c, format_type(atttypid, atttypmod) as f "
            "from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n on "
            "n.oid = relnamespace where nspname = 'types' and attnum > 0")}
        pods = "reporting_ocp_pod_summary_by_node_p"
        self.assertEqual(types[pods, "resource_ids"], "character varying(256)[]")
        self.assertEqual(types[pods, "id"], "uuid")
        self.assertEqual(types[pods, "pod_usage_cpu_core_hours"], "numeric(33,15)")
        self.assertEqual(types["reporting_ocpaws_cost_summary_p", "calculated_amortized_cost"],
                         "numeric(33,9)")
        self.assertEqual(types["reporting_ocpawstags_summary", "values"], "text[]")
        self.assertIn(("reporting_ocp_cost_summary_p_2024_02", "id"), types)


if __name__ == "__main__":
    unittest.main()
