"""Daily rows from hourly ones, in plain Python: what the recorded answers of cases without daily
reports stand on."""

import collections
import datetime
import math
import uuid

from openshift import NAMESPACE, NODE, POD, STORAGE

EFFECTIVE = {"pod_effective_usage_cpu_core_seconds":
             ("pod_usage_cpu_core_seconds", "pod_request_cpu_core_seconds"),
             "pod_effective_usage_memory_byte_seconds":
             ("pod_usage_memory_byte_seconds", "pod_request_memory_byte_seconds")}

KEYS = {
    POD: ("namespace", "node", "pod", "pod_labels"),
    STORAGE: ("namespace", "node", "pod", "persistentvolumeclaim", "persistentvolume",
              "storageclass", "csi_driver", "csi_volume_handle", "persistentvolume_labels",
              "persistentvolumeclaim_labels"),
    NODE: ("node", "node_labels"),
    NAMESPACE: ("namespace", "namespace_labels"),
    "aws_line_items": (
        "lineitem_resourceid", "bill_payeraccountid", "lineitem_usageaccountid",
        "lineitem_legalentity", "lineitem_lineitemdescription", "bill_billingentity",
        "lineitem_productcode", "lineitem_availabilityzone", "lineitem_lineitemtype",
        "lineitem_usagetype", "lineitem_operation", "product_productfamily",
        "product_operatingsystem", "product_instancetype", "product_region", "pricing_unit",
        "resourcetags", "costcategory"),
}
MAXIMA = {
    POD: ("node_capacity_cpu_cores", "node_capacity_memory_bytes", "resource_id", "node_role"),
    STORAGE: ("persistentvolumeclaim_capacity_bytes",),
    NODE: (),
    NAMESPACE: (),
    "aws_line_items": (
        "lineitem_unblendedrate", "lineitem_blendedrate", "pricing_publicondemandrate",
        "lineitem_currencycode", "product_productname", "product_vcpu", "product_memory"),
}
TIME = {"aws_line_items": "lineitem_usagestartdate"}


def greatest(values):
    return max(values, key=lambda v: v.encode() if isinstance(v, str) else v, default=None)


def total(values):
    return math.fsum(values) if values else None


def daily(report, rows):
    """The daily rows of one report's hourly rows."""
    time = TIME.get(report, "interval_start")
    groups = collections.defaultdict(list)
    for row in rows:
        if report == POD:
            row = dict(row)
            for name, (usage, request) in EFFECTIVE.items():
                row[name] = max(row[usage], row[request])
        day = datetime.datetime.combine(row[time].date(), datetime.time())
        groups[(day, *(row[key] for key in KEYS[report]))].append(row)
    return [one_row(report, time, key, members) for key, members in groups.items()]


def one_row(report, time, key, members):
    row = {time: key[0], **dict(zip(KEYS[report], key[1:]))}
    for name in members[0]:
        known = [member[name] for member in members if member[name] is not None]
        if name in MAXIMA[report]:
            row[name] = greatest(known)
        elif name not in row:
            row[name] = total(known)
    if report == "aws_line_items":
        row["row_uuid"] = str(uuid.uuid5(uuid.NAMESPACE_OID, repr(key)))
    return row
