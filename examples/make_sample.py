#!/usr/bin/env python3
"""Makes examples/data anew from the manifests beside this file.

    examples/make_sample.py

The rows come from koku-nise, the generator that Koku's own developers use; this script gives it a
fixed seed, brings its columns to the shape that Koku stores them in (Parquet, one folder a report,
source and month; labels as JSON) and sums the hourly reports up to the daily ones. koku-nise is
installed into build/sample-venv and nowhere else. The same versions make the same rows.
"""
import collections
import datetime
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import uuid
import venv

HERE = pathlib.Path(__file__).resolve().parent
VENV = HERE.parent / "build" / "sample-venv"
PACKAGES = ("koku-nise==5.4.4", "pyarrow==26.0.1")
SEED = 20251001

ORG = "org1234567"
OCP_SOURCE = "5f1a4b1c-6d0e-4a52-9c1b-0d7f8a3e2b10"
AWS_SOURCE = "c3b7e2d4-18f5-4f0a-8a66-2f9d1c5e7a21"
MONTH = datetime.datetime(2025, 10, 1)
DAY = datetime.timedelta(days=1)

POD = "openshift_pod_usage_line_items"
STORAGE = "openshift_storage_usage_line_items"
NODE = "openshift_node_labels_line_items"
NAMESPACE = "openshift_namespace_labels_line_items"

PERIOD_COLUMNS = ("report_period_start", "report_period_end", "interval_start", "interval_end")
POD_SUMS = (
    "pod_usage_cpu_core_seconds", "pod_request_cpu_core_seconds", "pod_limit_cpu_core_seconds",
    "pod_usage_memory_byte_seconds", "pod_request_memory_byte_seconds",
    "pod_limit_memory_byte_seconds", "node_capacity_cpu_core_seconds",
    "node_capacity_memory_byte_seconds", "pod_effective_usage_cpu_core_seconds",
    "pod_effective_usage_memory_byte_seconds")
POD_MAXIMA = ("node_capacity_cpu_cores", "node_capacity_memory_bytes", "resource_id")
STORAGE_KEYS = (
    "namespace", "node", "pod", "persistentvolumeclaim", "persistentvolume", "storageclass",
    "csi_driver", "csi_volume_handle", "persistentvolume_labels", "persistentvolumeclaim_labels")
STORAGE_SUMS = (
    "persistentvolumeclaim_capacity_byte_seconds", "volume_request_storage_byte_seconds",
    "persistentvolumeclaim_usage_byte_seconds")

AWS_TEXT = (
    "bill_billingentity", "bill_payeraccountid", "lineitem_resourceid", "lineitem_usageaccountid",
    "lineitem_legalentity", "lineitem_lineitemdescription", "lineitem_lineitemtype",
    "lineitem_productcode", "lineitem_availabilityzone", "lineitem_usagetype",
    "lineitem_operation", "lineitem_currencycode", "pricing_unit", "product_productname",
    "product_productfamily", "product_instancetype", "product_region", "product_operatingsystem",
    "product_vcpu", "product_memory")
AWS_SUMS = (
    "lineitem_usageamount", "lineitem_unblendedcost", "lineitem_blendedcost",
    "savingsplan_savingsplaneffectivecost", "pricing_publicondemandcost")
AWS_MAXIMA = (
    "lineitem_unblendedrate", "lineitem_blendedrate", "pricing_publicondemandrate",
    "lineitem_currencycode", "product_productname", "product_vcpu", "product_memory")
AWS_KEYS = tuple(name for name in AWS_TEXT if name not in AWS_MAXIMA) + ("resourcetags",
                                                                         "costcategory")


