"""The rollups by the plainest means: rows as dicts, one loop a rule, numbers as exact fractions.

Made from the rows of the two daily tables; docs/rollups.md tells the rules. It shares nothing with
the program, so that the two can disagree.
"""

import json
from fractions import Fraction

USAGE = "reporting_ocpusagelineitem_daily_summary"
COST = "reporting_ocpawscostlineitem_project_daily_summary_p"

SYNTHETIC = ("Worker unallocated", "Platform unallocated", "Network unattributed",
             "Storage unattributed")
POD_MEASURES = [f"pod_{what}_{unit}"
                for unit in ("cpu_core_hours", "memory_gigabyte_hours")
                for what in ("usage", "request", "effective_usage", "limit")]
CLUSTER_CAPACITY = ["cluster_capacity_cpu_core_hours", "cluster_capacity_memory_gigabyte_hours"]
NODE_CAPACITY = ["node_capacity_cpu_cores", "node_capacity_cpu_core_hours",
                 "node_capacity_memory_gigabytes", "node_capacity_memory_gigabyte_hours"]
VOLUME_MONTHS = ["persistentvolumeclaim_capacity_gigabyte_months",
                 "volume_request_storage_gigabyte_months",
                 "persistentvolumeclaim_usage_gigabyte_months"]
IN, OUT = "infrastructure_data_in_gigabytes", "infrastructure_data_out_gigabytes"
COSTS = ["unblended_cost", "markup_cost", "blended_cost", "markup_cost_blended",
         "savingsplan_effective_cost", "markup_cost_savingsplan", "calculated_amortized_cost",
         "markup_cost_amortized"]
DATABASES = {"AmazonRDS", "AmazonDynamoDB", "AmazonElastiCache", "AmazonNeptune",
             "AmazonRedshift", "AmazonDocumentDB"}
NETWORKS = {"AmazonVPC", "AmazonCloudFront", "AmazonRoute53", "AmazonAPIGateway"}


def total(rows, name):
    values = [Fraction(r[name]) for r in rows if r.get(name) is not None]
    return sum(values) if values else None


def greatest(rows, name):
    values = [r[name] for r in rows if r.get(name) is not None]
    if values and isinstance(values[0], str):
        return max(values, key=lambda v: v.encode())
    return max(values) if values else None


def groups(rows, keys):
    found = {}
    for row in rows:
        found.setdefault(tuple(row.get(k) for k in keys), []).append(row)
    return found.items()


def labels(text):
    """Labels by value, as something that can be a key."""
    return None if text is None else json.dumps(json.loads(text), sort_keys=True)


def written_back(costs, cluster):
    """The bills' rows as rows of the daily summary."""
    costs = [{**r, "labels": labels(r["pod_labels"])} for r in costs
             if r["report_period_id"] == cluster["report_period_id"]]
    keys = ["report_period_id", "usage_start", "cluster_id", "cluster_alias", "namespace",
            "data_source", "node", "persistentvolumeclaim", "resource_id", "labels",
            "data_transfer_direction"]
    result = []
    for key, rows in groups(costs, keys):
        row = dict(zip(keys, key))
        text, source = row.pop("labels"), row["data_source"]
        direction = row.pop("data_transfer_direction")
        sums = [Fraction(r["calculated_amortized_cost"]) + Fraction(r["markup_cost_amortized"])
                for r in rows if None not in (r["calculated_amortized_cost"],
                                              r["markup_cost_amortized"])]
        cost = sum(sums) if sums else None
        zeros = [m for m in POD_MEASURES if "effective" not in m]
        zeros += CLUSTER_CAPACITY + NODE_CAPACITY + VOLUME_MONTHS
        zeros += ["persistentvolumeclaim_capacity_gigabyte"]
        row.update({name: Fraction(0) for name in zeros})
        row.update({m: None for m in POD_MEASURES if "effective" in m})
        row.update({
            "usage_end": row["usage_start"], "source_uuid": cluster["source"],
            "pod_labels": text if source == "Pod" else "{}",
            "volume_labels": text if source == "Storage" else "{}", "all_labels": text,
            "infrastructure_raw_cost": cost, "infrastructure_project_raw_cost": cost,
            "infrastructure_markup_cost": None,
            IN: total(rows, IN) if direction == "IN" else None,
            OUT: total(rows, OUT) if direction == "OUT" else None,
            "persistentvolume": greatest(rows, "persistentvolume"),
            "storageclass": greatest(rows, "storageclass"),
            "raw_currency": greatest(rows, "currency_code"),
            "cost_category_id": greatest(rows, "cost_category_id"),
            "infrastructure_usage_cost": json.dumps({"cpu": 0.0, "memory": 0.0, "storage": 0.0}),
        })
        result.append(row)
    return result


def cost_part(rows):
    return {"infrastructure_raw_cost": total(rows, "infrastructure_raw_cost"),
            "infrastructure_markup_cost": total(rows, "infrastructure_markup_cost"),
            "cost_category_id": greatest(rows, "cost_category_id"),
            "raw_currency": greatest(rows, "raw_currency")}


def resource_part(rows):
    ids = {r["resource_id"] for r in rows}
    return {"resource_ids": json.dumps(sorted(ids, key=lambda i: (i is None, (i or "").encode()))),
            "resource_count": len(ids - {None}), "data_source": greatest(rows, "data_source")}


def pod_part(rows):
    return {**{m: total(rows, m) for m in POD_MEASURES},
            **{m: greatest(rows, m) for m in CLUSTER_CAPACITY}}


