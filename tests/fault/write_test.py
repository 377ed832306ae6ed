"""The Nth write, sync, rename, … of the output fails: the old result or the new one, exit 73."""

import errno

from sweep import Fault, SweepTest

CALLS = ("write", "sync", "rename", "open", "mkdir", "truncate")


class WriteFails(SweepTest):
    def fails(self, kind, error, lasting):
        def fault_at(folder):
            return Fault(f"{folder}/", CALLS, error, lasting)

        def check(old, new, place, result):
            # A failure in what is no loss (tidying up) may end well; then the result is the new one.
            self.assertIn(result.status, (0, 73), f"\n{result}")
            if result.status == 0:
                self.assertEqual(place.content(), new.content(), f"\n{result}")
            self.assert_old_or_new(old, new, place, result)
            self.assert_nothing_left(old, new, place, result)
            if result.status == 73:
                self.assert_refused(result, 73, place.folder)

        tried = self.sweep(kind, fault_at, check)
        print(f"{kind}: {tried} calls made to fail")

    def test_parquet_once(self):
        self.fails("parquet", errno.EIO, lasting=False)

    def test_parquet_disk_full(self):
        self.fails("parquet", errno.ENOSPC, lasting=True)

    def test_csv_once(self):
        self.fails("csv", errno.EIO, lasting=False)

    def test_csv_disk_full(self):
        self.fails("csv", errno.ENOSPC, lasting=True)

    def test_sqlite_once(self):
        self.fails("sqlite", errno.EIO, lasting=False)

    def test_sqlite_disk_full(self):
        self.fails("sqlite", errno.ENOSPC, lasting=True)
