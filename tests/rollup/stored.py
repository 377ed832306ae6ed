"""Every table of an output as {table: [row]}, whatever the place: Parquet, SQLite, PostgreSQL."""

import datetime
import json
import pathlib
import sqlite3

import pyarrow.parquet as pq

JSON = {"pod_labels", "volume_labels", "all_labels", "infrastructure_usage_cost", "values",
        "resource_ids", "tags", "aws_cost_category"}
WHOLE = {"report_period_id", "cost_category_id", "resource_count", "account_alias_id",
         "cost_entry_bill_id"}
UNCOMPARED = {"uuid", "id"}


def parquet(folder):
    tables = {}
    for path in sorted(pathlib.Path(folder).rglob("*.parquet")):
        table = path.relative_to(folder).parts[0]
        tables.setdefault(table, []).extend(pq.ParquetFile(path).read().to_pylist())
    return tables


def sqlite(path):
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    names = [n for n, in connection.execute("select name from sqlite_master where type='table'")]
    tables = {n: [dict(r) for r in connection.execute(f'select * from "{n}"')] for n in names}
    connection.close()
    return tables


def postgresql(server, schema):
    names = server.rows("select c.relname as name from pg_class c join pg_namespace n on "
                        f"n.oid = relnamespace where nspname = '{schema}' and relkind in "
                        "('r', 'p') and not relispartition")
    tables = {}
    for name in (r["name"] for r in names):
        columns = server.rows("select attname as name, atttypid::regtype::text as type from "
                              f"pg_attribute where attrelid = '{schema}.{name}'::regclass and "
                              "attnum > 0")
        chosen = ", ".join(f'to_json("{c["name"]}") as "{c["name"]}"'
                           if c["type"].endswith("[]") else f'"{c["name"]}"' for c in columns)
        tables[name] = [{k: typed(k, v) for k, v in row.items()}
                        for row in server.rows(f'select {chosen} from {schema}."{name}"')]
    return tables


def typed(name, value):
    if value is None or name not in WHOLE:
        return value
    return int(value)


def is_number(name):
    return (name.endswith(("_cost", "_hours", "_cores", "_gigabytes", "_months", "_gigabyte",
                           "_amortized", "_amount", "_blended", "_savingsplan")) and
            name != "infrastructure_usage_cost")


def plain(name, value):
    if value is None:
        return None
    if name in JSON:
        return json.dumps(json.loads(value), sort_keys=True)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return str(value)[:10]
    return value


def differences(expected, actual, slack=1e-9, absolute=1e-12):
    """Readable differences of two lists of rows; keys by everything that is no measure."""
    def shape(rows, columns):
        shaped = []
        for row in rows:
            key = tuple((c, plain(c, row.get(c))) for c in columns if not is_number(c))
            numbers = [None if row.get(c) is None else float(row[c])
                       for c in columns if is_number(c)]
            shaped.append((repr(key), numbers))
        return sorted(shaped, key=lambda r: (r[0], [(n is None, n or 0) for n in r[1]]))

    columns = sorted({c for r in expected for c in r} | {c for r in actual for c in r
                                                         if r[c] is not None})
    columns = [c for c in columns if c not in UNCOMPARED]
    left, right = shape(expected, columns), shape(actual, columns)
    lines = [f"{len(left)} rows expected, {len(right)} found"] if len(left) != len(right) else []
    for (key, numbers), (other, others) in zip(left, right):
        close = all((a is None) == (b is None) and
                    (a is None or abs(a - b) <= max(slack * max(abs(a), abs(b)), absolute))
                    for a, b in zip(numbers, others))
        if key != other or not close:
            lines.append(f"expected {key}\n         {numbers}\n   found {other}\n         {others}")
    return lines[:4]
