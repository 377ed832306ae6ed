"""Slurm's batch script, the nightly wrapper, the systemd unit: each with a program of the test's."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import unittest

from harness import program
from deploy import exit_status

DEPLOY = program.ROOT / "deploy"


def script(folder, name, text):
    path = pathlib.Path(folder, name)
    path.write_text(text)
    path.chmod(0o755)
    return path


class StageScript(unittest.TestCase):
    """deploy/slurm/stage.sbatch, started by hand."""

    def run_stage(self, statuses, tries=3):
        """Runs with a program that ends with each status in turn; (exit status, runs)."""
        with program.Folder() as folder:
            fake = script(folder, "fake", "#!/bin/bash\n"
                          f"n=$(cat {folder}/runs 2>/dev/null || echo 0)\n"
                          f"echo $((n + 1)) >{folder}/runs\n"
                          f"statuses=({' '.join(map(str, statuses))})\nexit ${{statuses[n]}}\n")
            done = subprocess.run([DEPLOY / "slurm/stage.sbatch", fake], check=False,
                                  capture_output=True, env={**os.environ, "STAGE_TRIES": str(tries),
                                                            "STAGE_PAUSE_SECONDS": "0"})
            return done.returncode, int((folder / "runs").read_text())

    def test_what_may_pass_by_itself_is_tried_again(self):
        for status in exit_status.AGAIN:
            with self.subTest(status):
                self.assertEqual(self.run_stage([status, status, 0]), (0, 3))

    def test_tries_have_an_end(self):
        self.assertEqual(self.run_stage([75] * 9), (75, 3))

    def test_what_needs_a_person_ends_at_once(self):
        for status in exit_status.FINAL | exit_status.STOPPED:
            with self.subTest(status):
                self.assertEqual(self.run_stage([status, 0]), (status, 1))

    def test_a_stop_reaches_the_program_and_its_status_comes_back(self):
        with program.Folder() as folder:
            fake = script(folder, "fake", "#!/bin/bash\n"
                          f"trap 'touch {folder}/told; exit 143' TERM\ntouch {folder}/started\n"
                          "while :; do sleep 0.05; done\n")
            process = subprocess.Popen([DEPLOY / "slurm/stage.sbatch", fake])
            deadline = time.monotonic() + 20
            while not (folder / "started").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(20), 143)
            self.assertTrue((folder / "told").exists())


class Submit(unittest.TestCase):
    """deploy/slurm/submit.sh with a Slurm that only writes down what it is asked."""

    def submit(self, *arguments, queued=""):
        with program.Folder() as folder:
            script(folder, "sbatch", f'#!/bin/bash\necho "$*" >>{folder}/asked\necho 4711\n')
            script(folder, "squeue", f"#!/bin/bash\nprintf '%s' '{queued}'\n")
            done = subprocess.run([DEPLOY / "slurm/submit.sh", *arguments], check=False, text=True,
                                  capture_output=True,
                                  env={"PATH": f"{folder}:{os.environ['PATH']}"})
            asked = folder / "asked"
            return done, asked.read_text().splitlines() if asked.exists() else []

    def test_bills_wait_for_usage(self):
        done, asked = self.submit("-u", "20", "-b", "2", "--", "costagg-nightly", "-c", "x.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("--array=0-19 ", asked[0])
        self.assertTrue(asked[0].endswith("costagg-nightly -c x.yaml --stage=usage"), asked[0])
        self.assertIn("--array=0-1 ", asked[1])
        self.assertIn("--dependency=afterok:4711 ", asked[1])
        self.assertTrue(asked[1].endswith("--stage=cost"), asked[1])

    def test_a_second_submission_is_refused_while_the_first_runs(self):
        done, asked = self.submit("--", "costagg-nightly", queued="17 all costagg-usage")
        self.assertEqual((done.returncode, asked), (75, []))
        done, asked = self.submit("-f", "--", "costagg-nightly", queued="17 all costagg-usage")
        self.assertEqual((done.returncode, len(asked)), (0, 2))

    def test_wrong_usage_submits_nothing(self):
        for arguments in ([], ["-x"], ["-a", "sometime", "--", "costagg-nightly"]):
            done, asked = self.submit(*arguments)
            self.assertEqual((done.returncode, asked), (64, []), arguments)


class Nightly(unittest.TestCase):
    """deploy/costagg-nightly: which days it asks for."""

    def days(self, today, grace=None):
        with program.Folder() as folder:
            real = shutil.which("date")
            # GNU date counts relative to the day it is given.
            script(folder, "date", "#!/bin/bash\n"
                   f'exec {real} -u -d "{today} 12:00 UTC $3" "$4"\n')
            fake = script(folder, "fake", '#!/bin/sh\necho "$@"\n')
            env = {"PATH": f"{folder}:{os.environ['PATH']}", "COSTAGG": str(fake)}
            if grace:
                env["NIGHTLY_GRACE_DAYS"] = str(grace)
            done = subprocess.run([DEPLOY / "costagg-nightly", "-c", "x"], check=True, text=True,
                                  capture_output=True, env=env)
            return re.fullmatch(r"run --start (\S+) --end (\S+) -c x\n", done.stdout).groups()

    def test_a_month_is_run_until_it_no_longer_changes(self):
        for today, grace, start, end in (
                ("2025-07-20", None, "2025-07-01", "2025-07-19"),
                ("2025-07-06", None, "2025-07-01", "2025-07-05"),
                ("2025-07-05", None, "2025-06-01", "2025-07-04"),
                ("2025-07-01", None, "2025-06-01", "2025-06-30"),
                ("2025-01-03", None, "2024-12-01", "2025-01-02"),
                ("2024-03-01", None, "2024-02-01", "2024-02-29"),
                ("2025-07-08", 10, "2025-06-01", "2025-07-07")):
            with self.subTest(today):
                self.assertEqual(self.days(today, grace), (start, end))


class Systemd(unittest.TestCase):
    SERVICE = DEPLOY / "systemd/costagg.service"

    def test_exit_statuses_are_those_of_the_program(self):
        listed = re.search(r"^RestartPreventExitStatus=(.*)$", self.SERVICE.read_text(), re.M)[1]
        self.assertEqual({int(s) for s in listed.split()}, exit_status.FINAL)

    def test_units_are_valid_and_hardened(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not here")
        with program.Folder() as folder:
            for name in ("costagg.service", "costagg.timer"):
                text = (DEPLOY / "systemd" / name).read_text()
                (folder / name).write_text(text.replace("/usr/bin/costagg-nightly", "/bin/true")
                                           .replace("Documentation=man:costagg(1)\n", ""))
            done = subprocess.run(["systemd-analyze", "verify", *folder.glob("costagg.*")],
                                  check=False, text=True, capture_output=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            done = subprocess.run(["systemd-analyze", "security", "--offline=true",
                                   "--threshold=15", folder / "costagg.service"],
                                  check=False, text=True, capture_output=True)
            self.assertEqual(done.returncode, 0, done.stdout[-300:])


class Names(unittest.TestCase):
    def test_every_variable_is_one_the_program_knows(self):
        known = set(re.findall(r"\bCOSTAGG_[A-Z_0-9]+",
                               (program.ROOT / "src/config/options.def").read_text()))
        used = set()
        for path in DEPLOY.rglob("*"):
            if path.is_file() and path.parent.name != "__pycache__":
                used |= set(re.findall(r"\bCOSTAGG_[A-Z_0-9]+", path.read_text()))
        self.assertEqual(used - known, set())

    def test_every_metric_that_alerts_name_is_one_the_program_writes(self):
        written = "".join(p.read_text() for p in (program.ROOT / "src").rglob("*.c"))
        rules = (DEPLOY / "prometheus/alerts.yaml").read_text()
        for line in re.findall(r"^ *expr: (.*)$", rules, re.M):
            for name in re.findall(r"\bcostagg_\w+", line):
                self.assertIn(name, written)
