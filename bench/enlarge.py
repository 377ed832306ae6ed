#!/usr/bin/env python3
"""The sample of examples/ several times over: `enlarge.py FOLDER COPIES`.

Each copy is a cluster of its own: other source, nodes, namespaces, instances and disks, and its own
lines on the one bill. Needs nothing but pyarrow, so that the instruction count can be taken
wherever the tests run. Writes FOLDER/in and FOLDER/costagg.yaml.
"""

import json
import pathlib
import re
import sys

import pyarrow
import pyarrow.compute
import pyarrow.parquet

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "examples/data"
OCP, AWS = "5f1a4b1c-6d0e-4a52-9c1b-0d7f8a3e2b10", "c3b7e2d4-18f5-4f0a-8a66-2f9d1c5e7a21"
# Names get the copy's number put behind them. Ids get it inside, as no id may contain another:
# i-0a1f… becomes i-1a1f…. Pods keep their names, which are distinct by namespace.
NAMES = {"namespace", "node", "persistentvolume"}
IDS = {"resource_id", "csi_volume_handle", "lineitem_resourceid"}


def source_of(copy):
    return OCP if copy == 0 else f"{copy:08x}{OCP[8:]}"


def renamed(table, copy):
    for place, name in enumerate(table.column_names):
        column = table.column(place)
        if name in IDS and copy:
            texts = pyarrow.compute.replace_substring(column, "-0", f"-{copy}", max_replacements=1)
            table = table.set_column(place, name, texts)
        elif name in NAMES and copy:
            suffix = pyarrow.scalar(f"-{copy}")
            texts = pyarrow.compute.binary_join_element_wise(column, suffix, "")
            # '' means "none" and stays.
            texts = pyarrow.compute.if_else(pyarrow.compute.equal(column, ""), column, texts)
            table = table.set_column(place, name, texts)
        elif name == "row_uuid" and copy:
            texts = pyarrow.compute.binary_join_element_wise(column, pyarrow.scalar(str(copy)), "-")
            table = table.set_column(place, name, texts)
    return table


def write(path, table):
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(table, path)


def main():
    target, copies = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    for file in sorted(DATA.rglob("*.parquet")):
        table = pyarrow.parquet.ParquetFile(file).read()
        place = file.relative_to(DATA).as_posix()
        if "/AWS/" in place:
            write(target / "in/data" / place,
                  pyarrow.concat_tables([renamed(table, copy) for copy in range(copies)]))
        else:
            for copy in range(copies):
                write(target / "in/data" / place.replace(OCP, source_of(copy)),
                      renamed(table, copy))
    config = (ROOT / "examples/costagg.yaml").read_text()
    before, bills = config.split("bills:")
    clusters = [{"source": source_of(copy), "cluster_id": f"prod-east-{copy + 1}",
                 "cluster_alias": f"Production East {copy + 1}", "report_period_id": 100 + copy}
                for copy in range(copies)]
    lines = [before.split("clusters:")[0], "clusters:"]
    lines += [f"  - {json.dumps(cluster)}" for cluster in clusters] + ["bills:" + bills]
    text, found = re.subn(r"(?m)^input: .*$", f"input: {json.dumps(str(target.resolve() / 'in'))}",
                          "\n".join(lines))
    if found != 1:
        sys.exit("enlarge: examples/costagg.yaml has no line `input: …`")
    (target / "costagg.yaml").write_text(text)


if __name__ == "__main__":
    main()
