"""`run --changed` does what has changed, no more, and the result is that of a whole run."""

import datetime
import json
import os
import shutil
import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq

from estate import DAYS, EstateTest


class ChangedTest(EstateTest):
    def test_the_second_pass_writes_nothing(self):
        self.run_changed()
        before = self.times()
        self.assert_unchanged()
        self.assertEqual(self.times(), before)
        self.assertEqual(self.plan(), [])

    def test_one_changed_day_is_run_alone(self):
        self.run_changed("--stage", "usage")
        self.scale(self.file(DAYS[1]), 2)
        self.assertEqual(self.plan("--stage", "usage"), [("usage", DAYS[1], DAYS[1])])
        result = self.run_changed("--stage", "usage")
        self.assertIn(f"start={DAYS[1]} end={DAYS[1]}", result.err)
        self.assertEqual(result.err.count("have changed"), 1, f"\n{result}")
        self.assert_unchanged("--stage", "usage")
        shutil.rmtree(self.folder.path / "out-state")
        shutil.rmtree(self.folder.path / "fresh-state", ignore_errors=True)
        self.assert_like_fresh("--stage", "usage")

    def test_a_bill_is_run_whole_when_usage_of_a_day_has_changed(self):
        self.run_changed()
        self.scale(self.file(DAYS[1]), 2)
        self.assertEqual(self.plan(), [("usage", DAYS[1], DAYS[1]), ("cost", DAYS[0], DAYS[2])])
        self.run_changed()
        self.assert_like_fresh()
        self.assert_unchanged()

    def test_rollups_follow(self):
        self.run_changed("--rollups")
        self.scale(self.file(DAYS[1]), 2)
        self.run_changed("--rollups")
        self.assert_like_fresh("--rollups")
        self.scale(self.file(DAYS[2], "aws_line_items_daily"), 3, "lineitem_unblendedcost")
        self.run_changed("--rollups")
        self.assert_like_fresh("--rollups")
        self.assert_unchanged("--rollups")

    def test_a_changed_bill_leaves_the_usage_alone(self):
        self.run_changed()
        before = self.times()
        self.scale(self.file(DAYS[2], "aws_line_items_daily"), 3, "lineitem_unblendedcost")
        self.assertEqual(self.plan(), [("cost", DAYS[0], DAYS[2])])
        self.run_changed()
        touched = {p.parts[len(self.out.parts)] for p, t in self.times().items()
                   if before.get(p) != t}
        self.assertNotIn("reporting_ocpusagelineitem_daily_summary", touched)
        self.assert_like_fresh()

    def test_a_new_and_a_removed_file(self):
        added = self.file(DAYS[0]).with_name("more.parquet")
        self.run_changed()
        shutil.copy(self.file(DAYS[0]), added)
        self.run_changed()
        self.assert_like_fresh()
        added.unlink()
        self.run_changed()
        self.assert_like_fresh()

    def test_a_day_that_lost_all_its_files_loses_its_rows(self):
        self.run_changed()
        for path in self.input.rglob(f"OCP/**/*{DAYS[1]}*.parquet"):
            path.unlink()
        result = self.run_changed()
        self.assertIn(f"start={DAYS[1]} end={DAYS[1]}", result.err)
        self.assert_unchanged()
        self.assert_like_fresh()

    def test_a_source_that_lost_everything_keeps_its_rows(self):
        self.run_changed()
        before = self.times()
        shutil.rmtree(self.input / "data/org1234567/OCP")
        result = self.costagg("run", "--changed")
        self.assertIn("no Parquet file of OpenShift source", result.err)
        usage = "reporting_ocpusagelineitem_daily_summary"
        self.assertEqual({p: t for p, t in self.times().items() if usage in str(p)},
                         {p: t for p, t in before.items() if usage in str(p)})

    def test_changed_settings_run_everything_they_touch(self):
        self.run_changed()
        text = self.config.read_text()
        everything = [("usage", DAYS[0], DAYS[2]), ("cost", DAYS[0], DAYS[2])]
        for old, new, expected in (
                ("markup: 0.075", "markup: 0.2", everything[1:]),
                ('OCP: ["environment", ', 'OCP: [', everything),
                ("cluster_alias: ", "cluster_alias: other-", everything)):
            with self.subTest(new=new):
                self.assertIn(old, text)
                text = text.replace(old, new)
                self.config.write_text(text)
                self.assertEqual(self.plan(), expected)
                self.run_changed()
                self.assert_like_fresh()
                self.assert_unchanged()

    def without_roles(self):
        lines = self.config.read_text().splitlines(keepends=True)
        self.config.write_text("".join(line for line in lines if "node_roles:" not in line))

    def test_a_role_that_was_set_anew_runs_the_days_of_its_nodes(self):
        self.run_changed()
        text = self.config.read_text()
        self.assertIn('role: "infra"', text)
        self.config.write_text(text.replace('role: "infra"', 'role: "worker"'))
        self.run_changed()
        self.assert_like_fresh()
        self.assert_unchanged()

    def test_derived_roles_that_change_with_another_day(self):
        """Nodes without label rows have no role; labels of one day give them one on all days."""
        self.without_roles()
        kept = {}
        for path in self.input.rglob("openshift_node_labels_line_items*/**/*.parquet"):
            kept[path] = path.read_bytes()
            table = pq.read_table(path, partitioning=None)
            index = table.column_names.index("node")
            strangers = pa.array(["stranger"] * len(table))
            pq.write_table(table.set_column(index, "node", strangers), path)
        self.run_changed()
        for path, content in kept.items():
            if DAYS[1] in path.name:
                path.write_bytes(content)
        self.assertEqual(self.plan()[0], ("usage", DAYS[1], DAYS[1]))
        result = self.run_changed()
        self.assertIn(f"stage=usage source=902a174f-11fa-4ac0-879d-d25a49fe85b0 start={DAYS[0]} "
                      f"end={DAYS[2]}", result.err)
        self.assert_like_fresh()
        self.assert_unchanged()

    def test_a_touched_file_counts_as_changed(self):
        self.run_changed("--stage", "usage")
        os.utime(self.file(DAYS[2]), (1, 1))
        self.assertEqual(self.plan("--stage", "usage"), [("usage", DAYS[2], DAYS[2])])

    def test_a_plain_run_leaves_no_table_but_renews_one(self):
        self.assert_done(self.costagg("run"))
        self.assertFalse((self.out / "costagg_inputs").exists())
        self.run_changed()
        self.assertTrue((self.out / "costagg_inputs").exists())
        text = self.config.read_text()
        self.config.write_text(text.replace("markup: 0.075", "markup: 0.5"))
        self.assert_done(self.costagg("run"))
        self.assert_unchanged()
        self.config.write_text(text)
        self.assertEqual(self.plan(), [("cost", DAYS[0], DAYS[2])])

    def test_all_outputs_have_to_agree(self):
        second = f"sqlite:{self.folder.path}/costs.db"
        self.run_changed("--output", second)
        self.assert_unchanged("--output", second)
        self.scale(self.file(DAYS[1]), 2)
        self.run_changed()  # the first only
        result = self.run_changed("--output", second)
        self.assertNotIn("Nothing has changed", result.out)
        self.assert_unchanged("--output", second)
        with sqlite3.connect(self.folder.path / "costs.db") as db:
            found = db.execute("select stage, usage_start, files from costagg_inputs order by 1, 2")
            self.assertEqual([(s, d) for s, d, _ in found],
                             [(s, d) for s in ("cost", "usage") for d in DAYS])

    def test_stages_of_two_processes(self):
        for stage in ("usage", "cost"):
            self.run_changed("--stage", stage)
            self.assert_unchanged("--stage", stage)
        self.scale(self.file(DAYS[1]), 2)
        self.assert_unchanged("--stage", "cost")  # its usage has not been run yet
        self.run_changed("--stage", "usage")
        result = self.run_changed("--stage", "cost")
        self.assertIn("stage=cost", result.err)
        self.assert_unchanged("--stage", "cost")

    def test_a_dry_run_and_a_failed_run_leave_the_marks(self):
        self.run_changed()
        good = self.file(DAYS[1]).read_bytes()
        self.scale(self.file(DAYS[1]), 2)
        self.run_changed("--dry-run")
        self.assertTrue(self.plan())
        self.file(DAYS[1]).write_bytes(good[:100])
        before = self.times()
        self.assert_refused(self.costagg("run", "--changed"), 65, DAYS[1])
        self.assertEqual(self.times(), before)


