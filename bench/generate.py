#!/usr/bin/env python3
"""Generated months of any size, in the input layout, one Parquet file a day and report.

    python bench/generate.py FOLDER [--pods 14000] [--days 30] [--bill-lines 2500000] …

FOLDER gets in/ (the input root), costagg.yaml to run it with, and settings.json, which says the
same to the other programs of the benchmark. Pods live on nodes and in namespaces, their labels are
JSON texts; the hourly reports hold every pod in every hour, the daily ones their sums. The bill
knows nodes by instance id, disks by CSI handle, some things by tags, and much that is none of ours.
The same options give the same rows.
"""

import argparse
import concurrent.futures
import datetime
import json
import pathlib
import uuid

import numpy
import pyarrow
import pyarrow.parquet

ORG = "org1234567"
GIB = 2.0 ** 30
HOURS = 24
ENABLED = {"OCP": ["app", "tier", "environment", "team", "instance"],
           "AWS": ["app", "team", "environment", "Name"]}
CATEGORIES = [["openshift-%", 1], ["Platform unallocated", 1], ["team-1%", 2]]
ACCOUNTS = ["111111111111", "222222222222", "333333333333"]
# Lines that an instance has on the bill: family, unit, dollars an hour.
NODE_LINES = [("Compute Instance", "Hrs", 0.384), ("CPU Credits", "vCPU-Hours", 0.05),
              ("System Operation", "IOPS-Mo", 0.01), ("EBS Optimized", "Hrs", 0.02),
              ("Dedicated Host", "Hrs", 0.11), ("IP Address", "Hrs", 0.005)]


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--start", type=datetime.date.fromisoformat,
                        default=datetime.date(2025, 10, 1))
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--clusters", type=int, default=1)
    parser.add_argument("--nodes", type=int, default=100, help="a cluster")
    parser.add_argument("--pods", type=int, default=14000, help="a cluster and day")
    parser.add_argument("--namespaces", type=int, default=200, help="a cluster")
    parser.add_argument("--labels", type=int, default=500,
                        help="distinct label sets of pods, a cluster; 0: one a pod")
    parser.add_argument("--churn", type=float, default=0,
                        help="share of the pods that others take the place of every day, with "
                             "names and, of --labels 0, labels of their own")
    parser.add_argument("--claims", type=int, default=None, help="a cluster; default: pods / 20")
    parser.add_argument("--bill-lines", type=int, default=0,
                        help="hourly lines of the whole bill; 0: no bill")
    parser.add_argument("--node-lines", type=int, default=3, help="lines an instance has, up to 6")
    parser.add_argument("--plain-bill", action="store_true", help="instances and nothing else")
    parser.add_argument("--hourly-only", action="store_true", help="no daily reports")
    parser.add_argument("--compression", default="snappy")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


class Text:
    """A text column: dictionary and indices, built once and sliced or repeated per file."""

    def __init__(self, values, indices=None):
        self.values = pyarrow.array(values, pyarrow.string())
        self.indices = numpy.arange(len(values)) if indices is None else indices
        self.indices = self.indices.astype(numpy.int32)

    def column(self, repeat=1):
        indices = numpy.tile(self.indices, repeat) if repeat > 1 else self.indices
        return pyarrow.DictionaryArray.from_arrays(pyarrow.array(indices), self.values)


def constant(value, rows):
    return pyarrow.DictionaryArray.from_arrays(
        pyarrow.array(numpy.zeros(rows, numpy.int32)), pyarrow.array([value], pyarrow.string()))


def times(day, rows, hourly):
    """The time column of a day: hour by hour, or midnight all through."""
    start = numpy.datetime64(day, "ms")
    hours = numpy.repeat(numpy.arange(HOURS), rows) if hourly else numpy.zeros(rows, int)
    return pyarrow.array(start + hours.astype("timedelta64[h]"), pyarrow.timestamp("ms"))


