"""The Nth read of the input fails: said politely, each table wholly old or wholly new."""

import errno

from sweep import Fault, SweepTest


class ReadFails(SweepTest):
    def fails(self, kind, calls):
        def fault_at(_):
            return Fault(f"{self.case.input}/", calls, errno.EIO)

        def check(old, new, place, result):
            self.assertIn(result.status, (0, 65, 66, 75), f"\n{result}")
            self.assert_old_or_new(old, new, place, result)
            if result.status == 0:
                self.assertEqual(place.content(), new.content(), f"\n{result}")
            self.assert_nothing_left(old, new, place, result)
            if result.status:
                self.assert_refused(result, result.status, ".parquet")

        tried = self.sweep(kind, fault_at, check)
        print(f"{kind}: {tried} calls made to fail")

    def test_every_read(self):
        self.fails("parquet", ("read",))

    def test_every_open(self):
        self.fails("parquet", ("open",))

    def test_every_read_into_sqlite(self):
        self.fails("sqlite", ("read",))
