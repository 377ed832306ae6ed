"""Result rows: read from Parquet, compared as multisets.

Text, dates and integers must be equal; JSON is compared by value; numbers within 1e-9 relative or
half a unit of the last digit the NUMERIC column stores. The random uuid of the expected rows was
left out when they were recorded, so `uuid` is not compared.
"""

import datetime
import decimal
import json
import math
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

USAGE = "reporting_ocpusagelineitem_daily_summary"
COST = "reporting_ocpawscostlineitem_project_daily_summary_p"

JSON_COLUMNS = {"pod_labels", "volume_labels", "all_labels", "infrastructure_usage_cost", "tags",
                "aws_cost_category"}
# Not part of the tables as PostgreSQL holds them: the identity, and what only the Parquet state
# for the cost stage carries.
UNCOMPARED = {"uuid", "csi_volume_handle", "source", "year", "month", "day"}
RELATIVE = 1e-9


class Rows:
    """A table in memory: column names, the scale of its NUMERIC columns, rows as dicts."""

    def __init__(self, columns, scales, rows):
        self.columns = columns
        self.scales = scales
        self.rows = rows


def read_file(path):
    return of_table(pq.ParquetFile(path).read())


def read_output(folder, table):
    """All partitions of a table below a Parquet output; no partition at all is an empty table."""
    files = sorted((pathlib.Path(folder) / table).rglob("*.parquet"))
    if not files:
        return Rows([], {}, [])
    # One file by itself: folder names must not turn into columns.
    return of_table(pa.concat_tables([pq.ParquetFile(f).read() for f in files]))


def of_table(table):
    scales = {}
    for field in table.schema:
        if pa.types.is_decimal(field.type):
            scales[field.name] = field.type.scale
    table = table.cast(pa.schema([plain(field) for field in table.schema]))
    return Rows(table.column_names, scales, table.to_pylist())


def plain(field):
    if pa.types.is_dictionary(field.type):
        return pa.field(field.name, field.type.value_type)
    return field


def is_number(value):
    return isinstance(value, (float, decimal.Decimal))


def normal(name, value):
    """A value in the form in which equal means equal."""
    if value is None:
        return None
    if name in JSON_COLUMNS:
        return json.dumps(json.loads(value), sort_keys=True, ensure_ascii=False)
    if isinstance(value, datetime.datetime):
        return value.date()
    return value


def close(expected, actual, scale):
    """Within 1e-9 relative or half a unit of the last stored digit."""
    if expected is None or actual is None:
        return expected is None and actual is None
    e, a = float(expected), float(actual)
    if math.isnan(e) or math.isnan(a):
        return False
    unit = 0.5 * 10.0 ** -scale if scale is not None else 0.0
    return abs(e - a) <= max(RELATIVE * max(abs(e), abs(a)), unit * (1 + 1e-6))


def filled(rows):
    """The columns that hold a value somewhere."""
    return {c for c in rows.columns if any(r[c] is not None for r in rows.rows)}


class Comparison:
    """Compares two tables; `differences` is a list of readable lines, empty when equal."""

    def __init__(self, expected, actual, numbers_exact=False):
        self.differences = []
        self.scales = {**actual.scales, **expected.scales}
        self.exact = numbers_exact
        self.columns = self.shared_columns(expected, actual)
        self.compare(expected, actual)

    def shared_columns(self, expected, actual):
        known = set(expected.columns)
        wanted = filled(expected) - UNCOMPARED
        if actual.columns:
            for name in sorted(wanted - set(actual.columns)):
                self.differences.append(f"column {name} is missing from the result")
            for name in sorted(set(actual.columns) - known - UNCOMPARED):
                self.differences.append(f"column {name} of the result is not expected")
        have = set(actual.columns) if actual.columns else wanted
        return [c for c in expected.columns if c in have and c not in UNCOMPARED]

    def compare(self, expected, actual):
        groups = {}
        for side, table in enumerate((expected, actual)):
            for row in table.rows:
                key, numbers = self.split(row)
                groups.setdefault(key, ([], []))[side].append(numbers)
        missing, surplus, unequal = [], [], []
        for key, (left, right) in groups.items():
            self.match(key, left, right, missing, surplus, unequal)
        self.report(expected, actual, missing, surplus, unequal)

    def split(self, row):
        key, numbers = [], []
        for name in self.columns:
            value = normal(name, row.get(name))
            number = name in self.scales or is_number(value)
            (numbers if number else key).append((name, value))
        return tuple(key), tuple(numbers)

    def match(self, key, left, right, missing, surplus, unequal):
        """Pairs rows that agree in everything but numbers, each with the first one close to it."""
        left, right = sorted(left, key=order), sorted(right, key=order)
        rest = []
        for numbers in left:
            found = next((i for i, other in enumerate(right) if self.same(numbers, other)), None)
            if found is None:
                rest.append(numbers)
            else:
                right.pop(found)
        for numbers, other in zip(rest, right):
            unequal.append((key, numbers, other))
        missing += [(key, n) for n in rest[len(right):]]
        surplus += [(key, n) for n in right[len(rest):]]

    def same(self, numbers, other):
        if self.exact:
            return numbers == other
        return all(close(e, a, self.scales.get(name))
                   for (name, e), (_, a) in zip(numbers, other))

    def report(self, expected, actual, missing, surplus, unequal):
        if not missing and not surplus and not unequal:
            return
        self.differences.append(
            f"{len(expected.rows)} rows expected, {len(actual.rows)} found; {len(missing)} missing, "
            f"{len(surplus)} surplus, {len(unequal)} with other numbers")
        for key, numbers, other in unequal[:3]:
            self.differences.append("numbers differ in row " + shown(key))
            self.differences += [f"    {name}: expected {e}, found {a}"
                                 for (name, e), (_, a) in zip(numbers, other)
                                 if not close(e, a, self.scales.get(name))]
        if missing and surplus:
            self.nearest(missing[0], surplus)
        for title, rows in (("missing", missing), ("surplus", surplus)):
            for key, numbers in rows[:3]:
                self.differences.append(f"{title}: {shown(key)} {shown(numbers)}")

    def nearest(self, lost, surplus):
        """The surplus row that shares most values with a missing one, told by its differences."""
        wanted = dict(lost[0]) | dict(lost[1])

        def distance(row):
            found = dict(row[0]) | dict(row[1])
            return [n for n in self.columns if wanted.get(n) != found.get(n)
                    and not (n in self.scales and close(wanted.get(n), found.get(n), 15))]

        best = min(surplus, key=lambda row: len(distance(row)))
        found = dict(best[0]) | dict(best[1])
        self.differences.append("nearest pair of a missing and a surplus row differs in:")
        self.differences += [f"    {n}: expected {wanted.get(n)!r}, found {found.get(n)!r}"
                             for n in distance(best)]


def order(numbers):
    return [(value is not None, float(value or 0)) for _, value in numbers]


def shown(pairs):
    return "{" + ", ".join(f"{n}={v}" for n, v in pairs if v is not None) + "}"
