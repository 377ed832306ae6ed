"""The same rows are equal wherever they lie, and what is no result is refused politely."""

import datetime
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import pyarrow as pa
import pyarrow.parquet as pq

import results
from harness import cases, program, verdict
from results import COST, USAGE

CASE = "case-08"


class Places(verdict.RunTest):
    def setUp(self):
        self.place = program.Folder()
        self.addCleanup(self.place.remove)
        self.folder = self.place.path
        self.rows = {table: results.rows_of(CASE, table) for table in results.TABLES}
        for table, rows in self.rows.items():
            results.write_parquet(self.folder / "a", CASE, table, rows)

    def compare(self, b, *options, a="parquet:a"):
        return program.run("compare", a, b, *options, cwd=self.folder)

    def test_csv_and_parquet(self):
        for table, rows in self.rows.items():
            results.write_csv(self.folder / "b", CASE, table, rows)
        self.assert_done(self.compare("csv:b"))

    def test_sqlite_and_parquet(self):
        for table, rows in self.rows.items():
            results.write_sqlite(self.folder / "b.db", CASE, table, rows)
        self.assert_done(self.compare("sqlite:b.db"))

    def test_a_run_into_every_kind_of_output_reads_back_equal(self):
        outputs = ("sqlite:ours.db", "csv:ours.csv", "parquet:ours.parquet")
        case = cases.Case(CASE)
        self.assert_done(program.run(
            "run", "-c", case.config, "--input", case.input,
            *(part for output in outputs for part in ("--output", output)), cwd=self.folder))
        for output in outputs:
            self.assert_done(self.compare(output))
        self.assert_done(self.compare(outputs[0], "--explain", a=outputs[1]))

    def test_bare_paths_are_recognised(self):
        for table, rows in self.rows.items():
            results.write_csv(self.folder / "c", CASE, table, rows)
            results.write_sqlite(self.folder / "b.db", CASE, table, rows)
        self.assert_done(self.compare("c", a="a"))
        self.assert_done(self.compare("b.db", a="a"))

    def test_the_folder_of_recorded_answers_as_it_lies(self):
        self.assert_done(self.compare(f"parquet:{cases.Case(CASE).path / 'expected'}"))

    def test_one_file_is_read_by_its_columns(self):
        part = next((self.folder / "a" / USAGE).rglob("*.parquet"))
        (self.folder / "part.parquet").write_bytes(part.read_bytes())
        source = part.parts[-4].removeprefix("source=")
        self.assert_done(self.compare("part.parquet", "--table", USAGE, "--source", source))

    def test_another_engines_files_with_folders_spelled_differently(self):
        """Hive's layout: the partition columns are in the folders only, months without zeros, one
        folder a day, doubles for decimals, times for days, files that say no table's name."""
        for table, rows in self.rows.items():
            schema = results.schema_of(CASE, table)
            for number, row in enumerate(rows):
                row = dict(row)
                source = row.pop("source_uuid")
                day = row["usage_start"]
                place = (self.folder / "hive" / table / f"source={source.upper()}" /
                         f"year={day.year}" / f"month={day.month}" / f"day={day.day}")
                place.mkdir(parents=True, exist_ok=True)
                arrays, names = [], []
                for field in schema:
                    if field.name not in row:
                        continue
                    type_ = (pa.float64() if pa.types.is_decimal(field.type) else
                             pa.timestamp("us") if pa.types.is_date(field.type) else field.type)
                    value = row[field.name]
                    if value is not None and pa.types.is_decimal(field.type):
                        value = float(value)
                    if isinstance(value, datetime.date):
                        value = datetime.datetime.combine(value, datetime.time())
                    arrays.append(pa.array([value], type_))
                    names.append(field.name)
                arrays.append(pa.array(["further"]))
                names.append("a_column_of_their_own")
                pq.write_table(pa.table(arrays, names), place / f"{number:05d}.parquet")
        self.assert_done(self.compare("parquet:hive"))
        self.assert_done(self.compare(f"parquet:hive/{USAGE}", "--table", USAGE))

    def test_columns_that_one_side_lacks_are_named_and_not_compared(self):
        table = pq.ParquetFile(cases.Case(CASE).expected(USAGE)).read()
        (self.folder / "b").mkdir()
        pq.write_table(table.drop_columns(["all_labels"]), self.folder / f"b/{USAGE}.parquet")
        result = self.assert_done(self.compare("parquet:b", "--table", USAGE))
        self.assertIn("not compared, only in A: all_labels", result.out)

    def test_a_table_that_one_side_lacks_is_a_difference(self):
        results.write_parquet(self.folder / "b", CASE, USAGE, self.rows[USAGE])
        result = self.compare("parquet:b")
        self.assertEqual(result.status, 1)
        self.assertIn("not there in B", result.out)

    def test_one_source_only(self):
        source = self.rows[COST][0]["source_uuid"]
        others = [r for r in self.rows[USAGE]]
        others[0] = dict(others[0], cluster_alias="planted")
        results.write_parquet(self.folder / "b", CASE, USAGE, others)
        results.write_parquet(self.folder / "b", CASE, COST, self.rows[COST])
        self.assertEqual(self.compare("parquet:b").status, 1)
        self.assert_done(self.compare("parquet:b", "--source", source))

    def test_nothing_there_is_refused(self):
        self.assert_refused(self.compare("parquet:nowhere"), 66, "nowhere")
        self.assert_refused(self.compare("sqlite:none.db"), 66, "none.db")
        self.assert_refused(self.compare("nothing"), 66, "nothing")
        (self.folder / "empty").mkdir()
        self.assert_refused(self.compare("empty"), 66, "empty")

    def test_a_word_for_a_number_names_its_place(self):
        results.write_csv(self.folder / "b", CASE, USAGE, self.rows[USAGE])
        path = self.folder / "b" / USAGE / "rows.csv"
        lines = path.read_text().split("\n")
        lines[1] = lines[1].replace(str(self.rows[USAGE][0]["cluster_capacity_cpu_core_hours"]),
                                    "plenty")
        path.write_text("\n".join(lines))
        self.assert_refused(self.compare("csv:b", "--table", USAGE), 65, "rows.csv", "line 2",
                            "plenty")

    def test_live_and_shadow_need_a_configuration(self):
        self.assert_refused(self.compare("shadow"), 64, "shadow", "postgresql")
