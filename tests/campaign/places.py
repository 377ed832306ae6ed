"""Outputs under trial: each tells where it is, and what a reader finds in it now.

content() gives {(table, source): what a reader sees}; units(old, new) groups those keys by what the
output promises to replace in one step: databases the rows of a whole unit of work, files and
objects those of one table and source.
"""

import hashlib
import pathlib
import shutil
import sqlite3

from harness import cases


def _grouped(content, key_of_row):
    found = {}
    for row in content:
        found.setdefault(key_of_row(row), []).append(row)
    return found


class Place:
    """One output."""

    kind = ""
    whole_units = False  # all tables of a unit change together

    def location(self):
        raise NotImplementedError

    def variables(self):
        return {}

    def content(self):
        raise NotImplementedError

    def unit_of(self, key):
        table, source = key
        if not self.whole_units:
            return key
        return ("cost", "") if "aws" in table else ("usage", source)


class Files(Place):
    def __init__(self, kind, folder):
        self.kind, self.folder = kind, pathlib.Path(folder)

    def location(self):
        return f"{self.kind}:{self.folder}"

    def content(self):
        found = {}
        for path, data in cases.tree(self.folder).items():
            parts = path.split("/")
            if path.endswith("." + self.kind) and not any(p[0] in "._" for p in parts):
                found.setdefault(tuple(parts[:2]), []).append((path, data))
        return found

    def empty(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class SQLite(Place):
    kind = "sqlite"
    whole_units = True

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "costs.db"

    def location(self):
        return f"sqlite:{self.path}"

    def content(self):
        if not self.path.exists():
            return {}
        database = sqlite3.connect(self.path)
        try:
            names = [r[0] for r in database.execute(
                "select name from sqlite_master where type = 'table' and name like 'reporting%'")]
            found = {}
            for name in names:
                columns = [r[1] for r in database.execute(f'pragma table_info("{name}")')]
                at = columns.index("source_uuid")
                rows = database.execute(f'select * from "{name}"').fetchall()
                for source, group in _grouped(rows, lambda row, at=at: row[at]).items():
                    found[name, source] = sorted(map(repr, group))
            return found
        finally:
            database.close()

    def empty(self):
        for path in self.path.parent.glob("costs.db*"):
            path.unlink()


class PostgreSQL(Place):
    kind = "postgresql"
    whole_units = True

    TABLES = """select relname from pg_class c join pg_namespace n on n.oid = relnamespace
                where nspname = 'public' and relkind in ('r', 'p') and not relispartition
                  and relname like 'reporting%' order by 1"""

    def __init__(self, server):
        self.server = server
        self.port = server.port  # a proxy in front puts its own here

    def location(self):
        return "postgresql:"

    def variables(self):
        return {**self.server.variables(), "PGPORT": str(self.port)}

    def content(self):
        found = {}
        for table in self.server.sql(self.TABLES).split():
            rows = self.server.sql(
                "select source_uuid || '|' || count(*) || '|' || "
                "md5(string_agg(t::text, chr(10) order by t::text)) "
                f"from {table} t group by source_uuid")
            for line in rows.splitlines():
                source, count, digest = line.split("|")
                found[table, source] = (count, digest)
        return found

    def empty(self):
        for table in self.server.sql(self.TABLES).split():
            self.server.sql(f"drop table {table} cascade")


class Objects(Place):
    kind = "parquet on S3"

    def __init__(self, store, prefix):
        self.store, self.prefix = store, prefix
        self.endpoint = store.endpoint  # a proxy in front puts its own here

    def location(self):
        return f"parquet:s3://costs/{self.prefix}"

    def variables(self):
        return {**self.store.variables(), "AWS_ENDPOINT_URL_S3": self.endpoint}

    def content(self):
        found = {}
        for path, data in self.store.tree(f"costs/{self.prefix}").items():
            parts = path.split("/")
            if path.endswith(".parquet") and not any(p[0] in "._" for p in parts):
                digest = hashlib.sha256(data).hexdigest()
                found.setdefault(tuple(parts[:2]), []).append((path, digest))
        return found

    def empty(self):
        client = self.store.client()
        for name in self.store.listing(f"costs/{self.prefix}"):
            client.delete_file(f"costs/{self.prefix}/{name}")


def judge(place, old, new):
    """What is wrong with the place's content: each unit must be wholly old or wholly new."""
    found, wrong, verdicts = place.content(), [], {}
    for key in sorted(set(old) | set(new) | set(found), key=str):
        now = found.get(key)
        state = {name for name, side in (("old", old), ("new", new)) if side.get(key) == now}
        if not state:
            wrong.append(f"{key} is neither old nor new")
        verdicts.setdefault(place.unit_of(key), []).append((key, state))
    for unit, states in verdicts.items():
        if all(s for _, s in states) and not set.intersection(*(s for _, s in states)):
            wrong.append(f"{unit} is half old, half new")
    return wrong
