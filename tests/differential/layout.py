"""Writes rows as input: plainly for the reference, or in any of the guises that occur."""

import datetime
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

import bill
from openshift import NAMESPACE, NODE, POD, STORAGE

CONVENTIONS = ("koku", "report-first", "source-first")
CODECS = ("snappy", "zstd", "gzip", "none", "lz4", "brotli")
KOKU_NAMES = {POD: "pod_usage", STORAGE: "storage_usage", NODE: "node_labels",
              NAMESPACE: "namespace_labels"}
POD_NUMBERS = [
    "pod_usage_cpu_core_seconds", "pod_request_cpu_core_seconds", "pod_limit_cpu_core_seconds",
    "pod_usage_memory_byte_seconds", "pod_request_memory_byte_seconds",
    "pod_limit_memory_byte_seconds", "node_capacity_cpu_cores", "node_capacity_cpu_core_seconds",
    "node_capacity_memory_bytes", "node_capacity_memory_byte_seconds"]
EFFECTIVE = ["pod_effective_usage_cpu_core_seconds", "pod_effective_usage_memory_byte_seconds"]
STORAGE_NUMBERS = [
    "persistentvolumeclaim_capacity_bytes", "persistentvolumeclaim_capacity_byte_seconds",
    "volume_request_storage_byte_seconds", "persistentvolumeclaim_usage_byte_seconds"]
STORAGE_TEXT = ["namespace", "pod", "node", "persistentvolumeclaim", "persistentvolume",
                "storageclass", "csi_driver", "csi_volume_handle", "persistentvolume_labels",
                "persistentvolumeclaim_labels"]
# Columns that may be left out of a file where they hold no value.
OPTIONAL = {
    POD: {"resource_id", "node_role", *EFFECTIVE},
    STORAGE: {"node", "csi_driver", "csi_volume_handle"},
    "aws_line_items": {*bill.TEXT, *bill.NUMBERS, "row_uuid"} - {
        "lineitem_resourceid", "lineitem_usageaccountid", "lineitem_lineitemtype",
        "lineitem_productcode", "lineitem_usageamount", "lineitem_unblendedcost",
        "lineitem_unblendedrate"},
}


def schema(report):
    base = report.removesuffix("_daily")
    time, text, numbers = "interval_start", [], []
    if base == POD:
        text = ["namespace", "node", "pod", "resource_id", "node_role", "pod_labels"]
        numbers = POD_NUMBERS + (EFFECTIVE if base != report else [])
    elif base == STORAGE:
        text, numbers = STORAGE_TEXT, STORAGE_NUMBERS
    elif base == NODE:
        text = ["node", "node_labels"]
    elif base == NAMESPACE:
        text = ["namespace", "namespace_labels"]
    else:
        time, numbers = "lineitem_usagestartdate", bill.NUMBERS
        text = bill.TEXT + (["row_uuid"] if base != report else [])
    return pa.schema([(time, pa.timestamp("ms"))] + [(name, pa.string()) for name in text] +
                     [(name, pa.float64()) for name in numbers])


def folder(convention, org, provider, report, source, year, month, padded):
    base = report.removesuffix("_daily")
    when = f"year={year}/month={month:02d}" if padded else f"year={year}/month={month}"
    if convention == "report-first":
        return f"data/{org}/{provider}/{report}/source={source}/{when}"
    if convention == "source-first":
        return f"data/{org}/{provider}/source={source}/{when}/{report}"
    top = "data/parquet/daily" if base != report else "data/parquet"
    middle = KOKU_NAMES.get(base, "raw" if base != report else "")
    return f"{top}/{org}/{provider}/{middle}/source={source}/{when}".replace("//", "/")


def write_plain(root, org, provider, report, source, year, month, rows):
    """For the reference: one file, canonical types, every column."""
    path = pathlib.Path(root) / folder("report-first", org, provider, report, source, year, month,
                                       True) / "rows.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema(report)), path)


class Guise:
    """How the input of a case looks to the program."""

    def __init__(self, random):
        self.random = random
        self.convention = random.choice(CONVENTIONS)
        self.padded = random.random() < 0.7
        self.deep = random.random() < 0.4
        self.tiny = random.random() < 0.3
        self.types = random.random() < 0.5
        self.extras = random.random() < 0.4

    def write(self, root, org, provider, report, source, year, month, rows):
        place = pathlib.Path(root) / folder(self.convention, org, provider, report, source, year,
                                            month, self.padded)
        count = min(self.random.choice([1, 1, 1, 2, 3]), max(1, len(rows)))
        for number in range(count):
            table = self.table(report, rows[number::count])
            below = self.random.choice(["", "a", "2025-01-01/b c"]) if self.deep else ""
            path = place / below / f"{report.count('_daily')}{number}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(
                table, path, compression=self.random.choice(CODECS), store_schema=self.types,
                row_group_size=self.random.choice([1, 2, 5, 9]) if self.tiny else 1000,
                use_dictionary=self.random.random() < 0.5,
                write_statistics=self.random.random() < 0.4,
                data_page_version=self.random.choice(["1.0", "2.0"]))

    def table(self, report, rows):
        base = report.removesuffix("_daily")
        plain = pa.Table.from_pylist(rows, schema=schema(report))
        columns = list(plain.schema)
        self.random.shuffle(columns)
        arrays, fields = [], []
        for field in columns:
            column = plain.column(field.name)
            if column.null_count == len(column) and field.name in OPTIONAL.get(base, ()) and (
                    self.random.random() < 0.4):
                continue
            kind = self.type_of(field, column)
            column = pa.nulls(len(column)) if pa.types.is_null(kind) else column.cast(kind)
            arrays.append(column)
            fields.append(pa.field(field.name, column.type))
        if self.extras:
            arrays.append(pa.array([[{"unknown": 1}]] * len(plain)))
            fields.append(pa.field("something_else", arrays[-1].type))
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields))

    def type_of(self, field, column):
        if not self.types:
            return field.type
        if pa.types.is_timestamp(field.type):
            return self.random.choice([field.type, pa.timestamp("us"), pa.timestamp("ns"),
                                       pa.timestamp("ms", tz="UTC")])
        if column.null_count == len(column) and self.random.random() < 0.5:
            return pa.null()
        if pa.types.is_string(field.type):
            return self.random.choice([field.type, pa.large_string(),
                                       pa.dictionary(pa.int32(), pa.string())])
        return field.type


def decoys(root, random, org, provider, report, source, year, month, rows, convention):
    """Rows that are nobody's business: another month's folder, another year's, another source's."""
    for where in (dict(source=source, year=year, month=month % 12 + 1),
                  dict(source=source, year=year - 1, month=month),
                  dict(source=source[::-1], year=year, month=month)):
        place = folder(convention, org, provider, report, where["source"], where["year"],
                       where["month"], True)
        path = pathlib.Path(root) / place / "0.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        if random.random() < 0.5:
            path.write_text("not read, so not minded\n")
        else:
            pq.write_table(pa.Table.from_pylist(rows, schema=schema(report)), path)


DAY = datetime.timedelta(days=1)
