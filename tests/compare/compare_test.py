"""Planted discrepancies of every kind are found and named."""

import datetime
import decimal
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import results
from harness import program, verdict
from results import COST, USAGE

CASE = "case-08"  # several days, clusters and namespaces


def has(row, *columns):
    return all(row[c] not in (None, 0) for c in columns)


class Compared(verdict.RunTest):
    def setUp(self):
        self.place = program.Folder()
        self.addCleanup(self.place.remove)
        self.folder = self.place.path
        self.rows = {table: results.rows_of(CASE, table) for table in results.TABLES}
        for table, rows in self.rows.items():
            results.write_parquet(self.folder / "a", CASE, table, rows)

    def compare(self, *options, a="a", b="b"):
        return program.run("compare", f"parquet:{a}", f"parquet:{b}", *options, cwd=self.folder)

    def write_b(self):
        for table, rows in self.rows.items():
            results.write_parquet(self.folder / "b", CASE, table, rows)

    def document(self, *options, status=1):
        result = self.compare("--json", *options)
        self.assertEqual(result.status, status, f"\n{result}")
        return json.loads(result.out)

    def causes(self, table, *options):
        """(cause, detail) → rows of a table, after `change` was written."""
        self.write_b()
        document = self.document(*options)
        of_table = next(t for t in document["tables"] if t["table"] == table)
        return {(c["cause"], c["detail"]): c["rows"] for c in of_table["causes"]}, of_table


