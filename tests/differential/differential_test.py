"""Every recorded case through the real program: both tables hold the recorded rows."""

import pathlib
import shutil
import tarfile
import tempfile
import unittest

from harness import program, rows

ARCHIVE = pathlib.Path(__file__).with_name("cases.tar.xz")
UNPACKED = pathlib.Path(tempfile.mkdtemp(prefix="costagg-differential-"))

# The recorded numbers are doubles; these are the digits that the tables keep of them.
SCALE = 15
SCALES = {"calculated_amortized_cost": 9, "markup_cost_amortized": 9}


def setUpModule():
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(UNPACKED)


def tearDownModule():
    shutil.rmtree(UNPACKED)


def recorded(case, table):
    result = rows.read_file(UNPACKED / case / "expected" / f"{table}.parquet")
    numbers = {name for row in result.rows for name, value in row.items() if rows.is_number(value)}
    result.scales = {name: SCALES.get(name, SCALE) for name in numbers}
    return result


def test_of(case):
    def test(self):
        result = program.run("run", "-c", "run.yaml", cwd=UNPACKED / case)
        self.assertEqual(result.status, 0, f"\n{result}")
        for table in (rows.USAGE, rows.COST):
            comparison = rows.Comparison(recorded(case, table),
                                         rows.read_output(UNPACKED / case / "out", table))
            if comparison.differences:
                self.fail(f"{case}, {table}:\n" + "\n".join(comparison.differences))
    return test


class Differential(unittest.TestCase):
    """One test a case."""


with tarfile.open(ARCHIVE) as listing:
    for name in sorted({member.name.split("/")[0] for member in listing}):
        setattr(Differential, f"test_{name.replace('-', '_')}", test_of(name))