def label_texts(numbers, per_pod):
    teams = ["shop", "pay", "find", "data", "platform", "mobile", "edge"]
    texts, count = [], len(numbers)
    for n in map(int, numbers):
        labels = {"app": f"app-{n % 97}", "tier": ("front", "back", "data")[n % 3],
                  "environment": ("prod", "stage", "dev")[n // 3 % 3],
                  "team": teams[n % len(teams)], "pod-template-hash": f"{n * 2654435761 % 2**32:x}"}
        if per_pod or count > 1000 or n % 2:
            labels["instance"] = f"instance-{n}"
        texts.append(json.dumps(labels))
    return texts


class Cluster:
    """What does not change over the days."""

    def __init__(self, number, choice):
        self.random = numpy.random.default_rng([choice.seed, number])
        self.choice = choice
        self.source = str(uuid.UUID(int=0x5f1a0000 * 2**96 + 0x4000 * 2**64 + 2**63 + number))
        self.cluster_id, self.alias = f"cluster-{number}", f"Cluster {number}"
        nodes, pods, namespaces = choice.nodes, choice.pods, choice.namespaces
        self.node_names = [f"ip-10-{number}-{n // 250}-{n % 250}.ec2.internal"
                           for n in range(nodes)]
        self.instances = [f"i-{number:02x}{n:015x}" for n in range(nodes)]
        self.namespace_names = [
            f"openshift-part-{n}" if n % 10 == 0 else f"team-{n % 40}-service-{n}"
            for n in range(namespaces)]
        self.node_of = self.random.integers(0, nodes, pods)
        self.node_of[:nodes] = numpy.arange(nodes)[:pods]  # no node without pods
        self.number = number
        self.namespaces = Text(self.namespace_names, self.random.integers(0, namespaces, pods))
        self.nodes = Text(self.node_names, self.node_of)
        self.resource_ids = Text(self.instances, self.node_of)
        self.meet_pods(0)
        self.roles = Text(["worker", "infra", "master"],
                          numpy.where(self.node_of % 25 == 0, 2, self.node_of % 25 == 1))
        self.cores = numpy.array([4.0, 8.0, 16.0, 32.0])[numpy.arange(nodes) % 4][self.node_of]
        self.memory = self.cores * 4 * GIB
        # Together the pods of a node ask for about half of it.
        share = numpy.array([0.1, 0.2, 0.5, 1.0])[self.random.integers(0, 4, pods)] * nodes / pods
        self.request = share * self.cores
        claims = pods // 20 if choice.claims is None else choice.claims
        self.claim_pod = self.random.integers(0, pods, claims)
        self.claim_gib = numpy.array([10.0, 20.0, 50.0, 100.0])[self.random.integers(0, 4, claims)]
        self.handles = [f"vol-{number:02x}{n:015x}" for n in range(claims)]

    def meet_pods(self, day_number):
        """Names and labels of the pods that are there on a day."""
        pods, labels = self.choice.pods, self.choice.labels
        turn = (numpy.arange(pods) * 0.6180339887 % 1 + day_number * self.choice.churn).astype(int)
        numbers = numpy.arange(pods) + pods * turn
        self.pod_names = Text([f"pod-{self.number}-{n:05d}-{n * 2654435761 % 2**20:05x}"
                               for n in map(int, numbers)])
        self.labels = Text(label_texts(range(labels) if labels else numbers, labels == 0),
                           numpy.arange(pods) % (labels or pods))

    # ---- reports of one day: (hourly table, daily table) ----

    def pod_usage(self, day, random):
        pods, choice = self.choice.pods, self.choice
        shape = (HOURS, pods)
        usage_cpu = random.random(shape, numpy.float32).astype(float) * self.request * 4500
        usage_memory = random.random(shape, numpy.float32).astype(float) * self.request * 9000 * GIB
        request_cpu, request_memory = self.request * 3600, self.request * 7200 * GIB

        def table(hourly):
            repeat = HOURS if hourly else 1
            hours = 1.0 if hourly else float(HOURS)

            def fixed(values):
                return pyarrow.array(numpy.tile(values * hours, repeat))

            columns = {
                "interval_start": times(day, pods, hourly),
                "pod": self.pod_names.column(repeat), "namespace": self.namespaces.column(repeat),
                "node": self.nodes.column(repeat), "resource_id": self.resource_ids.column(repeat),
                "pod_usage_cpu_core_seconds": self.summed(usage_cpu, hourly),
                "pod_request_cpu_core_seconds": fixed(request_cpu),
                "pod_limit_cpu_core_seconds": fixed(request_cpu * 2),
                "pod_usage_memory_byte_seconds": self.summed(usage_memory, hourly),
                "pod_request_memory_byte_seconds": fixed(request_memory),
                "pod_limit_memory_byte_seconds": fixed(request_memory * 2),
                "node_capacity_cpu_cores": pyarrow.array(numpy.tile(self.cores, repeat)),
                "node_capacity_cpu_core_seconds": fixed(self.cores * 3600),
                "node_capacity_memory_bytes": pyarrow.array(numpy.tile(self.memory, repeat)),
                "node_capacity_memory_byte_seconds": fixed(self.memory * 3600),
                "node_role": self.roles.column(repeat), "pod_labels": self.labels.column(repeat)}
            if not hourly:
                columns["pod_effective_usage_cpu_core_seconds"] = pyarrow.array(
                    numpy.maximum(usage_cpu, request_cpu).sum(axis=0))
                columns["pod_effective_usage_memory_byte_seconds"] = pyarrow.array(
                    numpy.maximum(usage_memory, request_memory).sum(axis=0))
            return pyarrow.table(columns)

        return table(True), None if choice.hourly_only else table(False)

    @staticmethod
    def summed(values, hourly):
        return pyarrow.array(values.ravel() if hourly else values.sum(axis=0))

    def storage_usage(self, day, random):
        claims = len(self.handles)
        used = random.random((HOURS, claims)) * self.claim_gib * GIB * 3600

        def pick(text, repeat):
            return Text(text.values, text.indices[self.claim_pod]).column(repeat)

        def table(hourly):
            repeat, hours = (HOURS, 1.0) if hourly else (1, float(HOURS))
            seconds = pyarrow.array(numpy.tile(self.claim_gib * GIB * 3600 * hours, repeat))
            return pyarrow.table({
                "interval_start": times(day, claims, hourly),
                "namespace": pick(self.namespaces, repeat), "pod": pick(self.pod_names, repeat),
                "node": pick(self.nodes, repeat),
                "persistentvolumeclaim": Text([f"claim-{n}" for n in range(claims)]).column(repeat),
                "persistentvolume": Text([f"pvc-{h[4:]}" for h in self.handles]).column(repeat),
                "storageclass": constant("gp3-csi", claims * repeat),
                "csi_driver": constant("ebs.csi.aws.com", claims * repeat),
                "csi_volume_handle": Text(self.handles).column(repeat),
                "persistentvolumeclaim_capacity_bytes":
                    pyarrow.array(numpy.tile(self.claim_gib * GIB, repeat)),
                "persistentvolumeclaim_capacity_byte_seconds": seconds,
                "volume_request_storage_byte_seconds": seconds,
                "persistentvolumeclaim_usage_byte_seconds": self.summed(used, hourly),
                "persistentvolume_labels": pick(self.labels, repeat),
                "persistentvolumeclaim_labels": constant('{"tier": "data"}', claims * repeat)})

        return table(True), None if self.choice.hourly_only else table(False)

    def side(self, day, name, values, texts):
        def table(hourly):
            repeat = HOURS if hourly else 1
            return pyarrow.table({
                "interval_start": times(day, len(values), hourly),
                name: Text(values).column(repeat),
                f"{name}_labels": Text(texts).column(repeat)})

        return table(True), None if self.choice.hourly_only else table(False)

    def reports(self, day, number):
        random = numpy.random.default_rng([self.choice.seed, self.choice.pods, number])
        if self.choice.churn:
            self.meet_pods(number)
        yield "openshift_pod_usage_line_items", self.pod_usage(day, random)
        if self.handles:
            yield "openshift_storage_usage_line_items", self.storage_usage(day, random)
        yield "openshift_node_labels_line_items", self.side(
            day, "node", self.node_names,
            [json.dumps({"zone": f"us-east-1{'abc'[n % 3]}"}) for n in range(len(self.node_names))])
        yield "openshift_namespace_labels_line_items", self.side(
            day, "namespace", self.namespace_names,
            [json.dumps({"team": f"team-{n % 40}"}) for n in range(len(self.namespace_names))])


class Bill:
    """Lines that every hour of every day has, as columns."""

    def __init__(self, choice, clusters):
        self.choice = choice
        self.source = str(uuid.UUID(int=0xc3b70000 * 2**96 + 0x4000 * 2**64 + 2**63))
        self.lines = []
        for cluster in clusters:
            self.add_cluster(cluster)
        wanted = choice.bill_lines // (HOURS * choice.days)
        if not choice.plain_bill:
            self.add_tagged(clusters, max(0, wanted - len(self.lines)) // 20)
            self.add_foreign(max(0, wanted - len(self.lines)))

    def add(self, resource, code, family, unit, rate, amount=1.0, instance="", usage="",
            operation="", tags="{}", kind="Usage"):
        self.lines.append((resource, code, family, unit, rate, amount, instance, usage, operation,
                           tags, kind, ACCOUNTS[len(self.lines) % 3]))

    def add_cluster(self, cluster):
        plan = "SavingsPlanCoveredUsage"
        for n, instance in enumerate(cluster.instances):
            tags = json.dumps({"Name": f"node-{n}", "environment": "prod"})
            for family, unit, rate in NODE_LINES[:self.choice.node_lines]:
                self.add(instance, "AmazonEC2", family, unit, rate, instance="m5.2xlarge",
                         usage="BoxUsage:m5.2xlarge", operation="RunInstances", tags=tags,
                         kind=plan if n % 5 == 0 else "Usage")
            if n % 4 == 0 and not self.choice.plain_bill:
                for direction in ("In", "Out"):
                    self.add(instance, "AmazonEC2", "Data Transfer", "GB", 0.09, 0.5,
                             usage=f"USE1-DataTransfer-{direction}-Bytes",
                             operation="RunInstances", tags=tags)
        for handle, gib in zip([] if self.choice.plain_bill else cluster.handles,
                               cluster.claim_gib):
            self.add(handle, "AmazonEC2", "Storage", "GB-Mo", 0.08, gib * 1.25 / 744.0,
                     usage="EBS:VolumeUsage.gp3", operation="CreateVolume",
                     tags=json.dumps({"Name": "disk"}))

    def add_tagged(self, clusters, count):
        for n in range(count):
            cluster = clusters[n % len(clusters)]
            kind = n % 4
            tags = {"environment": "prod"} if kind == 3 and n % 32 == 3 else {}
            if kind == 0:
                tags["openshift_project"] = cluster.namespace_names[n % self.choice.namespaces]
            elif kind == 1:
                tags["app"] = f"app-{n % 97}"
            elif kind == 2:
                tags["openshift_node"] = cluster.node_names[n % self.choice.nodes]
            else:
                tags["team"] = ("Shop", "pay", "find")[n % 3]
            self.add(f"arn:aws:rds:us-east-1:111111111111:db:db-{n}", "AmazonRDS",
                     "Database Instance", "Hrs", 0.25, instance="db.r5.large",
                     usage="InstanceUsage:db.r5.large", operation="CreateDBInstance",
                     tags=json.dumps(tags))

    def add_foreign(self, count):
        for n in range(count):
            self.add(f"arn:aws:s3:::bucket-{n}", "AmazonS3", "Storage Snapshot", "GB-Mo", 0.023,
                     1 + n % 7, usage="TimedStorage-ByteHrs", operation="StandardStorage",
                     tags=json.dumps({"Name": f"bucket-{n}", "cost-center": str(n % 50)}))

    def prepare(self):
        """Columns out of lines."""
        columns = list(zip(*self.lines))
        self.text = {}
        names = {"lineitem_resourceid": 0, "lineitem_productcode": 1, "product_productfamily": 2,
                 "pricing_unit": 3, "product_instancetype": 6, "lineitem_usagetype": 7,
                 "lineitem_operation": 8, "resourcetags": 9, "lineitem_lineitemtype": 10,
                 "lineitem_usageaccountid": 11}
        for name, place in names.items():
            values, indices = numpy.unique(columns[place], return_inverse=True)
            self.text[name] = Text(values.tolist(), indices)
        self.rate, self.amount = numpy.array(columns[4]), numpy.array(columns[5])
        self.plan = numpy.array([kind != "Usage" for kind in columns[10]]) * 0.7

    def reports(self, day, number):
        rows = len(self.lines)
        random = numpy.random.default_rng([self.choice.seed, rows, number])
        # Disks cost the same every hour, or their capacity would not come out of the bill.
        noise = numpy.where(self.rate == 0.08, 1.0, 0.5 + random.random((HOURS, rows)))
        amounts = noise * self.amount

        def table(hourly):
            repeat = HOURS if hourly else 1
            amount = amounts.ravel() if hourly else amounts.sum(axis=0)
            rate = numpy.tile(self.rate, repeat)
            cost = amount * rate
            columns = {"lineitem_usagestartdate": times(day, rows, hourly)}
            columns |= {name: text.column(repeat) for name, text in self.text.items()}
            columns |= {name: constant(value, rows * repeat) for name, value in (
                ("bill_billingentity", "AWS"), ("bill_payeraccountid", "999999999999"),
                ("lineitem_legalentity", "Amazon Web Services, Inc."),
                ("lineitem_lineitemdescription", "$ per unit"),
                ("lineitem_availabilityzone", "us-east-1a"), ("lineitem_currencycode", "USD"),
                ("product_productname", "Amazon Elastic Compute Cloud"),
                ("product_region", "us-east-1"), ("product_operatingsystem", "Linux"),
                ("product_vcpu", "8"), ("product_memory", "32 GiB"),
                ("costcategory", '{"CostCenter": "platform"}'))}
            columns |= {name: pyarrow.array(value) for name, value in (
                ("lineitem_usageamount", amount), ("lineitem_unblendedrate", rate),
                ("lineitem_unblendedcost", cost), ("lineitem_blendedrate", rate),
                ("lineitem_blendedcost", cost),
                ("savingsplan_savingsplaneffectivecost", cost * numpy.tile(self.plan, repeat)),
                ("pricing_publicondemandcost", cost), ("pricing_publicondemandrate", rate))}
            if not hourly:
                base = (number + 1) << 40
                columns["row_uuid"] = pyarrow.array(
                    [f"{base + n:032x}" for n in range(rows)], pyarrow.string())
            return pyarrow.table(columns)

        yield "aws_line_items", (table(True), None if self.choice.hourly_only else table(False))


RANDOM_COLUMNS = {"pod_usage_cpu_core_seconds", "pod_usage_memory_byte_seconds",
                  "pod_effective_usage_cpu_core_seconds", "pod_effective_usage_memory_byte_seconds",
                  "persistentvolumeclaim_usage_byte_seconds", "lineitem_usageamount",
                  "lineitem_unblendedcost", "lineitem_blendedcost", "row_uuid",
                  "savingsplan_savingsplaneffectivecost", "pricing_publicondemandcost"}


def write_day(choice, provider, owner, day, number):
    """All files of one owner (cluster or bill) for one day; returns rows written."""
    rows = 0
    for report, tables in owner.reports(day, number):
        for suffix, table in zip(("", "_daily"), tables):
            if table is None:
                continue
            place = (choice.folder / "in/data" / ORG / provider / f"{report}{suffix}" /
                     f"source={owner.source}" / f"year={day.year}" / f"month={day.month:02d}")
            place.mkdir(parents=True, exist_ok=True)
            pyarrow.parquet.write_table(
                table, place / f"{day}.parquet", compression=choice.compression,
                use_dictionary=[n for n in table.column_names if n not in RANDOM_COLUMNS],
                store_schema=False)
            rows += table.num_rows
    return rows


def write_settings(choice, clusters, bill):
    last = choice.start + datetime.timedelta(days=choice.days - 1)
    settings = {
        "org_id": ORG, "start": str(choice.start), "end": str(last), "enabled_keys": ENABLED,
        "cost_categories": CATEGORIES, "node_roles": None,
        "account_aliases": [[account, n + 1] for n, account in enumerate(ACCOUNTS)],
        "markup": 0.1, "distribution": "cpu", "bill_id": 7,
        "clusters": [{"source": c.source, "cluster_id": c.cluster_id, "cluster_alias": c.alias,
                      "report_period_id": 100 + n} for n, c in enumerate(clusters)],
        "aws": {"source": bill.source} if bill else None}
    (choice.folder / "settings.json").write_text(json.dumps(settings, indent=1))
    lines = [f"org_id: {ORG}", f"input: {json.dumps(str((choice.folder / 'in').resolve()))}",
             'output: ["parquet:./out"]', f"period: {{start: {choice.start}, end: {last}}}",
             "settings:", "  from: inline", f"  enabled_tag_keys: {json.dumps(ENABLED)}",
             "  cost_categories:"]
    lines += [f"    - {{namespace: {json.dumps(p)}, id: {i}}}" for p, i in CATEGORIES]
    lines += ["  account_aliases:"]
    lines += [f"    - {{account_id: \"{a}\", id: {i}}}" for a, i in settings["account_aliases"]]
    lines += ["clusters:"] + [f"  - {json.dumps(c)}" for c in settings["clusters"]]
    if bill:
        lines += ["bills:", f"  - {{provider: AWS, source: {bill.source}, bill_id: 7}}",
                  "cost:", "  markup: 0.1"]
    (choice.folder / "costagg.yaml").write_text("\n".join(lines) + "\n")


def main():
    choice = options()
    clusters = [Cluster(n, choice) for n in range(choice.clusters)]
    bill = None
    if choice.bill_lines:
        bill = Bill(choice, clusters)
        bill.prepare()
    work = []
    for number in range(choice.days):
        day = choice.start + datetime.timedelta(days=number)
        work += [("OCP", cluster, day, number) for cluster in clusters]
        work += [("AWS", bill, day, number)] if bill else []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        rows = sum(pool.map(lambda item: write_day(choice, *item), work))
    write_settings(choice, clusters, bill)
    print(f"{choice.folder}: {rows} rows")


if __name__ == "__main__":
    main()
