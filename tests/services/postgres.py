"""A PostgreSQL server of one's own.

    server = postgres.Postgres()     # initdb and start; skips the test where it is not installed
    server.url()                     # postgresql://costs:…@127.0.0.1:PORT/costs
    server.sql("select 1")           # as the superuser
    server.rows("select * from t")   # list of dicts of text, None for null
    server.stop()

PostgreSQL refuses to run as root; as root the server runs as the user postgres, or nobody.
"""

import csv
import io
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import unittest

from harness import program
from services.process import Server, free_ports

PASSWORD = "s3cret-of-the-tests"


def tool(name):
    """A server program: newest Debian version first, then PATH."""
    places = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = str(places[0]) if places else shutil.which(name)
    if not found:
        raise unittest.SkipTest(f"PostgreSQL's {name} is not installed")
    return found


def server_user():
    """(command prefix, uid) under which the server may run."""
    if os.geteuid() != 0:
        return [], None
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}",
                "--clear-groups", "--pdeathsig=KILL"], user.pw_uid
    raise unittest.SkipTest("no user but root to run PostgreSQL as")


class Postgres:
    def __init__(self, **settings):
        self.prefix, uid = server_user()
        self.folder = program.Folder(public=True)
        self.data = self.folder.path / "data"
        self.port, = free_ports(1)
        self.settings = {"fsync": "off", "listen_addresses": "127.0.0.1", "port": self.port,
                         "unix_socket_directories": str(self.folder.path),
                         "max_connections": 60, "shared_buffers": "64MB", **settings}
        password = self.folder.path / "password"
        password.write_text(PASSWORD)
        if uid is not None:
            os.chown(self.folder.path, uid, -1)
            os.chown(password, uid, -1)
        subprocess.run([*self.prefix, tool("initdb"), "-D", self.data, "-U", "super", "-A",
                        "scram-sha-256", "--pwfile", password, "-E", "UTF8", "--locale=C",
                        "--no-sync"],
                       check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.server = None
        self.start()
        self.sql(f"create role costs login password '{PASSWORD}'", database="postgres")
        self.sql("create database costs owner costs", database="postgres")

    def start(self):
        options = [part for name, value in self.settings.items()
                   for part in ("-c", f"{name}={value}")]
        self.server = Server([*self.prefix, tool("postgres"), "-D", self.data, *options],
                             self.folder.path / "log")
        self.server.wait_until(self.answers, "PostgreSQL")

    def answers(self):
        return subprocess.run([tool("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)],
                              check=False).returncode == 0

    def stop(self):
        """Stops the server for good; disconnects whoever is connected."""
        self.server.stop(signal.SIGINT)
        self.folder.remove()

    def restart(self):
        self.server.stop(signal.SIGINT)
        self.start()

    def url(self, user="costs", password=PASSWORD, database="costs", port=None):
        return f"postgresql://{user}:{password}@127.0.0.1:{port or self.port}/{database}"

    def variables(self, user="costs", password=PASSWORD, database="costs"):
        """libpq's own environment, for the location `postgresql:`."""
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": user,
                "PGPASSWORD": password, "PGDATABASE": database}

    def psql(self, text, database, user, *options):
        return subprocess.run(
            [tool("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *options, "-f", "-"],
            input=text, text=True, capture_output=True, check=False,
            env={"PATH": os.environ["PATH"], **self.variables(user, PASSWORD, database)})

    def sql(self, text, database="costs", user="super"):
        done = self.psql(text, database, user, "-At")
        if done.returncode:
            raise RuntimeError(f"{text}\n{done.stderr}")
        return done.stdout

    def rows(self, query, database="costs"):
        text = self.sql(f"copy ({query}) to stdout (format csv, header, null '\\N')", database)
        return [{k: None if v == "\\N" else v for k, v in row.items()}
                for row in csv.DictReader(io.StringIO(text, newline=""))]