def enter_venv():
    """Runs this script again where koku-nise is, unless it is there already."""
    python = VENV / "bin" / "python"
    if pathlib.Path(sys.prefix) != VENV:
        if not python.exists():
            venv.create(VENV, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        # Sets of the generator are walked in hash order.
        os.execve(python, [python, __file__], {**os.environ, "PYTHONHASHSEED": "0"})


def labels_json(text):
    """label_app:web|label_tier:front → {"app": "web", "tier": "front"}"""
    labels = {}
    for pair in filter(None, (text or "").split("|")):
        key, _, value = pair.partition(":")
        labels[key.removeprefix("label_")] = value
    return json.dumps(labels)


def utc(text):
    return datetime.datetime.fromisoformat(str(text)[:19].replace("T", " "))


def number(value):
    return None if value in ("", None) else float(value)


def manifest_entries(name):
    import yaml
    manifest = yaml.safe_load((HERE / "manifest" / name).read_text())
    for entry in manifest["generators"]:
        (kind, attributes), = entry.items()
        start = datetime.datetime.combine(attributes["start_date"], datetime.time())
        end = datetime.datetime.combine(attributes["end_date"], datetime.time()) + DAY
        yield manifest, kind, attributes, start, end


def openshift_rows():
    """Hourly rows of the four reports."""
    from nise.generators.ocp.ocp_generator import OCPGenerator
    names = {"ocp_pod_usage": POD, "ocp_storage_usage": STORAGE, "ocp_node_label": NODE,
             "ocp_namespace_label": NAMESPACE}
    reports = {name: [] for name in names.values()}
    for _, _, attributes, start, end in manifest_entries("openshift.yaml"):
        generator = OCPGenerator(start, end, attributes)
        for kind, report in names.items():
            reports[report] += generator.generate_data(kind)
    for report, rows in reports.items():
        for row in rows:
            for name, value in row.items():
                if name in PERIOD_COLUMNS:
                    row[name] = utc(value)
                elif name.endswith("_labels"):
                    row[name] = labels_json(value)
                elif name.endswith(("_seconds", "_bytes", "_cores")):
                    row[name] = number(value)
                else:
                    row[name] = value or ""
    return reports


def aws_rows():
    """Hourly lines of the bill, in the column names that Koku gives them."""
    from nise import report
    rows = []
    for manifest, kind, attributes, start, end in manifest_entries("aws.yaml"):
        accounts = manifest["accounts"]
        generator = getattr(report, kind)(start, end, accounts["currency_code"],
                                          accounts["payer"], accounts["user"], attributes)
        for source in generator.generate_data():
            row = {name.replace("/", "_").lower(): value for name, value in source.items()}
            tags = {name.removeprefix("resourceTags/user:"): value
                    for name, value in source.items()
                    if name.startswith("resourceTags/user:") and value}
            categories = {name.removeprefix("costCategory/"): value
                          for name, value in source.items()
                          if name.startswith("costCategory/") and value}
            line = {"lineitem_usagestartdate": utc(row["lineitem_usagestartdate"])}
            line |= {name: str(row.get(name) or "") for name in AWS_TEXT}
            line |= {name: number(row.get(name) if row.get(name) != "None" else None) or 0.0
                     for name in AWS_SUMS + AWS_MAXIMA if name not in AWS_TEXT}
            line["resourcetags"] = json.dumps(dict(sorted(tags.items())))
            line["costcategory"] = json.dumps(dict(sorted(categories.items())))
            rows.append(line)
    return rows


def fold(rows, time, keys, sums, maxima):
    """Rows of one day and equal keys become one: sums of some columns, maxima of others."""
    groups = collections.defaultdict(list)
    for row in rows:
        day = datetime.datetime.combine(row[time].date(), datetime.time())
        groups[day, tuple(row[key] for key in keys)].append(row)
    folded = []
    for (day, values), members in groups.items():
        row = {time: day, **dict(zip(keys, values))}
        for name in sums:
            known = [member[name] for member in members if member[name] is not None]
            row[name] = sum(known) if known else None
        for name in maxima:
            known = [member[name] for member in members if member[name] is not None]
            row[name] = max(known, default=None)
        folded.append(row)
    return folded


def daily_openshift(report, rows):
    if report == POD:
        for row in rows:
            for what, unit in (("cpu", "core_seconds"), ("memory", "byte_seconds")):
                row[f"pod_effective_usage_{what}_{unit}"] = max(
                    row[f"pod_usage_{what}_{unit}"], row[f"pod_request_{what}_{unit}"])
        daily = fold(rows, "interval_start", ("namespace", "node", "pod", "pod_labels"), POD_SUMS,
                     POD_MAXIMA)
        for row in rows:
            del row["pod_effective_usage_cpu_core_seconds"]
            del row["pod_effective_usage_memory_byte_seconds"]
    elif report == STORAGE:
        daily = fold(rows, "interval_start", STORAGE_KEYS, STORAGE_SUMS,
                     ("persistentvolumeclaim_capacity_bytes",))
    elif report == NODE:
        daily = fold(rows, "interval_start", ("node", "node_labels"), (), ())
    else:
        daily = fold(rows, "interval_start", ("namespace", "namespace_labels"), (), ())
    following = MONTH.replace(month=MONTH.month + 1)
    return [{"report_period_start": MONTH, "report_period_end": following, **row}
            for row in daily]


def column_type(name):
    import pyarrow
    if name in PERIOD_COLUMNS or name == "lineitem_usagestartdate":
        return pyarrow.timestamp("ms")
    if name.endswith(("_seconds", "_bytes", "_cores")) or name in AWS_SUMS or (
            name in AWS_MAXIMA and name not in AWS_TEXT):
        return pyarrow.float64()
    return pyarrow.string()


def write(folder, time, rows, days_a_file):
    """One file for every `days_a_file` days, named after the first of them."""
    import pyarrow
    import pyarrow.parquet
    folder.mkdir(parents=True, exist_ok=True)
    files = collections.defaultdict(list)
    for row in sorted(rows, key=lambda row: row[time]):
        files[(row[time].day - 1) // days_a_file * days_a_file + 1].append(row)
    for day, members in files.items():
        schema = pyarrow.schema([(name, column_type(name)) for name in members[0]])
        table = pyarrow.Table.from_pylist(members, schema=schema)
        pyarrow.parquet.write_table(
            table, folder / f"{MONTH.replace(day=day):%Y-%m-%d}.parquet", compression="zstd",
            write_statistics=[time])


def main():
    enter_venv()
    from faker import Faker
    random.seed(SEED)
    Faker.seed(SEED)
    data = HERE / "data"
    shutil.rmtree(data, ignore_errors=True)
    month = f"year={MONTH:%Y}/month={MONTH:%m}"
    ocp, aws = data / ORG / "OCP", data / ORG / "AWS"
    for report, rows in openshift_rows().items():
        daily = daily_openshift(report, rows)
        # Koku stores a file a day; the small reports have one a month here, to stay small.
        days = 1 if report == POD else 31
        write(ocp / report / f"source={OCP_SOURCE}" / month, "interval_start", rows, days)
        write(ocp / f"{report}_daily" / f"source={OCP_SOURCE}" / month, "interval_start", daily,
              31)
    lines = aws_rows()
    daily = fold(lines, "lineitem_usagestartdate", AWS_KEYS, AWS_SUMS, AWS_MAXIMA)
    for number_, line in enumerate(daily):
        line["row_uuid"] = str(uuid.uuid5(uuid.UUID(AWS_SOURCE), str(number_)))
    write(aws / "aws_line_items" / f"source={AWS_SOURCE}" / month, "lineitem_usagestartdate",
          lines, 7)
    write(aws / "aws_line_items_daily" / f"source={AWS_SOURCE}" / month,
          "lineitem_usagestartdate", daily, 31)
    size = sum(path.stat().st_size for path in data.rglob("*.parquet"))
    print(f"{data}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
