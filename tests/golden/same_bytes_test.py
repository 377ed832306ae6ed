"""The same rows give the same bytes: at any thread count, in any order, however they are stored."""

import unittest

from harness import cases, program

# Several clusters, derived roles, several days, storage: see the cases' settings.
CHOSEN = ("case-01", "case-02", "case-07", "case-12", "case-20", "case-28")


class SameBytes(unittest.TestCase):
    def outputs(self, case, *arguments, **options):
        """Parquet and CSV of one run, as path → bytes."""
        with program.Folder() as folder:
            result = case.run("--output", f"parquet:{folder}/parquet", "--output",
                              f"csv:{folder}/csv", *arguments, **options)
            self.assertEqual(result.status, 0, f"\n{result}")
            found = cases.tree(folder)
        self.assertTrue(any(p.startswith("parquet/") for p in found), f"no Parquet\n{result}")
        self.assertTrue(any(p.startswith("csv/") for p in found), f"no CSV\n{result}")
        return found

    def assert_same(self, expected, actual, what):
        difference = cases.tree_difference(expected, actual)
        if difference:
            self.fail(f"{what}:\n" + "\n".join(difference))

    def each(self, *guises):
        """Every chosen case in each guise against its plain form."""
        for name in CHOSEN:
            case = cases.Case(name)
            plain = self.outputs(case)
            for what, options in guises:
                with self.subTest(case=name, guise=what), program.Folder() as folder:
                    guise = cases.Guise(f"{name} {what}", **options)
                    root = cases.rewrite(case, folder / "in", guise)
                    self.assert_same(plain, self.outputs(case, "--input", root), what)

    def test_threads_do_not_matter(self):
        for name in CHOSEN:
            case = cases.Case(name)
            one = self.outputs(case, "--threads", 1)
            for threads in (2, 7):
                with self.subTest(case=name, threads=threads):
                    self.assert_same(one, self.outputs(case, "--threads", threads),
                                     f"{threads} threads")

    def test_a_second_run_over_the_first_changes_nothing(self):
        case = cases.Case(CHOSEN[0])
        with program.Folder() as folder:
            outputs = ("--output", f"parquet:{folder}/p", "--output", f"csv:{folder}/c")
            self.assertEqual(case.run(*outputs).status, 0)
            before = cases.tree(folder)
            self.assertEqual(case.run(*outputs).status, 0)
            self.assert_same(before, cases.tree(folder), "second run")

    def test_order_of_rows_files_and_row_groups_does_not_matter(self):
        self.each(("shuffled once", {}), ("shuffled again", {}), ("unpadded month", {"pad": False}))

    def test_path_conventions_do_not_matter(self):
        self.each(*((c, {"convention": c, "pad": p}) for c in cases.CONVENTIONS
                    for p in (True, False)),
                  ("daily and hourly bill in one folder",
                   {"convention": "source-first", "mixed_bill": True}))

    def test_codecs_do_not_matter(self):
        self.each(*((c, {"codec": c}) for c in ("snappy", "zstd", "gzip", "none")))

    def test_text_and_time_types_do_not_matter(self):
        self.each(("large_string", {"text": "large"}), ("dictionary", {"text": "dictionary"}),
                  ("microseconds", {"unit": "us"}), ("nanoseconds", {"unit": "ns"}))

    def test_daily_rows_derived_from_hourly_ones_are_the_same_in_every_order(self):
        for name in CHOSEN[:3]:
            case = cases.Case(name)
            seen = None
            for seed in range(3):
                with self.subTest(case=name, seed=seed), program.Folder() as folder:
                    guise = cases.Guise(f"{name} hourly {seed}", daily=False)
                    root = cases.rewrite(case, folder / "in", guise)
                    found = self.outputs(case, "--input", root)
                    seen = seen or found
                    self.assert_same(seen, found, "hourly only")


class Stages(unittest.TestCase):
    def test_usage_then_cost_in_two_processes_is_one_run(self):
        for name in CHOSEN:
            case = cases.Case(name)
            with self.subTest(case=name), program.Folder() as folder:
                whole, staged = folder / "whole", folder / "staged"
                result = case.run("--output", f"parquet:{whole}")
                self.assertEqual(result.status, 0, f"\n{result}")
                for stage in ("usage", "cost"):
                    result = case.run("--stage", stage, "--output", f"parquet:{staged}")
                    self.assertEqual(result.status, 0, f"\n{result}")
                self.compare_tables(whole, staged)

    def test_shards_of_both_stages_make_one_run(self):
        case = cases.Case("case-02")
        with program.Folder() as folder:
            whole, sharded = folder / "whole", folder / "sharded"
            self.assertEqual(case.run("--output", f"parquet:{whole}").status, 0)
            for stage in ("usage", "cost"):
                for shard in ("2/3", "0/3", "1/3"):
                    result = case.run("--stage", stage, "--shard", shard, "--output",
                                      f"parquet:{sharded}")
                    self.assertEqual(result.status, 0, f"\n{result}")
            self.compare_tables(whole, sharded)

    def compare_tables(self, whole, staged):
        def tables(root):
            return {p: b for p, b in cases.tree(root).items() if p.startswith("reporting_")}
        difference = cases.tree_difference(tables(whole), tables(staged))
        self.assertFalse(difference, "\n" + "\n".join(difference))