class LastDaysTest(EstateTest):
    def period(self, *arguments):
        result = self.costagg("plan", "--json", *arguments)
        units = json.loads(result.out)["units"]
        return min(u["start"] for u in units), max(u["end"] for u in units)

    def strip_period(self, replacement=""):
        lines = self.config.read_text().splitlines(keepends=True)
        kept = "".join(line for line in lines if not line.startswith("period:"))
        self.config.write_text(kept + replacement)

    def test_the_last_days_end_today(self):
        self.strip_period("period: {last_days: 40}\n")
        today = datetime.datetime.now(datetime.timezone.utc).date()
        for arguments, days in ((), 40), (("--last-days", "3"), 3):
            first = today - datetime.timedelta(days=days - 1)
            found = self.period(*arguments)
            self.assertEqual(found, (first.isoformat(), today.isoformat()))

    def test_dates_on_the_command_line_beat_last_days_of_the_file(self):
        self.strip_period("period: {last_days: 40}\n")
        self.assertEqual(self.period("--start", DAYS[0], "--end", DAYS[1]), DAYS[:2])

    def test_both_in_one_place_are_refused(self):
        self.strip_period(f"period: {{last_days: 40, start: {DAYS[0]}, end: {DAYS[1]}}}\n")
        self.assert_refused(self.costagg("run"), 78, "last_days", "keep one")
        self.assert_refused(self.costagg("run", "--last-days", "0"), 64, "--last-days")
