"""Killed at the Nth write, sync, rename, …: old or new, and a rerun gives the fault-free bytes."""

from sweep import Fault, SweepTest

CALLS = ("write", "sync", "rename", "open", "mkdir", "truncate", "remove")


class Killed(SweepTest):
    def killed(self, kind, start="old"):
        def fault_at(folder):
            return Fault(f"{folder}/", CALLS, kill=True)

        def check(old, new, place, result):
            self.assertEqual(result.status, 137, f"\n{result}")
            if start == "old":
                self.assert_old_or_new(old, new, place, result)
            self.assert_done(self.run_case(place))
            self.assertEqual(place.content(), new.content(), "after the rerun")
            self.assert_nothing_left(old, new, place, result)

        tried = self.sweep(kind, fault_at, check, start)
        print(f"{kind}: killed at {tried} calls")

    def test_parquet(self):
        self.killed("parquet")

    def test_csv(self):
        self.killed("csv")

    def test_sqlite(self):
        self.killed("sqlite")

    def test_the_first_run_ever(self):
        self.killed("parquet", start="nothing")
        self.killed("sqlite", start="nothing")
