"""Small files that unpack to a lot: --memory-limit is met before the memory is taken."""

import multiprocessing
import os
import subprocess
import unittest

import pyarrow as pa
import pyarrow.parquet as pq

from harness import cases, program
from harness.bad_input import POD_DAILY, Input

MIB = 1 << 20


class Bombs(unittest.TestCase):
    def run_with_limit(self, change, **options):
        """Runs a case whose pod file was changed; exit status, messages, peak memory in MiB."""
        case = cases.Case("case-01")
        with program.Folder() as folder:
            spoilt = Input(folder)
            path = spoilt.file(POD_DAILY)
            # In a process of its own: what a parent has taken counts as its children's peak.
            writer = multiprocessing.get_context("fork").Process(
                target=lambda: pq.write_table(change(pq.ParquetFile(path).read()), path,
                                              compression="zstd", **options))
            writer.start()
            writer.join()
            self.assertLess(path.stat().st_size, 4 * MIB)
            with open(folder / "err", "wb") as err:
                process = subprocess.Popen(
                    [program.BINARY, "run", "-c", case.config, "--input", spoilt.root, "--output",
                     f"csv:{folder}/out", "--memory-limit", "200MB"],
                    cwd=case.path, env=program.environment(), stdout=subprocess.DEVNULL, stderr=err)
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, (folder / "err").read_text(), usage.ru_maxrss / 1024

    def assert_refused(self, outcome):
        status, err, peak = outcome
        self.assertEqual(status, 78, err)
        self.assertIn(".parquet: unpacks to more than --memory-limit", err)
        self.assertLess(peak, 200)

    @staticmethod
    def with_pods(table, names):
        rows = pa.concat_tables([table.slice(0, 1)] * len(names))
        return rows.set_column(table.column_names.index("pod"), "pod",
                               pa.array(names, pa.large_string()))

    def test_a_huge_text_is_refused_before_it_is_unpacked(self):
        self.assert_refused(self.run_with_limit(
            lambda t: self.with_pods(t, ["a" * (300 * MIB)]), use_dictionary=False))

    def test_many_large_texts_are_refused(self):
        self.assert_refused(self.run_with_limit(
            lambda t: self.with_pods(t, [f"{n:04}" + "a" * MIB for n in range(300)]),
            use_dictionary=False))

    def test_a_huge_dictionary_is_refused(self):
        self.assert_refused(self.run_with_limit(
            lambda t: self.with_pods(t, [f"{n:04}" + "a" * MIB for n in range(300)]),
            dictionary_pagesize_limit=1 << 30))

    def test_absurdly_many_equal_rows_take_no_more_memory_than_few(self):
        def many(table):
            row, count = table.slice(0, 1), 3_000_000
            return pa.table({f.name: pa.repeat(pa.scalar(row[f.name][0].as_py(), f.type), count)
                             for f in table.schema})
        status, err, peak = self.run_with_limit(many, row_group_size=3_000_000)
        self.assertEqual(status, 0, err)
        self.assertLess(peak, 150)
