"""The result in the terminal."""

import json
import os
import pathlib
import pty
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import month
from harness import program, verdict


class Show(verdict.RunTest):
    @classmethod
    def setUpClass(cls):
        cls.place = program.Folder()
        cls.addClassCleanup(cls.place.remove)
        cls.folder = cls.place.path
        cls.total = month.write(cls.folder / "month")
        month.write(cls.folder / "usage", with_cost=False)

    def show(self, *arguments, **env):
        return program.run("show", *arguments, cwd=self.folder, env=env)

    def test_total_days_and_namespaces(self):
        result = self.assert_done(self.show("parquet:month"))
        self.assertIn(f"{self.total:,.2f} USD", result.out)
        self.assertEqual(sum(line.startswith("  2025-10-") for line in result.out.splitlines()), 31)
        self.assertIn("Worker unallocated", result.out)
        self.assertIn("and 35 more", result.out)

    def test_one_namespace_in_detail(self):
        result = self.assert_done(self.show("parquet:month", "team-03"))
        self.assertIn("namespace team-03", result.out)
        self.assertIn("AmazonEBS", result.out)
        self.assertRegex(result.out, r"CPU, core-hours .* of .* %")

    def test_an_unknown_namespace_is_refused(self):
        self.assert_refused(self.show("parquet:month", "nobody"), 66, "nobody")

    def test_usage_only_shows_hours(self):
        result = self.assert_done(self.show("parquet:usage"))
        self.assertIn("core-hours", result.out)
        self.assertNotIn("USD", result.out)
        self.assertNotIn("Products", result.out)

    def test_json_has_the_same_numbers(self):
        document = json.loads(self.assert_done(self.show("parquet:month", "--json")).out)
        self.assertAlmostEqual(document["total"], self.total, places=4)
        self.assertEqual(len(document["days"]), 31)
        self.assertAlmostEqual(sum(n["total"] for n in document["namespaces"]), self.total,
                               places=4)

    def test_a_pipe_gets_no_colours_and_the_width_is_respected(self):
        result = self.assert_done(self.show("parquet:month", COLUMNS="60"))
        self.assertNotIn("\x1b", result.out)
        self.assertLessEqual(max(map(len, result.out.splitlines())), 60)

    def on_terminal(self, **env):
        controller, terminal = pty.openpty()
        pid = os.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.dup2(terminal, 1)
            os.execve(program.BINARY, ["costagg", "show", "parquet:month"],
                      program.environment({"TERM": "xterm", **env}))
        os.close(terminal)
        output = b""
        while True:
            try:
                chunk = os.read(controller, 65536)
            except OSError:
                break
            if not chunk:
                break
            output += chunk
        os.close(controller)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        return output.decode()

    def test_a_terminal_gets_colours_unless_no_color_is_set(self):
        self.assertIn("\x1b[1m", self.on_terminal())
        self.assertNotIn("\x1b", self.on_terminal(NO_COLOR="1"))
        self.assertIn("\x1b[1m", self.on_terminal(NO_COLOR=""))
