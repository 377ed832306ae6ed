#!/usr/bin/env python3
"""Makes the cases of cases.tar.xz and records what a reference program answers.

    python tests/differential/record.py REFERENCE [--cases N] [--first SEED] [--output FILE]
    python tests/differential/record.py REFERENCE --keep FOLDER …    (leave the cases unpacked)

REFERENCE is called as `REFERENCE CASE OUT`: CASE holds in/ (report-first layout, daily reports
present, plain types) and settings.json; it writes OUT/<table>/rows.parquet with numbers as doubles.
A case is its seed: the same seed gives the same rows.
"""

import argparse
import calendar
import datetime
import io
import json
import pathlib
import random as random_module
import shutil
import subprocess
import sys
import tarfile
import tempfile
import uuid

import pyarrow.parquet as pq

import bill
import derive
import layout
import openshift

ORG = "org1234567"
TABLES = ("reporting_ocpusagelineitem_daily_summary",
          "reporting_ocpawscostlineitem_project_daily_summary_p")
MONTHS = [(2025, 2), (2024, 2), (2025, 4), (2025, 10), (2025, 12)]
PATTERNS = ["openshift-%", "openshift%", "%", "web_1", "web%", "%eb%", "_eb", "Worker unallocated",
            "Platform unallocated", "%unallocated", "a%b", "kube-_ystem", "ünï", "__", ""]
ENABLED = openshift.KEYS + ["node_role_kubernetes_io"]


