"""Writes the seed files of the corpus that are Parquet: .deps/venv/bin/python tests/fuzz/seed_files.py

The first byte of each chooses the report (report_file_fuzz.c); one seed a codec, encoding and type
that a report may come in, a few rows each.
"""

import datetime
import decimal
import io
import pathlib
import re

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(__file__).resolve().parent / "corpus/report_file"
REPORTS = ("pod_usage", "storage_usage", "node_labels", "namespace_labels", "bill_line")
DAY = datetime.datetime(2025, 7, 1, tzinfo=datetime.timezone.utc)


def columns(report):
    text = (ROOT / f"src/decode/{report}.def").read_text()
    return re.findall(r"^REPORT_COLUMN\((\w+), (\w+), (\w+)\)", text, re.M)


def table(report, text=pa.string(), unit="ms", measure=pa.float64(), required_only=False):
    arrays = {}
    for name, layout, required in columns(report):
        if required_only and required == "false":
            continue
        if layout == "TIME":
            values = [DAY, DAY + datetime.timedelta(hours=5), DAY]
            arrays[name] = pa.array(values, pa.timestamp(unit, "UTC"))
        elif layout == "MEASURE":
            arrays[name] = pa.array([1, None, 3]).cast(measure)
        elif "label" in name or "tags" in name or name == "costcategory":
            arrays[name] = pa.array(['{"app": "web"}', None, "{broken"]).cast(text)
        else:
            arrays[name] = pa.array(["a", "", None]).cast(text)
    return pa.table(arrays)


def write(name, report, made, **options):
    out = io.BytesIO()
    pq.write_table(made, out, **{"compression": "none", "store_schema": False, **options})
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / name).write_bytes(bytes([REPORTS.index(report)]) + out.getvalue())


for report in REPORTS:
    write(report, report, table(report, required_only=True), write_statistics=False)
for codec in ("snappy", "zstd", "gzip", "lz4", "brotli"):
    write(f"codec_{codec}", "node_labels", table("node_labels"), compression=codec)
small = "namespace_labels"
write("text_large", small, table(small, text=pa.large_string()))
write("text_dictionary", small, table(small, text=pa.dictionary(pa.int32(), pa.string())))
write("time_ns", small, table(small, unit="ns"), version="2.6")
write("time_us", small, table(small, unit="us"))
write("time_int96", small, table(small, unit="ns"), use_deprecated_int96_timestamps=True)
write("pages_v2", small, table(small), data_page_version="2.0", compression="zstd")
write("delta", small, table(small), use_dictionary=False,
      column_encoding={"namespace": "DELTA_BYTE_ARRAY", "interval_start": "DELTA_BINARY_PACKED"})
write("mixed_pages", small, pa.concat_tables([table(small)] * 30), compression="snappy",
      write_batch_size=4, data_page_size=16, dictionary_pagesize_limit=1)
write("row_groups", small, table(small), row_group_size=1)
write("no_rows", small, table(small).slice(0, 0))
write("all_null", small, pa.table({n: pa.nulls(2) for n, _, _ in columns(small)}))
write("wrong_types", small, pa.table({"interval_start": ["x"], "namespace": [1.5],
                                      "namespace_labels": [True]}))
write("nested", small, table(small).append_column("extra", pa.array([[1], [], None])))
write("missing", small, table(small).drop_columns(["namespace"]))

# Results, for result_file_fuzz.c: 1 is Parquet of the usage table, 3 of the cost table.
TARGET = TARGET.parent / "result_file"


def write_result(name, first, made, **options):
    out = io.BytesIO()
    pq.write_table(made, out, **{"compression": "none", "store_schema": False, **options})
    (TARGET / name).write_bytes(bytes([first]) + out.getvalue())


cost = decimal.Decimal("0.100000000000000")
write_result("parquet_usage", 1, pa.table({
    "usage_start": pa.array([DAY.date(), None]), "namespace": ["web", None],
    "pod_labels": ['{"app": "web"}', "broken"], "pod_usage_cpu_core_hours": [1.5, None],
    "report_period_id": pa.array([7, None], pa.int32())}))
write_result("parquet_cost", 3, pa.table({
    "usage_start": [DAY], "product_code": pa.array(["AmazonEC2"]).dictionary_encode(),
    "unblended_cost": pa.array([cost], pa.decimal128(30, 15)), "tags": ["{}"]}),
    compression="snappy")
