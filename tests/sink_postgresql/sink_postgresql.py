"""Starts a PostgreSQL server, runs the sink's test program against it, stops the server.

    python sink_postgresql.py PROGRAM
"""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from services import postgres  # noqa: E402


def main(program):
    try:
        server = postgres.Postgres()
    except unittest.SkipTest as reason:
        print(f"skipped: {reason}")
        return 77
    try:
        return subprocess.run([program], check=False, env={
            **os.environ, "COSTAGG_TEST_POSTGRESQL": server.url(user="super")}).returncode
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