def node_part(rows):
    return {m: greatest(rows, m) for m in NODE_CAPACITY}


def volume_part(rows):
    return {m: total(rows, m) for m in VOLUME_MONTHS}


def fold(rows, source, keys, *parts):
    keys = ["usage_start", "cluster_id", "cluster_alias", *keys]
    result = []
    for key, members in groups(rows, keys):
        row = dict(zip(keys, key))
        row.update(usage_end=row["usage_start"], source_uuid=source)
        for part in parts:
            row.update(part(members))
        result.append(row)
    return result


def openshift(usage, source):
    """The eleven OpenShift rollups of a source's daily rows, those written back among them."""
    pods = [r for r in usage if r["data_source"] == "Pod" and r["namespace"] not in SYNTHETIC]
    volumes = [r for r in usage
               if r["data_source"] == "Storage" and r["persistentvolumeclaim"] is not None]
    network = [r for r in usage
               if r["data_source"] == "Pod" and r["namespace"] == "Network unattributed"]
    claim = ["persistentvolumeclaim", "storageclass"]
    result = {}
    for suffix, keys in (("", []), ("_by_node", ["node"]), ("_by_project", ["namespace"])):
        capacity = [node_part] if suffix == "_by_node" else []
        result[f"reporting_ocp_cost_summary{suffix}_p"] = fold(usage, source, keys, cost_part)
        result[f"reporting_ocp_pod_summary{suffix}_p"] = fold(
            pods, source, keys, cost_part, resource_part, pod_part, *capacity)
        if suffix != "_by_node":
            result[f"reporting_ocp_volume_summary{suffix}_p"] = fold(
                volumes, source, keys + claim, cost_part, resource_part, volume_part)
        result[f"reporting_ocp_network_summary{suffix}_p"] = [
            row for here, there in ((IN, OUT), (OUT, IN))
            for row in fold([r for r in network if r.get(here) is not None], source, keys,
                            cost_part, resource_part,
                            lambda rows, here=here, there=there:
                                {here: total(rows, here), there: Fraction(0)})]
    return result


def bill(costs, source):
    """The eight rollups of a bill, from its final rows: the sums agree but for rounding."""
    def amounts(rows):
        return {**{c: total(rows, c) for c in COSTS},
                "currency_code": greatest(rows, "currency_code") or "",
                "cluster_alias": greatest(rows, "cluster_alias")}

    def usage(rows):
        return {"usage_amount": total(rows, "usage_amount"), "unit": greatest(rows, "unit")}

    def category(rows):
        return {"cost_category_id": greatest(rows, "cost_category_id")}

    def none(_):
        return {"cost_category_id": None}

    def make(rows, keys, *parts):
        keys = ["usage_start", "cluster_id", *keys]
        result = []
        for key, members in groups(rows, keys):
            row = dict(zip(keys, key))
            row.update(usage_end=row["usage_start"], source_uuid=source)
            for part in (amounts, *parts):
                row.update(part(members))
            result.append(row)
        return result

    account = ["usage_account_id", "account_alias_id"]
    storage = [r for r in costs if "Storage" in (r["product_family"] or "") and
               r["unit"] == "GB-Mo"]
    p = "reporting_ocpaws_"
    return {
        f"{p}cost_summary_p": make(costs, [], category),
        f"{p}cost_summary_by_account_p": make(costs, account, none),
        f"{p}cost_summary_by_service_p":
            make(costs, [*account, "product_code", "product_family"], none),
        f"{p}cost_summary_by_region_p":
            make(costs, [*account, "region", "availability_zone"], none),
        f"{p}compute_summary_p":
            make([r for r in costs if r["instance_type"] is not None],
                 [*account, "instance_type", "resource_id"], usage, none),
        f"{p}storage_summary_p": make(storage, [*account, "product_family"], usage, none),
        f"{p}database_summary_p": make([r for r in costs if r["product_code"] in DATABASES],
                                       [*account, "product_code"], usage, none),
        f"{p}network_summary_p": make([r for r in costs if r["product_code"] in NETWORKS],
                                      [*account, "product_code"], usage, none),
    }


def tags(rows, column, enabled, keys):
    """A tag summary: distinct values by key and place."""
    found, aliases = {}, {}
    for row in rows:
        for key, value in json.loads(row[column] or "{}").items():
            if key not in enabled:
                continue
            place = (key, *((row[k] or "") if k == "namespace" and column != "tags" else row[k]
                            for k in keys))
            found.setdefault(place, set()).add(value)
            if row.get("account_alias_id") is not None:
                aliases[place] = max(row["account_alias_id"], aliases.get(place, -1))
    result = []
    for place, values in found.items():
        row = dict(zip(["key", *keys], place))
        row["values"] = json.dumps(sorted(values, key=str.encode))
        if column == "tags":
            row["account_alias_id"] = aliases.get(place)
        result.append(row)
    return result


def tag_summaries(usage, costs, enabled_ocp, enabled_aws):
    place = ["report_period_id", "namespace", "node"]
    pods = [r for r in usage if r["data_source"] == "Pod"]
    volumes = [r for r in usage if r["data_source"] == "Storage"]
    return {
        "reporting_ocpusagepodlabel_summary": tags(pods, "pod_labels", enabled_ocp, place),
        "reporting_ocpstoragevolumelabel_summary":
            tags(volumes, "volume_labels", enabled_ocp, place),
        "reporting_ocpawstags_summary":
            tags(costs, "tags", enabled_aws,
                 ["cost_entry_bill_id", "usage_account_id", *place]),
    }
