"""Nasty OpenShift reports: few rows, many corners.

Names collide with LIKE patterns and contain each other, labels change within a day, pods run on two
nodes, claims have two volumes, rows lie outside the period. Everything is drawn from one
random.Random, so a seed is a cluster.
"""

import datetime
import json

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)

POD = "openshift_pod_usage_line_items"
STORAGE = "openshift_storage_usage_line_items"
NODE = "openshift_node_labels_line_items"
NAMESPACE = "openshift_namespace_labels_line_items"

NODE_NAMES = ["ip-10-0-0-1.ec2.internal", "ip-10-0-0-1", "node_1", "nodeX1", "knöten", "n,1", 'n"1',
              "n 2"]
NAMESPACES = ["web", "web_1", "webx1", "WEB", "openshift-logging", "openshift-kube-apiserver",
              "openshift", "kube-system", "Worker unallocated", "Storage unattributed", "a%b", "axb",
              "space dash", "comma,ns", 'quo"te', "ünï", "日本"]
KEYS = ["app", "tier", "version", "environment", "team", "vm_kubevirt_io_name", "Ünïcode",
        "cost center", "storageclass", "App", "ap"]
VALUES = ["web", "api", "db server", "1.0.1", "a,b", "x", "", "Web", "日本", "{x}", "front", "back",
          "sp ace", "😀", "w"]
MALFORMED = ["", "{", "[]", "null", '{"app": 1}', '{"app": "web", "tier": null}', '{"app" "web"}',
             "app=web", '"text"', '{"app": {"a": "b"}, "tier": "x"}', " ", '{"app": "web"} x']
GIB = 2.0 ** 30


class Knobs:
    """What kind of a case this is: each odd thing is off in most cases and frequent in some."""

    def __init__(self, random):
        self.random = random
        self.chances = {}

    def on(self, name, often=0.3, chance=0.25):
        """True now and then, when the case is one that has this odd thing at all."""
        if name not in self.chances:
            self.chances[name] = chance if self.random.random() < often else 0.0
        return self.random.random() < self.chances[name]

    def whole(self, name, often=0.3):
        """The same answer through the whole case."""
        if name not in self.chances:
            self.chances[name] = float(self.random.random() < often)
        return self.chances[name] == 1.0


def label_text(random, knobs, keys=KEYS):
    """A label column's value: JSON in one of the spellings that occur, null, or junk."""
    if knobs.on("null labels", 0.4):
        return None
    if knobs.on("malformed labels", 0.25):
        return random.choice(MALFORMED)
    if knobs.on("empty labels", 0.5):
        return "{}"
    chosen = random.sample(keys, random.randint(0, min(4, len(keys))))
    labels = {key: random.choice(VALUES) for key in chosen}
    ascii_only = random.random() < 0.3
    if random.random() < 0.15:
        return json.dumps(labels, separators=(",", ":"), ensure_ascii=ascii_only)
    if labels and knobs.on("repeated keys", 0.15):
        key, value = random.choice(sorted(labels.items()))
        first = json.dumps({key: value + "0"}, ensure_ascii=ascii_only)[1:-1]
        return "{" + first + ", " + json.dumps(labels, ensure_ascii=ascii_only)[1:]
    return json.dumps(labels, ensure_ascii=ascii_only)


class Node:
    def __init__(self, name, resource_ids, cores, gib, role):
        self.name, self.resource_ids = name, resource_ids
        self.cores, self.gib, self.role = cores, gib, role