class Causes(Compared):
    def test_equal_results_have_no_differences(self):
        self.write_b()
        result = self.assert_done(self.compare())
        self.assertIn("no differences", result.out)
        self.assertNotIn("likely causes", result.out)

    def test_order_of_rows_and_uuid_play_no_part(self):
        for rows in self.rows.values():
            rows.reverse()
        self.write_b()
        self.assert_done(self.compare())

    def test_json_is_compared_by_value(self):
        for row in self.rows[USAGE]:
            for column in ("pod_labels", "volume_labels", "all_labels",
                           "infrastructure_usage_cost"):
                row[column] = results.reformatted(row[column])
        self.write_b()
        self.assert_done(self.compare())

    def test_other_labels_are_named_as_labels(self):
        row = next(r for r in self.rows[USAGE] if r["pod_labels"] not in (None, "{}"))
        row["pod_labels"] = '{"planted":"label"}'
        causes, _ = self.causes(USAGE)
        self.assertEqual(causes, {("labels_differ", "pod_labels"): 1})

    def test_a_missing_day_is_named(self):
        day = max(r["usage_start"] for r in self.rows[COST])
        gone = [r for r in self.rows[COST] if r["usage_start"] == day]
        self.rows[COST] = [r for r in self.rows[COST] if r["usage_start"] != day]
        causes, table = self.causes(COST)
        self.assertEqual(causes, {("days_missing", f"{day}, only in A"): len(gone)})
        self.assertEqual(table["rows"]["only_a"], len(gone))

    def test_a_missing_namespace_is_named(self):
        namespace = next(r["namespace"] for r in self.rows[COST] if r["namespace"])
        self.rows[COST] = [r for r in self.rows[COST] if r["namespace"] != namespace]
        causes, _ = self.causes(COST)
        self.assertTrue(causes)
        self.assertEqual({key for key in causes},
                         {("namespace_missing", f"{namespace}, only in A")})

    def test_missing_storage_rows_are_named(self):
        self.rows[USAGE] = [r for r in self.rows[USAGE] if r["data_source"] != "Storage"]
        causes, _ = self.causes(USAGE)
        self.assertEqual(set(causes), {("data_source_missing", "Storage, only in A")})

    def test_a_missing_cluster_is_named(self):
        sources = sorted({r["source_uuid"] for r in self.rows[USAGE]})
        if len(sources) < 2:
            self.skipTest("the case has one cluster")
        cluster = next(r["cluster_id"] for r in self.rows[USAGE]
                       if r["source_uuid"] == sources[0])
        self.rows[USAGE] = [r for r in self.rows[USAGE] if r["source_uuid"] != sources[0]]
        causes, _ = self.causes(USAGE)
        self.assertEqual(set(causes), {("cluster_missing", f"{cluster}, only in A")})

    def test_a_duplicated_row_is_named(self):
        row = next(r for r in self.rows[COST] if has(r, "unblended_cost"))
        self.rows[COST].append(dict(row))
        causes, table = self.causes(COST)
        self.assertEqual(causes, {("duplicated_rows", "only in B"): 1})
        self.assertEqual(table["rows"]["only_b"], 1)

    def test_a_split_row_is_named(self):
        index, row = next((i, r) for i, r in enumerate(self.rows[COST])
                          if has(r, "unblended_cost", "calculated_amortized_cost"))
        halves = []
        for half in (decimal.Decimal("0.25"), decimal.Decimal("0.75")):
            part = dict(row)
            for name, value in row.items():
                if isinstance(value, decimal.Decimal):
                    part[name] = (value * half).quantize(value)
            halves.append(part)
        self.rows[COST][index:index + 1] = halves
        causes, _ = self.causes(COST)
        self.assertEqual({key[0] for key in causes}, {"split_rows"})

    def test_rounding_is_named(self):
        changed = 0
        for row in self.rows[COST]:
            value = row["unblended_cost"]
            if value and round(value, 4) != value and abs(value) > 1:
                row["unblended_cost"] = round(value, 4).quantize(value)
                changed += 1
        causes, table = self.causes(COST)
        self.assertEqual(causes, {("rounding", "unblended_cost"): changed})
        self.assertEqual(table["columns"], [{"column": "unblended_cost", "rows": changed}])

    def test_a_wrong_unit_is_named_with_its_factor(self):
        for row in self.rows[USAGE]:
            if has(row, "pod_usage_memory_gigabyte_hours"):
                row["pod_usage_memory_gigabyte_hours"] = (
                    row["pod_usage_memory_gigabyte_hours"] * decimal.Decimal("1.073741824")
                ).quantize(decimal.Decimal("1e-15"))
        causes, _ = self.causes(USAGE)
        self.assertEqual({cause for cause, _ in causes}, {"scaled"})
        self.assertTrue(all("GB (10^9) against GiB (2^30)" in detail for _, detail in causes))

    def test_an_unknown_factor_is_found_when_it_is_common(self):
        for row in self.rows[COST]:
            if row["markup_cost"] is not None and has(row, "unblended_cost"):
                row["unblended_cost"] = (row["unblended_cost"] * decimal.Decimal("1.17")
                                         ).quantize(decimal.Decimal("1e-15"))
        causes, _ = self.causes(COST)
        self.assertEqual({cause for cause, _ in causes}, {"scaled"})
        self.assertTrue(all("1.17" in detail for _, detail in causes), causes)

    def test_null_against_empty_text_is_named(self):
        row = next(r for r in self.rows[COST] if r["persistentvolumeclaim"] is None)
        row["persistentvolumeclaim"] = ""
        causes, _ = self.causes(COST)
        self.assertEqual(causes, {("null_or_empty", "persistentvolumeclaim"): 1})

    def test_null_against_zero_is_named(self):
        row = next(r for r in self.rows[USAGE] if r["pod_limit_cpu_core_hours"] is None and
                   r["data_source"] == "Pod")
        row["pod_limit_cpu_core_hours"] = decimal.Decimal(0)
        causes, _ = self.causes(USAGE)
        self.assertEqual(
            causes, {("null_or_value", "pod_limit_cpu_core_hours: null against 0"): 1})

    def test_another_node_is_named(self):
        row = next(r for r in self.rows[COST] if r["node"] and has(r, "unblended_cost"))
        row["node"] = "planted-node"
        causes, _ = self.causes(COST)
        self.assertEqual(causes, {("node_differs", "node"): 1})

    def test_another_category_is_named(self):
        row = next(r for r in self.rows[COST] if r["cost_category_id"] is not None)
        row["cost_category_id"] += 100
        causes, _ = self.causes(COST)
        self.assertEqual(causes, {("text_differs", "cost_category_id"): 1})

    def test_a_shifted_day_is_named(self):
        days = sorted({r["usage_start"] for r in self.rows[COST]})
        row = next(r for r in self.rows[COST]
                   if r["usage_start"] == days[0] and has(r, "unblended_cost", "usage_amount"))
        row["usage_start"] = row["usage_end"] = (
            days[1] if len(days) > 1 else days[0] + datetime.timedelta(1))
        causes, _ = self.causes(COST)
        self.assertIn(("day_shifted", "usage_start"), causes)

    def test_the_largest_difference_comes_first_with_its_key(self):
        costly = sorted((r for r in self.rows[COST] if has(r, "calculated_amortized_cost")),
                        key=lambda r: abs(r["calculated_amortized_cost"]))[-2:]
        for row, off in zip(costly, (decimal.Decimal("7.5"), decimal.Decimal("-9.25"))):
            row["calculated_amortized_cost"] += off
        _, table = self.causes(COST)
        self.assertEqual([round(x["amount"], 6) for x in table["largest"]], [-9.25, 7.5])
        self.assertEqual(table["largest"][0]["key"]["namespace"], costly[1]["namespace"])
        self.assertEqual(table["largest"][0]["key"]["usage_start"],
                         str(costly[1]["usage_start"]))

    def test_totals_by_day_and_namespace_are_told(self):
        row = next(r for r in self.rows[COST] if has(r, "calculated_amortized_cost"))
        row["calculated_amortized_cost"] += 3
        _, table = self.causes(COST)
        for places, name in (("days", str(row["usage_start"])), ("namespaces", row["namespace"])):
            place = next(p for p in table[places]
                         if p[places.removesuffix("s")] == name)
            self.assertAlmostEqual(place["total_b"] - place["total_a"], 3, places=6)
            self.assertEqual(place["differences"], 1)


