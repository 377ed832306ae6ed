#!/usr/bin/env python3
"""The crash and fault campaign: harm done to runs, and what is left afterwards.

    .deps/venv/bin/python -B tests/campaign/trials.py --trials 100 [--seed 1] [--only postgresql]

A trial starts from an output that holds an old result, runs the program on new input while
something goes wrong, and looks what readers find then: each unit of work must be wholly old or
wholly new. A rerun without harm must give exactly what an undisturbed run gives: the same bytes in
files and objects, the same rows in databases. Anything else is a loss. Seeds are fixed: trial N of
a fault does the same each time, as far as clocks allow.

Without --only everything is tried that this machine has: PostgreSQL and SeaweedFS are skipped where
they are not installed, a full disk where no tmpfs can be mounted. Prints one line a fault and the
sum; exit status 1 when anything was lost.
"""

import argparse
import collections
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import program  # noqa: E402
from services import object_store, postgres  # noqa: E402
from campaign import estate, faults, places  # noqa: E402
from campaign.s3_proxy import S3Proxy  # noqa: E402
from campaign.tcp_proxy import TcpProxy  # noqa: E402

# How a run may end: well, as an error that a rerun may mend, or because it was killed.
ALLOWED = {0, 65, 66, 69, 73, 75, 128 + 9}


class Row:
    """The figures of one fault on one place."""

    def __init__(self, place, fault):
        self.place, self.fault = place, fault
        self.trials = self.injected = 0
        self.began = time.monotonic()
        self.statuses = collections.Counter()
        self.losses = []

    def __str__(self):
        statuses = " ".join(f"{s}:{n}" for s, n in sorted(self.statuses.items()))
        return (f"{self.place:<14} {self.fault:<20} {self.trials:>6} {self.injected:>7} "
                f"{len(self.losses):>6} {time.monotonic() - self.began:>7.1f}   {statuses}")


HEAD = f"{'place':<14} {'fault':<20} {'trials':>6} {'faults':>7} {'losses':>6} {'seconds':>7}   exit status:times"


class Trial:
    """One run in trouble."""

    def __init__(self, bench, seed):
        self.bench, self.place = bench, bench.place
        self.random = random.Random(seed)
        self.seconds, self.requests = bench.seconds, bench.requests
        self.bytes_sent = bench.bytes_sent
        self.injected = 0
        self.complaints = []
        self.others = []  # further right answers

    def start(self, env=None, prefix=()):
        return program.start(*self.bench.arguments(), prefix=prefix,
                             env={**self.bench.variables(), **(env or {})})

    def run(self, env=None, prefix=()):
        began = time.monotonic()
        return program.finish(self.start(env, prefix), began, timeout=120)

    def expect(self, result, statuses):
        if result.status not in statuses:
            self.complaints.append(f"exit status {result.status}, not one of {statuses}")

    server = property(lambda self: self.place.server)
    tcp_proxy = property(lambda self: self.bench.tcp_proxy)
    s3_proxy = property(lambda self: self.bench.s3_proxy)
    input_keys = property(lambda self: self.bench.input_keys)

    def put_old_version(self, key):
        self.bench.put(key, self.bench.old.input)

    def delete_input(self, key):
        self.bench.store.client().delete_file(f"costs/in/{key}")

    def restore_input(self, key):
        self.bench.put(key, self.bench.new.input)

    def allow_result_of_the_input_as_it_is(self):
        place = places.Objects(self.bench.store, "aside")
        place.empty()
        result = program.run(*self.bench.arguments(place), env=place.variables())
        if result.status == 0:
            self.others.append(place.content())


class Bench:
    """One place, its old and new result, and runs on it."""

    def __init__(self, place, old, new, faults_of_place):
        self.place, self.old, self.new = place, old, new
        self.faults = faults_of_place
        self.requests = self.bytes_sent = 1
        self.tcp_proxy = self.s3_proxy = self.store = None
        self.input_keys = []

    def input(self, version):
        return version.input

    def arguments(self, place=None, version=None):
        version = version or self.new
        return ["run", "-c", version.config, "--input", self.input(version), "--output",
                (place or self.place).location(), "--state", self.old.folder / "state"]

    def variables(self):
        return self.place.variables()

    def settle(self, version):
        """An undisturbed run; fails loudly, since nothing can be tried without one."""
        result = program.run(*self.arguments(version=version), env=self.variables())
        if result.status != 0:
            raise RuntimeError(f"an undisturbed run failed:\n{result}")
        return self.place.content()

    def prepare(self):
        self.old_content = self.settle(self.old)
        began = time.monotonic()
        self.new_content = self.settle(self.new)
        self.seconds = time.monotonic() - began
        same = [k for k in self.new_content if self.old_content.get(k) == self.new_content[k]]
        if not self.new_content or len(same) > len(self.new_content) / 2:
            raise RuntimeError(f"old and new hardly differ: {same}")
        self.measure()

    def measure(self):
        """How much traffic a run makes, for places behind a proxy."""
        if self.tcp_proxy:
            self.tcp_proxy.arm(None)
            program.run(*self.arguments(), env={**self.variables(),
                                                "PGPORT": str(self.tcp_proxy.port)})
            self.bytes_sent = self.tcp_proxy.seen
        if self.s3_proxy:
            self.s3_proxy.arm({})
            program.run(*self.arguments(), env={**self.variables(), "AWS_ENDPOINT_URL_S3":
                                                self.s3_proxy.endpoint})
            self.requests = self.s3_proxy.requests

    def put(self, key, root):
        with self.store.client().open_output_stream(f"costs/in/{key}") as out:
            out.write((pathlib.Path(root) / key).read_bytes())

    def one(self, fault, seed, row):
        if self.place.content() != self.old_content:
            self.settle(self.old)
        trial = Trial(self, seed)
        result = fault(trial)
        row.trials += 1
        row.injected += trial.injected
        row.statuses[result.status] += 1
        if result.status not in ALLOWED:
            trial.complaints.append(f"exit status {result.status}")
        if postgres.PASSWORD in result.err or object_store.SECRET_KEY in result.err:
            trial.complaints.append("a secret in the messages")
        problems = places.judge(self.place, self.old_content, self.new_content)
        for other in trial.others:
            problems = problems and places.judge(self.place, self.old_content, other)
        if result.status == 0 and not trial.others and \
                self.place.content() != self.new_content:
            problems.append("exit status 0, but this is not the new result")
        trial.complaints += problems
        again = program.run(*self.arguments(), env=self.variables())
        if again.status != 0:
            trial.complaints.append(f"the rerun failed:\n{again}")
        elif self.place.content() != self.new_content:
            trial.complaints.append("the rerun gave something else than an undisturbed run")
        if trial.complaints:
            row.losses.append(f"seed {seed}: " + "; ".join(trial.complaints) + f"\n{result}")