class Cluster:
    """Names of one cluster; its reports come from make_reports()."""

    def __init__(self, random, knobs, number, handles):
        self.number = number
        count = random.randint(1, 4)
        names = random.sample(NODE_NAMES, count)
        if number and random.random() < 0.6:
            names = [f"{name}-c{number}" for name in names]
        if knobs.whole("empty node name"):
            names.append("")
        if knobs.whole("null node"):
            names.append(None)
        self.nodes = []
        for place, name in enumerate(names):
            base = random.choice(["1", "10", "1a", "2", "20", "0f3"]) if random.random() < 0.5 \
                else "".join(random.choices("0123456789abcdef", k=8))
            ids = ["i-" + base]
            if knobs.on("two resource ids", 0.3):
                ids.append("i-" + base + "0")
            if knobs.on("no resource id", 0.3):
                # A null id joins no role in SQL; the reference's language would join it.
                ids = [""] if knobs.whole("derived roles", 0.4) else [random.choice([None, ""])]
            role = random.choice(["master", "infra", "worker", "worker", None])
            self.nodes.append(Node(name, ids, random.choice([2, 4, 7.5, 16]),
                                   random.choice([4, 8, 15.3, 64]), role))
        self.namespaces = random.sample(NAMESPACES, random.randint(1, 5))
        self.pods = [self.pod(random, place) for place in range(random.randint(1, 9))]
        self.claims = []
        for place in range(random.randint(0, 5)):
            pod = random.choice(self.pods)
            handle = random.choice(handles + [f"vol-{number}{place}"])
            if knobs.on("no csi handle", 0.4):
                handle = random.choice([None, ""])
            volume = f"pvc-{number}-{place}"
            if self.claims and knobs.on("shared volume", 0.3, 0.4):
                volume = random.choice(self.claims)["volume"]
            claim = f"claim-{place}"
            if knobs.on("empty claim", 0.3, 0.4):
                claim = ""
            elif self.claims and knobs.on("claim with two volumes", 0.3, 0.4):
                claim = random.choice(self.claims)["claim"]
            if knobs.on("empty volume", 0.15):
                volume = ""
            gib = random.choice([1, 5, 10, 30, 33.3, 100])
            self.claims.append({
                "namespace": pod["namespace"] or "web", "pod": pod["pod"] or "pod-0",
                "node": random.choice([pod["nodes"][0].name, None, ""]),
                "claim": claim, "volume": volume, "gib": gib, "handle": handle,
                "class": random.choice(["gp2", "gp3", "", None]), "driver": "ebs.csi.aws.com"})
            if knobs.on("storage without pod", 0.3):
                self.claims[-1]["pod"] = random.choice(["", "elsewhere"])

    def pod(self, random, place):
        namespace = random.choice(self.namespaces)
        nodes = [random.choice(self.nodes)]
        if random.random() < 0.2:
            nodes.append(random.choice(self.nodes))
        return {"pod": f"pod-{self.number}-{place}", "namespace": namespace, "nodes": nodes,
                "request": random.choice([0.0, 0.5, 2.0])}


def measure(random, knobs, value):
    if knobs.on("null measures", 0.3, 0.1):
        return None
    return 0.0 if random.random() < 0.05 else value


def times_of(random, knobs, day):
    """The intervals of a day that have rows."""
    hours = sorted(random.sample(range(24), random.randint(1, 3)))
    if random.random() < 0.3:
        hours[0] = 0
    if random.random() < 0.3:
        hours[-1] = 23
    times = [day + hour * HOUR for hour in dict.fromkeys(hours)]
    if knobs.on("odd minutes", 0.2):
        times[-1] = day + datetime.timedelta(hours=23, minutes=59, seconds=59, milliseconds=999)
    return times


def make_hourly(random, knobs, cluster, days):
    """Hourly rows of the four reports for some days."""
    reports = {POD: [], STORAGE: [], NODE: [], NAMESPACE: []}
    labels = {}

    def stable(kind, *what):
        """The labels of a thing, which now and then change within the day."""
        if what not in labels or knobs.on("labels change", 0.5, 0.2):
            labels[what] = label_text(random, knobs)
            if kind == "node" and random.random() < 0.3:
                labels[what] = '{"node_role_kubernetes_io": "infra"}'
        return labels[what]

    for day in days:
        for time in times_of(random, knobs, day):
            for pod in cluster.pods:
                if random.random() < 0.1:
                    continue
                node = random.choice(pod["nodes"])
                reports[POD].append(pod_row(random, knobs, pod, node, time, stable))
            for claim in cluster.claims:
                reports[STORAGE].append(storage_row(random, knobs, claim, time, stable))
            for node in cluster.nodes:
                if node.name is not None and not knobs.on("node without labels", 0.3):
                    reports[NODE].append({"interval_start": time, "node": node.name,
                                          "node_labels": stable("node", NODE, node.name)})
            for namespace in cluster.namespaces:
                if not knobs.on("namespace without labels", 0.5):
                    reports[NAMESPACE].append({
                        "interval_start": time, "namespace": namespace,
                        "namespace_labels": stable("namespace", NAMESPACE, namespace)})
    return reports