class Options(Compared):
    def test_the_tolerance_is_relative(self):
        for row in self.rows[COST]:
            if row["unblended_cost"]:
                row["unblended_cost"] *= decimal.Decimal("1.00005")
                row["unblended_cost"] = row["unblended_cost"].quantize(decimal.Decimal("1e-15"))
        self.write_b()
        self.assertEqual(self.compare().status, 1)
        self.assert_done(self.compare("--tolerance", "loose"))
        self.assert_done(self.compare("--tolerance", "0.001"))
        self.assertEqual(self.compare("--tolerance", "0.00001").status, 1)

    def test_a_wrong_tolerance_is_refused(self):
        self.write_b()
        self.assert_refused(self.compare("--tolerance", "lots"), 64, "--tolerance", "lots")

    def test_up_to_max_differences_is_fine(self):
        for row in [r for r in self.rows[COST] if has(r, "unblended_cost")][:3]:
            row["unblended_cost"] += 1
        self.write_b()
        self.assert_refused(self.compare("--max-differences", "2"), 1, "3 differences")
        self.assert_done(self.compare("--max-differences", "3"))

    def test_only_one_table_is_compared(self):
        next(r for r in self.rows[COST] if has(r, "unblended_cost"))["unblended_cost"] += 1
        self.write_b()
        self.assert_done(self.compare("--table", "ocpusage"))
        self.assertEqual(self.compare("--table", COST).status, 1)
        self.assert_refused(self.compare("--table", "reporting"), 64, "more than one table")

    def test_only_the_days_asked_for_are_compared(self):
        days = sorted({r["usage_start"] for r in self.rows[COST]})
        next(r for r in self.rows[COST] if r["usage_start"] == days[-1] and
             has(r, "unblended_cost"))["unblended_cost"] += 1
        self.write_b()
        self.assertEqual(self.compare("--start", days[-1], "--end", days[-1]).status, 1)
        if len(days) > 1:
            self.assert_done(self.compare("--start", days[0], "--end", days[-2]))

    def test_metrics_tell_the_verdict_and_the_threshold(self):
        next(r for r in self.rows[COST] if has(r, "unblended_cost"))["unblended_cost"] += 1
        self.write_b()
        self.assertEqual(self.compare("--metrics-file", "m.prom").status, 1)
        text = (self.folder / "m.prom").read_text()
        self.assertIn("costagg_compare_differences 1\n", text)
        self.assertIn("costagg_compare_success 0\n", text)
        self.assertIn(f'costagg_compare_rows{{table="{COST}",kind="different"}} 1\n', text)
        self.assertIn('cause="number_differs"', text)
        self.assert_done(self.compare("--metrics-file", "m.prom", "--max-differences", "1"))
        self.assertIn("costagg_compare_success 1\n", (self.folder / "m.prom").read_text())

    def test_explain_tells_causes_in_words(self):
        row = next(r for r in self.rows[USAGE] if r["pod_labels"] not in (None, "{}"))
        row["pod_labels"] = '{"planted":"label"}'
        self.write_b()
        result = self.compare("--explain")
        self.assertIn("labels_differ: pod_labels", result.out)
        self.assertIn('{"planted":"label"}', result.out)

    def test_the_page_shows_names_as_text(self):
        row = next(r for r in self.rows[COST] if has(r, "unblended_cost"))
        row["namespace"] = "<script>alert(1)</script>"
        self.write_b()
        self.assertEqual(self.compare("--html", "page.html").status, 1)
        page = (self.folder / "page.html").read_text()
        self.assertNotIn("<script", page)
        self.assertIn("&lt;script&gt;", page)
        self.assertIn("1 differences</span>", page)
        count = len(self.rows[COST])
        self.assertIn("".join(f'<td class="number">{n}</td>'
                              for n in (count, count, count - 1, 1, 0, 0)), page)
        self.assertIn("namespace_differs", page)

    def test_names_cannot_drive_the_terminal(self):
        row = next(r for r in self.rows[COST] if has(r, "unblended_cost"))
        row["namespace"] = "evil\x1b[2J"
        self.write_b()
        self.assertNotIn("\x1b", self.compare("--explain").out)
