"""An estate of clusters on one bill, made from a golden case: larger, with as many clusters as
wanted, and in two versions whose results differ in nearly every row.

    estate.make(folder, clusters=20, copies=2)        # folder/in, folder/costagg.yaml
    estate.make(folder, clusters=20, copies=2, old=True)

Copies of a pod differ by name and namespace, copies of a cluster by source and by the instance ids of its nodes,
which the bill knows too. The old version has twice the usage and twice the cost.
"""

import json
import pathlib
import re
import uuid

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harness import cases

CASE = "case-12"
SPACE = uuid.UUID("5b0a6f0e-57d1-4a4e-9f5c-0d1f7a3f1c11")


class Estate:
    def __init__(self, folder, sources, bill):
        self.folder = pathlib.Path(folder)
        self.input = self.folder / "in"
        self.config = self.folder / "costagg.yaml"
        self.sources, self.bill = sources, bill


def make(folder, clusters=2, copies=3, old=False):
    case = cases.Case(CASE)
    parts = cases.parts(case.input)
    models = sorted({p.source for p in parts if p.provider == "OCP"})
    bill = next(p.source for p in parts if p.provider == "AWS")
    sources = [str(uuid.uuid5(SPACE, str(n))) for n in range(clusters)]
    factor = 2.0 if old else 1.0
    for part in parts:
        if part.provider == "AWS":
            tables = [_bill_copy(part.table, n) for n in range(clusters)]
            _write(folder, part, bill, _scaled(pa.concat_tables(tables), factor))
            continue
        for n, source in enumerate(sources):
            if part.source == models[n % len(models)]:
                tables = [_pod_copy(part.table, n, copy) for copy in range(copies)]
                _write(folder, part, source, _scaled(pa.concat_tables(tables), factor))
    estate = Estate(folder, sources, bill)
    estate.config.write_text(_config(case.config.read_text(), sources, bill))
    return estate


def _write(folder, part, source, table):
    place = cases.Part(part.org, part.provider, part.report, source, part.year, part.month,
                       [table]).folder("report-first")[0]
    half = table.num_rows // 2
    for number, piece in enumerate((table.slice(0, half), table.slice(half))):
        file = pathlib.Path(folder, "in", place, f"part-{number}.parquet")
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(piece, file, row_group_size=5000)


def _suffixed(table, name, suffix):
    if name not in table.column_names or not pa.types.is_string(table.schema.field(name).type):
        return table
    at = table.column_names.index(name)
    return table.set_column(at, name, pc.binary_join_element_wise(
        table[name], pa.scalar(suffix), ""))


def _bill_copy(table, cluster):
    table = _suffixed(table, "lineitem_resourceid", f"{cluster:02x}")
    return _suffixed(table, "row_uuid", f"-{cluster}")


def _pod_copy(table, cluster, copy):
    table = _suffixed(table, "resource_id", f"{cluster:02x}")
    if copy:
        table = _suffixed(table, "pod", f"-{copy}")
        table = _suffixed(table, "namespace", f"-{copy}")
    return table


def _scaled(table, factor):
    for at, field in enumerate(table.schema):
        if pa.types.is_floating(field.type) and factor != 1.0:
            table = table.set_column(at, field, pc.multiply(table[field.name], factor))
    return table


def _config(text, sources, bill):
    """The case's settings with other clusters."""
    clusters = [{"source": s, "cluster_id": f"fleet-{n}", "cluster_alias": f"fleet {n}",
                 "report_period_id": 100 + n} for n, s in enumerate(sources)]
    bills = [{"provider": "AWS", "source": bill, "bill_id": 7, "clusters": []}]
    head, tail = re.search(r"\A(.*?)^clusters:.*?^(cost:.*)\Z", text, re.S | re.M).groups()
    head = re.sub(r"^(input|output|  node_roles):.*\n", "", head, flags=re.M)
    return f"{head}clusters: {json.dumps(clusters)}\nbills: {json.dumps(bills)}\n{tail}"