def pod_row(random, knobs, pod, node, time, stable):
    usage, limit = random.random() * 3600, random.choice([0.0, 7200.0])
    memory = random.random() * 3600 * 4 * GIB
    namespace = pod["namespace"]
    if knobs.on("null namespace", 0.1, 0.1):
        namespace = None
    row = {
        "interval_start": time, "namespace": namespace, "node": node.name, "pod": pod["pod"],
        "resource_id": random.choice(node.resource_ids),
        "pod_usage_cpu_core_seconds": usage,
        "pod_request_cpu_core_seconds": pod["request"] * 1800,
        "pod_limit_cpu_core_seconds": measure(random, knobs, limit),
        "pod_usage_memory_byte_seconds": memory,
        "pod_request_memory_byte_seconds": pod["request"] * 3600 * GIB,
        "pod_limit_memory_byte_seconds": measure(random, knobs, 8 * 3600 * GIB),
        "node_capacity_cpu_cores": measure(random, knobs, float(node.cores)),
        "node_capacity_cpu_core_seconds": measure(random, knobs, node.cores * 3600.0),
        "node_capacity_memory_bytes": measure(random, knobs, node.gib * GIB),
        "node_capacity_memory_byte_seconds": measure(random, knobs, node.gib * GIB * 3600.0),
        "node_role": node.role if not knobs.whole("no node role", 0.4) else None,
        "pod_labels": stable("pod", POD, pod["pod"])}
    if random.random() < 0.05:
        row["node_capacity_cpu_core_seconds"] = 0.0
    return row


def storage_row(random, knobs, claim, time, stable):
    capacity = claim["gib"] * GIB
    return {
        "interval_start": time, "namespace": claim["namespace"], "pod": claim["pod"],
        "node": claim["node"], "persistentvolumeclaim": claim["claim"],
        "persistentvolume": claim["volume"], "storageclass": claim["class"],
        "csi_driver": claim["driver"], "csi_volume_handle": claim["handle"],
        "persistentvolumeclaim_capacity_bytes": measure(random, knobs, capacity),
        "persistentvolumeclaim_capacity_byte_seconds": measure(random, knobs, capacity * 3600),
        "volume_request_storage_byte_seconds": measure(random, knobs, capacity * 3600),
        "persistentvolumeclaim_usage_byte_seconds":
            measure(random, knobs, random.random() * capacity * 3600),
        "persistentvolume_labels": stable("volume", "pv", claim["volume"], claim["claim"]),
        "persistentvolumeclaim_labels": stable("claim", "pvc", claim["volume"], claim["claim"])}


def disturb_daily(random, knobs, report, rows):
    """Daily reports need not be what the hourly ones sum up to: they are read as they are."""
    for row in rows:
        for name in row:
            if name.endswith(("_seconds", "_bytes", "_cores")) and knobs.on("null daily measures",
                                                                           0.3, 0.06):
                row[name] = None
        if knobs.on("daily not at midnight", 0.2):
            row["interval_start"] += datetime.timedelta(hours=random.randint(1, 23))
        if report == POD and knobs.on("null effective", 0.4, 0.4):
            row["pod_effective_usage_cpu_core_seconds"] = None
            row["pod_effective_usage_memory_byte_seconds"] = None
    if rows and knobs.on("equal daily rows", 0.3, 0.5):
        rows.append(dict(random.choice(rows)))
    return rows
