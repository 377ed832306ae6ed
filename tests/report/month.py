"""A month of made-up costs: 50 namespaces in 3 clusters, and one with a hostile name."""

import datetime
import json
import math
import pathlib
import random

import pyarrow as pa
import pyarrow.parquet as pq

USAGE = "reporting_ocpusagelineitem_daily_summary"
COST = "reporting_ocpawscostlineitem_project_daily_summary_p"
HOSTILE = '<img src=x onerror="document.title=\'pwned\'"></script><script>document.title="pwned"</script>'
FORMULA = "=cmd|' /C calc'!A0"
CLUSTERS = {"c-east": "prod-east", "c-west": "prod-west", "c-dev": "dev & test"}
NAMESPACES = [f"team-{i:02d}" for i in range(48)] + ["openshift-monitoring", FORMULA]
UNCLAIMED = {"Worker unallocated": 0.14, "Platform unallocated": 0.05,
             "Storage unattributed": 0.02, "Network unattributed": 0.015}
PRODUCTS = {"AmazonEC2": 0.8, "AmazonEBS": 0.15, "AmazonRDS": 0.05}
FIRST = datetime.date(2025, 10, 1)
BILL = "bbbbbbbb-0000-4000-8000-000000000001"


def _cost(day, cluster, namespace, node, product, amount, tags):
    return {"report_period_id": 1, "cluster_id": cluster, "cluster_alias": CLUSTERS[cluster],
            "data_source": "Pod", "namespace": namespace, "node": node, "usage_start": day,
            "usage_end": day, "product_code": product, "product_family": None,
            "usage_account_id": "111111111111", "region": "us-east-1", "unit": "Hrs",
            "resource_id": f"i-{node}" if node else None, "usage_amount": amount,
            "currency_code": "USD", "unblended_cost": amount,
            "calculated_amortized_cost": amount, "markup_cost_amortized": amount / 10,
            "tags": tags, "pod_labels": tags, "source_uuid": BILL}


def _usage(day, source, cluster, namespace, node, cpu, labels):
    return {"report_period_id": 1, "cluster_id": cluster, "cluster_alias": CLUSTERS[cluster],
            "data_source": "Pod", "usage_start": day, "usage_end": day, "namespace": namespace,
            "node": node, "resource_id": f"i-{node}", "pod_labels": labels,
            "pod_usage_cpu_core_hours": cpu * 0.5, "pod_request_cpu_core_hours": cpu * 0.8,
            "pod_effective_usage_cpu_core_hours": cpu,
            "pod_usage_memory_gigabyte_hours": cpu * 2,
            "pod_request_memory_gigabyte_hours": cpu * 3,
            "pod_effective_usage_memory_gigabyte_hours": cpu * 3,
            "node_capacity_cpu_core_hours": 384.0, "node_capacity_memory_gigabyte_hours": 1536.0,
            "persistentvolumeclaim_capacity_gigabyte_months": None,
            "persistentvolumeclaim_usage_gigabyte_months": None, "all_labels": labels,
            "source_uuid": source}


def rows():
    """(usage rows, cost rows)"""
    chance = random.Random(7)
    usage, cost = [], []
    for number, cluster in enumerate(CLUSTERS):
        source = f"{number}aaaaaaa-0000-4000-8000-00000000000{number}"
        nodes = [f"node-{number}-{i}" for i in range(6)]
        names = NAMESPACES + ([HOSTILE] if number == 0 else [])
        weights = {name: chance.lognormvariate(0, 1) for name in names}
        for offset in range(31):
            day = FIRST + datetime.timedelta(offset)
            busy = (0.7 if day.weekday() > 4 else 1) * (1 + math.sin(offset / 4) / 10)
            for name, weight in weights.items():
                labels = json.dumps({"app": f"app-{len(name) % 7}", "tier": "web"},
                                    separators=(",", ":"), sort_keys=True)
                for node in chance.sample(nodes, 2):
                    usage.append(_usage(day, source, cluster, name, node, weight * busy * 5,
                                        labels))
                for product, share in PRODUCTS.items():
                    cost.append(_cost(day, cluster, name, chance.choice(nodes), product,
                                      round(weight * busy * share * 10, 9),
                                      labels if len(name) % 3 else "{}"))
            for name, share in UNCLAIMED.items():
                cost.append(_cost(day, cluster, name, nodes[0], "AmazonEC2",
                                  round(500 * share * busy, 9), None))
    return usage, cost


def write(folder, with_cost=True):
    """Lays the month out as a Parquet result; returns the total with markup."""
    usage, cost = rows()
    for table, some in ((USAGE, usage), (COST, cost if with_cost else [])):
        for source in sorted({row["source_uuid"] for row in some}):
            place = pathlib.Path(folder) / table / f"source={source}/year=2025/month=10"
            place.mkdir(parents=True)
            pq.write_table(pa.Table.from_pylist([r for r in some if r["source_uuid"] == source]),
                           place / "rows.parquet")
    return sum(r["calculated_amortized_cost"] + r["markup_cost_amortized"] for r in cost)
