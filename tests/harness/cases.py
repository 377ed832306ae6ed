"""The golden cases: unpacked once a build, copied or rewritten for a test.

A rewritten case holds the same rows in another guise: shuffled, split over other files and row
groups, under another path convention, with other codecs and types. The result must not change by
one byte.
"""

import fcntl
import hashlib
import json
import pathlib
import random
import re
import shutil
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq

from harness import program

ARCHIVE = program.ROOT / "tests/golden/cases.tar.xz"

KOKU_REPORTS = {
    "openshift_pod_usage_line_items": "pod_usage",
    "openshift_storage_usage_line_items": "storage_usage",
    "openshift_node_labels_line_items": "node_labels",
    "openshift_namespace_labels_line_items": "namespace_labels",
}
CONVENTIONS = ("koku", "report-first", "source-first")


def folder():
    """Where the cases lie, unpacked; safe against parallel tests."""
    digest = hashlib.sha256(ARCHIVE.read_bytes()).hexdigest()[:16]
    target = program.BUILD / "golden" / digest
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target.parent / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            partial = target.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            with tarfile.open(ARCHIVE) as archive:
                archive.extractall(partial)
            partial.rename(target)
    return target


def names():
    return sorted(p.name for p in folder().glob("case-*"))


class Case:
    """One golden case: its folder, its settings."""

    def __init__(self, name):
        self.name = name
        self.path = folder() / name
        self.settings = json.loads((self.path / "settings.json").read_text())

    @property
    def config(self):
        return self.path / "run.yaml"

    @property
    def input(self):
        return self.path / "in"

    def expected(self, table):
        return self.path / "expected" / f"{table}.parquet"

    def run(self, *arguments, **options):
        """`costagg run` with this case's configuration and more arguments."""
        return program.run("run", "-c", self.config, *arguments, cwd=self.path, **options)


class Part:
    """One partition of one report: the folder's meaning and all its rows."""

    def __init__(self, org, provider, report, source, year, month, tables):
        self.org, self.provider, self.report = org, provider, report
        self.source, self.year, self.month = source, year, month
        self.table = pa.concat_tables(tables)

    @property
    def daily(self):
        return self.report.endswith("_daily")

    def folder(self, convention, pad=True):
        """Where this partition lies by a convention: (folder, what follows the month)."""
        month = f"year={self.year}/month={self.month:02d}" if pad else \
            f"year={self.year}/month={self.month}"
        source = f"source={self.source}"
        base = self.report.removesuffix("_daily")
        if convention == "report-first":
            return f"data/{self.org}/{self.provider}/{self.report}/{source}/{month}", ""
        if convention == "source-first":
            return f"data/{self.org}/{self.provider}/{source}/{month}", self.report
        top = "data/parquet/daily" if self.daily else "data/parquet"
        if self.provider == "AWS":
            raw = "AWS/raw" if self.daily else "AWS"
            return f"{top}/{self.org}/{raw}/{source}/{month}", ""
        return f"{top}/{self.org}/OCP/{KOKU_REPORTS[base]}/{source}/{month}", ""


PATH = re.compile(r"data/([^/]+)/([^/]+)/([^/]+)/source=([^/]+)/year=(\d+)/month=(\d+)/")


def parts(root):
    """The partitions below a report-first input root."""
    found = {}
    for file in sorted(pathlib.Path(root).rglob("*.parquet")):
        org, provider, report, source, year, month = PATH.search(file.as_posix()).groups()
        key = (org, provider, report, source, int(year), int(month))
        found.setdefault(key, []).append(pq.ParquetFile(file).read())
    return [Part(*key, tables) for key, tables in sorted(found.items())]


class Guise:
    """How a rewritten input looks."""

    def __init__(self, seed, convention="report-first", pad=True, codec=None, text=None, unit=None,
                 shuffle=True, daily=True, mixed_bill=False):
        self.random = random.Random(seed)
        self.convention, self.pad, self.codec = convention, pad, codec
        self.text, self.unit, self.shuffle = text, unit, shuffle
        self.daily = daily
        self.mixed_bill = mixed_bill

    def retyped(self, field):
        if pa.types.is_timestamp(field.type) and self.unit:
            return field.with_type(pa.timestamp(self.unit))
        if pa.types.is_string(field.type) and self.text == "large":
            return field.with_type(pa.large_string())
        if pa.types.is_string(field.type) and self.text == "dictionary":
            return field.with_type(pa.dictionary(pa.int32(), pa.string()))
        return field

    def pieces(self, table):
        """The rows, shuffled and dealt to one to four files."""
        order = list(range(table.num_rows))
        if self.shuffle:
            self.random.shuffle(order)
        table = table.take(pa.array(order, pa.int64()))
        count = min(self.random.randint(1, 4), max(1, table.num_rows))
        cuts = sorted(self.random.sample(range(1, table.num_rows), count - 1)) if count > 1 else []
        for first, last in zip([0, *cuts], [*cuts, table.num_rows]):
            yield table.slice(first, last - first)


def rewrite(case, target, guise):
    """Writes the case's input to `target` in a guise."""
    for part in parts(case.input):
        if part.daily and not guise.daily:
            continue
        table = part.table.cast(pa.schema([guise.retyped(f) for f in part.table.schema]))
        columns = table.column_names
        if guise.shuffle:
            guise.random.shuffle(columns)
        table = table.select(columns)
        place, below = part.folder(guise.convention, guise.pad)
        if below:
            below = guise.random.choice(["", "manifest-1/"]) + below
        if guise.mixed_bill and part.provider == "AWS":
            below = ""
        for number, piece in enumerate(guise.pieces(table)):
            deep = guise.random.choice(["", "a", "a/b c"])
            file = pathlib.Path(target, place, below, deep,
                                f"{'d' if part.daily else 'h'}-{number}.parquet")
            file.parent.mkdir(parents=True, exist_ok=True)
            codec = guise.codec or guise.random.choice(["snappy", "zstd", "gzip", "none"])
            size = guise.random.choice([1, 3, 10, 1000])
            pq.write_table(piece, file, compression=codec, row_group_size=size,
                           use_dictionary=guise.random.random() < 0.5,
                           data_page_version=guise.random.choice(["1.0", "2.0"]),
                           write_batch_size=7, data_page_size=guise.random.choice([None, 200]),
                           dictionary_pagesize_limit=guise.random.choice([None, 100]),
                           version=guise.random.choice(["2.4", "2.6"]))
    return target


def tree(root):
    """Every file below a folder with its bytes."""
    root = pathlib.Path(root)
    return {p.relative_to(root).as_posix(): p.read_bytes()
            for p in sorted(root.rglob("*")) if p.is_file()}


def tree_difference(left, right):
    """The first places where two trees differ, as text; empty when identical."""
    lines = [f"only in the first: {p}" for p in sorted(left.keys() - right.keys())]
    lines += [f"only in the second: {p}" for p in sorted(right.keys() - left.keys())]
    for path in sorted(left.keys() & right.keys()):
        if left[path] != right[path]:
            lines.append(f"bytes differ: {path} ({len(left[path])} and {len(right[path])} bytes)")
            lines += text_difference(path, left[path], right[path])
    return lines[:20]


def text_difference(path, left, right):
    if not path.endswith(".csv"):
        return []
    for number, (a, b) in enumerate(zip(left.splitlines(), right.splitlines()), 1):
        if a != b:
            return [f"  line {number}: {a[:300]!r}", f"  line {number}: {b[:300]!r}"]
    return []