class S3Bench(Bench):
    def __init__(self, store, old, new):
        super().__init__(places.Objects(store, "out"), old, new,
                         (faults.kill, faults.s3_errors, faults.s3_connection, faults.s3_bodies,
                          faults.s3_down, faults.object_replaced, faults.listing_changes))
        self.store = store
        self.s3_proxy = S3Proxy(store.port)
        store.upload(old.input, "costs/in-old")
        store.upload(new.input, "costs/in")
        self.input_keys = store.listing("costs/in")

    def input(self, version):
        return "s3://costs/in" if version is self.new else "s3://costs/in-old"


class Disk:
    """A small tmpfs for a server that will find it full."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder)
        if os.geteuid() != 0 or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=300m,mode=755", "tmpfs", self.path],
                check=False, capture_output=True).returncode:
            raise unittest.SkipTest("no tmpfs can be mounted here")

    def close(self):
        subprocess.run(["umount", "-l", self.path], check=False)


class Campaign:
    def __init__(self, folder, clusters=2, copies=12):
        self.folder = pathlib.Path(folder)
        self.new = estate.make(self.folder / "new", clusters, copies)
        self.old = estate.make(self.folder / "old", clusters, copies, old=True)
        self.closers = []
        self.rows = []

    def close(self):
        for close in reversed(self.closers):
            close()

    def inside(self, name):
        path = self.folder / name
        path.mkdir()
        return path

    def files(self):
        both = (faults.kill, faults.file_size_limit)
        yield Bench(places.Files("parquet", self.inside("parquet")), self.old, self.new, both)
        yield Bench(places.Files("csv", self.inside("csv")), self.old, self.new, both)

    def sqlite(self):
        yield Bench(places.SQLite(self.inside("sqlite")), self.old, self.new,
                    (faults.kill, faults.file_size_limit, faults.database_locked))

    def postgresql(self):
        server = postgres.Postgres()
        self.closers.append(server.stop)
        bench = Bench(places.PostgreSQL(server), self.old, self.new,
                      (faults.kill, faults.server_restart, faults.backend_terminated,
                       faults.connection_cut, faults.table_locked, faults.statement_timeout))
        bench.tcp_proxy = TcpProxy(server.port)
        self.closers.append(bench.tcp_proxy.stop)
        yield bench

    def full_disk(self):
        disk = Disk(self.inside("disk"))
        self.closers.append(disk.close)
        usual, tempfile.tempdir = tempfile.tempdir, str(disk.path)
        try:
            os.chmod(self.folder, 0o755)
            server = postgres.Postgres(max_wal_size="64MB", min_wal_size="32MB")
        finally:
            tempfile.tempdir = usual
        server.disk = disk.path
        self.closers.append(server.stop)
        yield Bench(places.PostgreSQL(server), self.old, self.new, (faults.server_disk_full,))

    def s3(self):
        store = object_store.SeaweedFS()
        self.closers.append(store.stop)
        bench = S3Bench(store, self.old, self.new)
        self.closers.append(bench.s3_proxy.stop)
        yield bench

    PARTS = ("files", "sqlite", "postgresql", "full_disk", "s3")

    def run_part(self, part, trials, seed, say=print):
        """All faults of a part; skips by unittest.SkipTest. Gives the rows."""
        rows = []
        for bench in getattr(self, part)():
            bench.prepare()
            for fault in bench.faults:
                row = Row(bench.place.kind, fault.__name__)
                for number in range(trials):
                    bench.one(fault, f"{seed} {row.place} {row.fault} {number}", row)
                say(row)
                for loss in row.losses[:3]:
                    say(f"LOST: {loss}")
                rows.append(row)
        self.rows += rows
        return rows

    def total(self):
        return (f"{sum(r.trials for r in self.rows)} trials, "
                f"{sum(r.injected for r in self.rows)} faults injected, "
                f"{sum(len(r.losses) for r in self.rows)} losses")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=10, help="of every fault on every place")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", choices=Campaign.PARTS, action="append")
    parser.add_argument("--copies", type=int, default=12, help="size of the input")
    options = parser.parse_args()
    with program.Folder(public=True) as folder:
        campaign = Campaign(folder, copies=options.copies)
        try:
            print(HEAD)
            for part in options.only or Campaign.PARTS:
                try:
                    campaign.run_part(part, options.trials, options.seed,
                                      lambda line: print(line, flush=True))
                except unittest.SkipTest as why:
                    print(f"{part}: skipped: {why}")
            print(campaign.total())
        finally:
            campaign.close()
    return 1 if any(row.losses for row in campaign.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