class Case:
    """All rows and settings of a seed."""

    def __init__(self, seed):
        random = random_module.Random(seed)
        self.random, self.knobs = random, openshift.Knobs(random)
        self.year, self.month = random.choice(MONTHS)
        last = calendar.monthrange(self.year, self.month)[1]
        length = random.choice([1, 1, 2, 3])
        first = random.choice([1, last - length + 1, random.randint(1, last - length + 1)])
        self.days = [datetime.datetime(self.year, self.month, first + n) for n in range(length)]
        handles = [f"vol-{n}" for n in ("1", "10", "2", "shared")][:random.randint(0, 4)]
        self.clusters = []
        for number in range(random.choice([1, 1, 2, 2, 3])):
            identity = {"source": self.uuid(), "cluster_id": f"cluster-{number}",
                        "cluster_alias": random.choice([f"alias {number}", "my-prod"]),
                        "report_period_id": 100 + number}
            cluster = openshift.Cluster(random, self.knobs, number, handles)
            self.clusters.append((cluster, identity))
        self.bill_source = self.uuid()
        self.reports = []  # (provider, report, source, hourly rows, daily rows, daily derived?)
        for cluster, identity in self.clusters:
            self.add_openshift(cluster, identity["source"])
        self.add_bill(handles, last * 24)
        self.settings = self.make_settings()

    def uuid(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def add_openshift(self, cluster, source):
        days = list(self.days)
        if self.knobs.whole("rows around the period", 0.5):
            days = [days[0] - layout.DAY, *days, days[-1] + layout.DAY]
        hourly = openshift.make_hourly(self.random, self.knobs, cluster, days)
        no_daily = self.knobs.whole("no daily reports", 0.25)
        for report, rows in hourly.items():
            if report == openshift.STORAGE and not rows:
                continue
            derived = no_daily or self.knobs.on("one report without daily", 0.2, 0.4)
            daily = derive.daily(report, rows)
            if not derived:
                daily = openshift.disturb_daily(self.random, self.knobs, report, daily)
                if self.knobs.on("no hourly report", 0.15, 0.4):
                    rows = []
            self.reports.append(("OCP", report, source, rows, daily, derived))

    def add_bill(self, handles, hours):
        rows = bill.make_hourly(self.random, self.knobs, self.clusters, handles, self.days, hours)
        daily = derive.daily("aws_line_items", rows)
        derived = self.knobs.whole("no daily bill", 0.2)
        if not derived:
            daily = bill.disturb_daily(self.random, self.knobs, daily)
        self.reports.append(("AWS", "aws_line_items", self.bill_source, rows, daily, derived))

    def make_settings(self):
        random = self.random
        keys = {"OCP": random.sample(ENABLED, random.randint(1, 7)),
                "AWS": random.sample(bill.TAG_KEYS, random.randint(1, 6))}
        for provider in keys:
            if random.random() < 0.1:
                keys[provider] = []
        categories = [[pattern, random.choice([1, 2, 2, 3])]
                      for pattern in random.sample(PATTERNS, random.randint(0, 6))]
        roles = None
        if not self.knobs.whole("derived roles", 0.4):
            roles = [[node.name, resource_id, random.choice(["master", "infra", "worker"])]
                     for cluster, _ in self.clusters for node in cluster.nodes
                     for resource_id in node.resource_ids * random.choice([0, 1, 1, 2])
                     if node.name and resource_id]
        return {
            "org_id": ORG, "start": str(self.days[0].date()), "end": str(self.days[-1].date()),
            "enabled_keys": keys, "cost_categories": categories, "node_roles": roles,
            "account_aliases": [[account, 11 + n] for n, account in enumerate(bill.ACCOUNTS[:2])],
            "markup": random.choice([0, 0.1, 0.075, 0.333333333]),
            "distribution": random.choice(["cpu", "memory"]), "bill_id": random.randint(1, 99),
            "clusters": [identity for _, identity in self.clusters],
            "aws": {"source": self.bill_source}}

    # ---- as the reference reads it ----

    def write_plain(self, folder):
        for provider, report, source, hourly, daily, _ in self.reports:
            for name, rows in ((report, hourly), (report + "_daily", daily)):
                layout.write_plain(folder / "in", ORG, provider, name, source, self.year,
                                   self.month, rows)
        (folder / "settings.json").write_text(json.dumps(self.settings))

    # ---- as the program reads it ----

    def write(self, folder):
        guise = layout.Guise(self.random)
        for provider, report, source, hourly, daily, derived in self.reports:
            named = [(report, hourly)] + ([] if derived else [(report + "_daily", daily)])
            for name, rows in named:
                if rows:
                    guise.write(folder / "in", ORG, provider, name, source, self.year, self.month,
                                self.random.sample(rows, len(rows)))
                if rows and self.random.random() < 0.1:
                    layout.decoys(folder / "in", self.random, ORG, provider, name, source,
                                  self.year, self.month, rows, guise.convention)
        (folder / "run.yaml").write_text(self.config())

    def config(self):
        text = json.dumps
        s = self.settings

        def plain(value):
            return text(value, ensure_ascii=False)

        def mapping(**items):
            return "{" + ", ".join(f"{key}: {plain(value)}" for key, value in items.items()) + "}"

        lines = [
            f"org_id: {ORG}", 'input: "./in"', 'output: ["parquet:./out"]',
            f"period: {{start: {s['start']}, end: {s['end']}}}", "settings:", "  from: inline",
            f"  enabled_tag_keys: {mapping(**s['enabled_keys'])}",
            "  cost_categories: [" + ", ".join(
                mapping(namespace=p, id=i) for p, i in s["cost_categories"]) + "]"]
        if s["node_roles"] is not None:
            lines.append("  node_roles: [" + ", ".join(
                mapping(node=n, resource_id=r, role=role) for n, r, role in s["node_roles"]) + "]")
        lines += ["  account_aliases: [" + ", ".join(
            mapping(account_id=a, id=i) for a, i in s["account_aliases"]) + "]", "clusters:"]
        lines += ["  - " + mapping(**cluster) for cluster in s["clusters"]]
        lines += ["bills:", f"  - {{provider: AWS, source: {self.bill_source}, "
                  f"bill_id: {s['bill_id']}, clusters: []}}",
                  "cost:", f"  markup: {s['markup']}",
                  f"  distribution: {{method: {s['distribution']}}}"]
        return "\n".join(lines) + "\n"


def record(seed, reference, folder):
    """Makes one case below `folder` with its recorded answer."""
    case = Case(seed)
    with tempfile.TemporaryDirectory() as scratch:
        plain = pathlib.Path(scratch) / "plain"
        case.write_plain(plain)
        subprocess.run([sys.executable, reference, plain, plain / "out"], check=True)
        (folder / "expected").mkdir(parents=True)
        for table in TABLES:
            rows = pq.ParquetFile(plain / "out" / table / "rows.parquet").read()
            pq.write_table(rows, folder / "expected" / f"{table}.parquet", compression="none",
                           write_statistics=False, store_schema=False)
    case.write(folder)


def pack(root, output):
    """The same cases give the same archive: no owners, no times, sorted."""
    def anonymous(entry):
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        return entry
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz", preset=9) as archive:
        # Equal file kinds side by side compress better than case after case.
        files = sorted((p for p in root.rglob("*") if p.is_file()),
                       key=lambda p: (p.suffix, p.parent.name == "expected", p.stem, str(p)))
        for path in files:
            archive.add(path, path.relative_to(root), filter=anonymous)
    pathlib.Path(output).write_bytes(buffer.getvalue())
    print(f"{output}: {len(buffer.getvalue()) / 1e6:.2f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reference", type=pathlib.Path)
    parser.add_argument("--cases", type=int, default=120)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path,
                        default=pathlib.Path(__file__).with_name("cases.tar.xz"))
    arguments = parser.parse_args()
    root = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="costagg-differential-"))
    for seed in range(arguments.first, arguments.first + arguments.cases):
        folder = root / f"case-{seed:04d}"
        shutil.rmtree(folder, ignore_errors=True)
        record(seed, arguments.reference, folder)
    if not arguments.keep:
        pack(root, arguments.output)
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
