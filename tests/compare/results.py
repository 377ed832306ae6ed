"""Results as other programs leave them, made from a golden case's recorded answer."""

import json
import pathlib
import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq

from harness import cases

USAGE = "reporting_ocpusagelineitem_daily_summary"
COST = "reporting_ocpawscostlineitem_project_daily_summary_p"
TABLES = (USAGE, COST)


def rows_of(case, table):
    """The recorded rows as dicts of Python values."""
    return pq.ParquetFile(cases.Case(case).expected(table)).read().to_pylist()


def schema_of(case, table):
    return pq.ParquetFile(cases.Case(case).expected(table)).schema_arrow


def write_parquet(folder, case, table, rows):
    """One file for a source and month, as this program lays them out."""
    schema = schema_of(case, table)
    for source in sorted({row["source_uuid"] for row in rows}):
        of_source = [row for row in rows if row["source_uuid"] == source]
        day = of_source[0]["usage_start"]
        place = (pathlib.Path(folder) / table / f"source={source}" / f"year={day.year}" /
                 f"month={day.month:02d}")
        place.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(of_source, schema), place / "rows.parquet")


def plain(value):
    """A value as text formats hold it."""
    return None if value is None else str(value)


def write_csv(folder, case, table, rows):
    names = schema_of(case, table).names
    place = pathlib.Path(folder) / table
    place.mkdir(parents=True, exist_ok=True)
    with open(place / "rows.csv", "w", newline="", encoding="utf-8") as file:
        file.write(",".join(names) + "\n")
        for row in rows:
            file.write(",".join(_cell(plain(row[name])) for name in names) + "\n")


def _cell(text):
    """Null is an empty cell, the empty text is quoted."""
    if text is None:
        return ""
    if text == "" or any(c in text for c in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def write_sqlite(path, case, table, rows):
    schema = schema_of(case, table)
    types = ["REAL" if pa.types.is_decimal(f.type) else
             "INTEGER" if pa.types.is_integer(f.type) else "TEXT" for f in schema]
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE {table} (" + ", ".join(
            f'"{name}" {type_}' for name, type_ in zip(schema.names, types)) + ")")
        database.executemany(
            f"INSERT INTO {table} VALUES ({', '.join('?' * len(types))})",
            [[None if row[n] is None else float(row[n]) if t == "REAL" else
              row[n] if t == "INTEGER" else str(row[n])
              for n, t in zip(schema.names, types)] for row in rows])
    database.close()


def copy_lines(case, table, rows):
    """Rows as PostgreSQL's COPY takes them (CSV)."""
    names = schema_of(case, table).names
    return names, "\n".join(",".join(_cell(plain(row[name])) for name in names) for row in rows)


def reformatted(text):
    """The same JSON, spelled differently."""
    if text is None:
        return None
    value = json.loads(text)
    return json.dumps(dict(reversed(list(value.items()))), indent=1)

