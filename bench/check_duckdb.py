#!/usr/bin/env python3
"""Checks the DuckDB programs against recorded cases: `check_duckdb.py FOLDER…` of golden cases.

What a benchmark compares with must do the same work, so its rows are compared as the tests do.
"""

import pathlib
import subprocess
import sys
import tempfile

import duckdb

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from harness import rows  # noqa: E402


def differences(case, program, tables):
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([sys.executable, HERE / program, case, out], check=True)
        for table in tables:
            expected = rows.read_file(case / "expected" / f"{table}.parquet")
            found = duckdb.read_parquet(f"{out}/{table}/*.parquet", union_by_name=True)
            found = rows.of_table(found.to_arrow_table())
            yield from rows.Comparison(expected, found).differences


def main():
    failed = 0
    for case in map(pathlib.Path, sys.argv[1:]):
        for program, tables in (("duckdb_usage.py", [rows.USAGE]),
                                ("duckdb_cost.py", [rows.USAGE, rows.COST])):
            found = list(differences(case, program, tables))
            failed += bool(found)
            print(f"{case.name} {program}: {'differs' if found else 'equal'}")
            print("\n".join(found[:12]))
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
