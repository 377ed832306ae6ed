"""A fleet on a real scheduler: 20 clusters and one bill, read from an object store, written to
PostgreSQL by Slurm arrays. Whatever happens to shards, the tables hold what one process writes."""

import os
import random
import signal
import subprocess
import unittest

from campaign import estate, places
from fleet.slurm import Slurm
from harness import program
from services import object_store, postgres

CLUSTERS, USAGE_SHARDS = 20, 6
SUBMIT = program.ROOT / "deploy/slurm/submit.sh"


class Fleet(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = program.Folder(public=True)
        cls.addClassCleanup(cls.folder.remove)
        cls.slurm = Slurm(cpus=4)
        cls.addClassCleanup(cls.slurm.stop)
        try:
            cls.store = object_store.MinIO()
        except unittest.SkipTest:
            cls.store = object_store.SeaweedFS()
        cls.addClassCleanup(cls.store.stop)
        cls.server = postgres.Postgres()
        cls.addClassCleanup(cls.server.stop)
        cls.estate = estate.make(cls.folder.path / "estate", CLUSTERS, copies=4)
        cls.store.upload(cls.estate.input, "costs/in")
        cls.place = places.PostgreSQL(cls.server)
        cls.variables = {**cls.store.variables(), **cls.server.variables(),
                         "COSTAGG_INPUT": "s3://costs/in", "COSTAGG_OUTPUT": "postgresql:",
                         "COSTAGG_STATE": "s3://costs/state"}
        done = program.run("run", "-c", cls.estate.config, env=cls.variables)
        if done.status:
            raise RuntimeError(f"the single process failed\n{done}")
        cls.expected = cls.place.content()

    def setUp(self):
        self.assertEqual(len({s for t, s in self.expected
                              if t.startswith("reporting_ocpusage")}), CLUSTERS)
        self.place.empty()

    def submit(self, name, *options):
        """Starts both stages as the manual says; the two job ids."""
        env = {**program.environment(self.variables), "SLURM_CONF": str(self.slurm.config),
               "STAGE_PAUSE_SECONDS": "1"}
        done = subprocess.run(
            [SUBMIT, "-u", str(USAGE_SHARDS), "-b", "1", "-j", name, "-l", self.folder.path,
             *options, "--", program.BINARY, "run", "-c", self.estate.config],
            env=env, text=True, capture_output=True, check=True)
        return done.stdout.split()

    def logs(self, name):
        return "\n".join(f"== {p.name}\n{p.read_text()[-2000:]}"
                         for p in sorted(self.folder.path.glob(f"{name}-*.log")))

    def assert_result(self, name):
        self.assertEqual(self.place.content(), self.expected, self.logs(name))

    def test_arrays_write_what_one_process_writes(self):
        jobs = self.submit("plain")
        self.slurm.wait(jobs)
        for job in jobs:
            for state, status in self.slurm.tasks(job).values():
                self.assertEqual((state, status), ("COMPLETED", 0), self.logs("plain"))
        self.assert_result("plain")

    def test_shards_that_are_killed_are_run_again(self):
        chance = random.Random(6)
        kills = []

        def kill_one():
            pids = self.slurm.programs(program.BINARY, self.estate.config)
            if pids and len(kills) < 12:
                kills.append(chance.choice(pids))
                try:
                    os.kill(kills[-1], signal.SIGKILL)
                except ProcessLookupError:
                    kills.pop()

        for number in range(20):
            jobs = self.submit(f"killed{number}")
            self.slurm.wait(jobs, meanwhile=kill_one)
            states = {s for job in jobs for s in self.slurm.tasks(job).values()}
            if states == {("COMPLETED", 0)}:
                break
        self.assertGreaterEqual(len(kills), 4, "hardly anything was killed")
        print(f"{len(kills)} shards killed, {number + 1} submissions")
        self.assert_result("killed")

    def test_two_controllers_at_once_do_no_harm(self):
        jobs = self.submit("left") + self.submit("right")
        self.slurm.wait(jobs)
        for job in jobs:
            for state, status in self.slurm.tasks(job).values():
                self.assertEqual((state, status), ("COMPLETED", 0),
                                 self.logs("left") + self.logs("right"))
        self.assert_result("left")
