"""Secrets come in by every way there is, runs fail in every way, and none is seen anywhere again:
not in messages at any level and format, reports, metrics, outputs, nor in the process list."""

import pathlib
import shutil
import time
import unittest
import urllib.parse

from harness import cases, program
from services import postgres
from services.process import free_ports

PASSWORD = "planted/p@ss:word-7f3a"
ACCESS, SECRET, TOKEN = "PLANTEDACCESS7F3A", "planted/secret+key-7f3a", "planted-token-7f3a"
MARKS = [form for s in (PASSWORD, SECRET, TOKEN)
         for form in (s, urllib.parse.quote(s, safe=""), urllib.parse.quote(s))]

S3_YAML = f"""
s3:
  endpoint: http://127.0.0.1:{{s3_port}}
  access_key: {ACCESS}
  secret_key: "{SECRET}"
  session_token: "{TOKEN}"
"""
POSTGRESQL_YAML = f"""
postgresql: {{{{host: 127.0.0.1, port: {{port}}, database: costs, user: {{user}},
              password: "{PASSWORD}"}}}}
"""
URL = "postgresql://{user}:" + urllib.parse.quote(PASSWORD, safe="") + "@127.0.0.1:{port}/costs"


class Way:
    """How secrets come in: more configuration, environment, the output."""

    def __init__(self, name, yaml="", output="postgresql:", **env):
        self.name, self.yaml, self.output, self.env = name, yaml, output, env


WAYS = (
    Way("libpq and AWS names", PGHOST="127.0.0.1", PGPORT="{port}", PGDATABASE="costs",
        PGUSER="{user}", PGPASSWORD=PASSWORD, AWS_ACCESS_KEY_ID=ACCESS,
        AWS_SECRET_ACCESS_KEY=SECRET, AWS_SESSION_TOKEN=TOKEN,
        AWS_ENDPOINT_URL_S3="http://127.0.0.1:{s3_port}"),
    Way("POSTGRES and S3 names", POSTGRES_HOST="127.0.0.1", POSTGRES_PORT="{port}",
        POSTGRES_DB="costs", POSTGRES_USER="{user}", POSTGRES_PASSWORD=PASSWORD,
        S3_ACCESS_KEY=ACCESS, S3_SECRET_KEY=SECRET, S3_ENDPOINT="http://127.0.0.1:{s3_port}"),
    Way("configuration file", S3_YAML + POSTGRESQL_YAML),
    Way("expanded in the file", S3_YAML.replace(SECRET, "${{MY_KEY}}") +
        POSTGRESQL_YAML.replace(PASSWORD, "${{MY_PASSWORD}}"), MY_KEY=SECRET,
        MY_PASSWORD=PASSWORD),
    Way("URL in the file", S3_YAML + 'output: ["' + URL + '"]\n', output=None),
    Way("URL in the environment", S3_YAML, output=None, COSTAGG_OUTPUT=URL),
)


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Postgres()
        cls.addClassCleanup(cls.server.stop)
        quoted = PASSWORD.replace("'", "''")
        cls.server.sql(f"create role planted login password '{quoted}'")
        cls.server.sql("grant create, usage on schema public to planted")
        cls.server.sql(f"create role other login password 'not-{quoted}'")
        cls.server.sql(f"create role poor login password '{quoted}'")
        cls.closed, = free_ports(1)
        cls.case = cases.Case("case-01")

    def attempt(self, way, folder, verb, user="planted", port=None, input_=None, more=()):
        """One run; everything it said or wrote, and the limits it ran with."""
        values = {"user": user, "port": port or self.server.port, "s3_port": self.closed}
        text = "".join(line for line in self.case.config.read_text().splitlines(True)
                       if not line.startswith(("input:", "output:")))
        config = folder / "planted.yaml"
        config.write_text(text + way.yaml.format(**values))
        arguments = [verb, "-c", config, "--input", input_ or self.case.input, *more]
        if way.output:
            arguments += ["--output", way.output]
        env = {name: value.format(**values) for name, value in way.env.items()}
        env["COSTAGG_S3_RETRIES"] = "0"
        process = program.start(*arguments, cwd=folder, env=env)
        seen, limits = [], ""
        while process.poll() is None and len(seen) < 20:
            try:
                proc = pathlib.Path(f"/proc/{process.pid}")
                seen.append((proc / "cmdline").read_bytes().decode(errors="replace"))
                limits = (proc / "limits").read_text() or limits
            except OSError:
                pass
            time.sleep(0.005)
        result = program.finish(process)
        said = {"stdout": result.out, "stderr": result.err, "process list": "".join(seen)}
        for path in folder.rglob("*"):
            if path.is_file() and path != config:
                said[path.name] = path.read_bytes().decode(errors="replace")
        return result, said, limits

    def check(self, way, statuses, **options):
        with program.Folder() as folder:
            result, said, _ = self.attempt(way, folder, **options)
        self.assertIn(result.status, statuses, f"{way.name}\n{result}")
        for place, text in said.items():
            for mark in MARKS:
                self.assertNotIn(mark, text, f"{way.name}: {mark} is in {place}\n{result}")
        return result

    def each_way(self, statuses, **options):
        for way in WAYS:
            with self.subTest(way=way.name):
                self.check(way, statuses, **options)

    def test_a_run_that_succeeds_tells_nothing(self):
        self.each_way({0}, verb="run", more=("--metrics-file", "m.prom", "--report-file", "r.json",
                                             "--log-level", "debug"))

    def test_check_tells_nothing(self):
        self.each_way({0}, verb="check", more=("--log-level", "debug"))

    def test_failures_tell_nothing_in_any_log_format(self):
        for log_format in ("text", "logfmt", "json"):
            more = ("--log-level", "debug", "--log-format", log_format)
            with self.subTest(log_format):
                self.each_way({69}, verb="run", port=self.closed, more=more)

    def test_a_refused_login_tells_nothing(self):
        self.each_way({69}, verb="run", user="other")
        self.each_way({69}, verb="check", user="other")

    def test_missing_rights_tell_nothing(self):
        self.server.sql("revoke all on schema public from public")
        self.each_way({73}, verb="run", user="poor")

    def test_an_object_store_that_is_gone_tells_nothing(self):
        self.each_way({69}, verb="run", input_="s3://costs/in", more=("--log-level", "debug"))

    def test_bad_input_tells_nothing(self):
        with program.Folder() as spoilt:
            shutil.copytree(self.case.input, spoilt / "in")
            for path in (spoilt / "in").rglob("*.parquet"):
                path.write_bytes(path.read_bytes()[:40])
            self.each_way({65}, verb="run", input_=spoilt / "in")

    def test_a_broken_configuration_tells_nothing(self):
        broken = "\nclusters: ["
        for way in WAYS:
            with self.subTest(way=way.name):
                self.check(Way(way.name, way.yaml + broken, way.output, **way.env), {78},
                           verb="run")

    def test_no_core_is_left(self):
        with program.Folder() as folder:
            _, _, limits = self.attempt(WAYS[0], folder, "run", port=self.server.port)
        line = next(x for x in limits.splitlines() if x.startswith("Max core file size"))
        self.assertEqual(line.split()[4], "0", "a core dump would hold the secrets")
