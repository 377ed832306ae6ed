"""A nasty AWS bill for the clusters of a case: ids that contain each other, disks that clusters
share, tags with commas and escapes, costs that are null, zero or negative."""

import datetime
import json
import uuid

HOUR = datetime.timedelta(hours=1)

ACCOUNTS = ["111111111111", "222222222222", "333333333333"]
TEXT = ["bill_billingentity", "bill_payeraccountid", "lineitem_resourceid",
        "lineitem_usageaccountid", "lineitem_legalentity", "lineitem_lineitemdescription",
        "lineitem_lineitemtype", "lineitem_productcode", "lineitem_availabilityzone",
        "lineitem_usagetype", "lineitem_operation", "lineitem_currencycode", "pricing_unit",
        "product_productname", "product_productfamily", "product_instancetype", "product_region",
        "product_operatingsystem", "product_vcpu", "product_memory", "resourcetags",
        "costcategory"]
NUMBERS = ["lineitem_usageamount", "lineitem_unblendedrate", "lineitem_unblendedcost",
           "lineitem_blendedrate", "lineitem_blendedcost", "savingsplan_savingsplaneffectivecost",
           "pricing_publicondemandcost", "pricing_publicondemandrate"]
TAG_VALUES = ["web", "Web", "api", "a,b", "x", "日本", "front", "db server", "{x}", 'q"uote',
              "back\\slash", "1.0.1", "", "😀"]
TAG_KEYS = ["app", "App", "tier", "environment", "team", "storageclass", "Ünïcode", "cost center",
            "ap", "version"]


def tags_text(random, knobs, clusters):
    """The resourcetags of a line."""
    if knobs.on("null tags", 0.3, 0.15):
        return None
    if knobs.on("malformed tags", 0.15):
        return random.choice(["", "{", "[1]", '{"app": 3, "tier": "front"}'])
    tags = {}
    cluster, identity = random.choice(clusters)
    if random.random() < 0.4:
        kind = random.choice(["openshift_project", "openshift_node", "openshift_cluster"])
        tags[kind] = random.choice({
            "openshift_project": cluster.namespaces,
            "openshift_node": [node.name or "" for node in cluster.nodes],
            "openshift_cluster": [identity["cluster_id"], identity["cluster_alias"]],
        }[kind])
    for key in random.sample(TAG_KEYS, random.randint(0, 3)):
        tags[key] = random.choice(TAG_VALUES)
    ascii_only = random.random() < 0.6
    if knobs.on("compact tags", 0.3):
        return json.dumps(tags, separators=(",", ":"), ensure_ascii=ascii_only)
    return json.dumps(tags, ensure_ascii=ascii_only)


def resource_of(random, knobs, cluster, handles):
    """(resource id, kind): instance, disk, transfer, other."""
    ids = [i for node in cluster.nodes for i in node.resource_ids if i]
    disks = [c["handle"] for c in cluster.claims if c["handle"]] + handles
    volumes = [c["volume"] for c in cluster.claims if c["volume"]]
    draw = random.random()
    if ids and draw < 0.4:
        base = random.choice(ids)
        forms = [base, f"arn:aws:ec2:us-east-1:111111111111:instance/{base}"]
        if knobs.on("id contained", 0.4, 0.4):
            forms = [base + "0", base + " (old)", "x" + base + "/10"]
        return random.choice(forms), random.choice(["instance", "transfer"])
    if disks and draw < 0.65:
        base = random.choice(disks)
        forms = [base, f"arn:aws:ec2:us-east-1:111111111111:volume/{base}"]
        if knobs.on("handle contained", 0.3, 0.3):
            forms = [base + "-snapshot", base + "0"]
        return random.choice(forms), "disk"
    if volumes and draw < 0.72:
        return "kubernetes-dynamic-" + random.choice(volumes), "disk"
    return random.choice(["arn:aws:rds:us-east-1:111111111111:db:orders", "my-bucket", "", None,
                          "i-unknown"]), random.choice(["other", "other", "transfer"])


def plain_line(random, knobs, time):
    line = {name: "" for name in TEXT} | {name: 0.0 for name in NUMBERS}
    line.update({
        "lineitem_usagestartdate": time, "bill_billingentity": "AWS",
        "bill_payeraccountid": "999999999999", "lineitem_usageaccountid": random.choice(ACCOUNTS),
        "lineitem_legalentity": "Amazon Web Services, Inc.",
        "lineitem_availabilityzone": random.choice(["us-east-1a", "us-east-1b", "", None]),
        "product_region": random.choice(["us-east-1", "us-east-1", "", None]),
        "lineitem_currencycode": random.choice(["USD", "USD", "USD", "EUR"]),
        "lineitem_lineitemtype": random.choice(
            ["Usage", "Usage", "Usage", "Tax", "SavingsPlanCoveredUsage", "DiscountedUsage",
             "Credit"]),
        "costcategory": random.choice(
            ["{}", '{"env": "prod", "Dept": "x"}', '{"a":"b"}', None])})
    return line


def make_line(random, knobs, cluster, clusters, handles, time):
    line = plain_line(random, knobs, time)
    resource, kind = resource_of(random, knobs, cluster, handles)
    line["lineitem_resourceid"] = resource
    line["resourcetags"] = tags_text(random, knobs, clusters)
    rate = random.choice([0.1, 0.384, 0.08, 1.0])
    amount = random.choice([1.0, 24.0, 0.5, random.random() * 10])
    if kind == "disk":
        line |= {"lineitem_productcode": "AmazonEC2", "product_productfamily": "Storage",
                 "product_productname": "Elastic Compute",
                 "lineitem_usagetype": "EBS:VolumeUsage.gp3", "pricing_unit": "GB-Mo",
                 "lineitem_operation": "CreateVolume"}
    elif kind == "transfer":
        line |= {"lineitem_productcode": random.choice(["AmazonEC2"] * 4 + ["AmazonS3"]),
                 "product_productfamily": random.choice(["Data Transfer"] * 4 + ["Fee"]),
                 "lineitem_usagetype": random.choice(
                     ["USE1-DataTransfer-In-Bytes", "DataTransfer-Out-Bytes",
                      "USE1-DataTransfer-Regional-Bytes", "DataTransfer-xAZ-Bytes", "", None]),
                 "lineitem_operation": random.choice(
                     ["InterZone-In", "InterZone-Out", "PublicIP-in", "RunInstances", "", None]),
                 "pricing_unit": "GB"}
    elif kind == "instance":
        line |= {"lineitem_productcode": "AmazonEC2", "product_productfamily": "Compute Instance",
                 "product_instancetype": "m5.xlarge", "lineitem_usagetype": "BoxUsage:m5.xlarge",
                 "lineitem_operation": "RunInstances", "pricing_unit": "Hrs"}
    else:
        line |= {"lineitem_productcode": random.choice(["AmazonRDS", "AmazonS3", "", None]),
                 "product_productfamily": random.choice(["Database Instance", "", None]),
                 "pricing_unit": random.choice(["Hrs", "", None])}
    if knobs.on("marketplace", 0.3):
        line |= {"bill_billingentity": "AWS Marketplace",
                 "product_productname": random.choice(["Red Hat OpenShift", "", None])}
    if knobs.on("no account", 0.15):
        line["lineitem_usageaccountid"] = random.choice(["", None])
    line |= {"lineitem_usageamount": amount, "lineitem_unblendedrate": rate,
             "lineitem_unblendedcost": rate * amount, "lineitem_blendedrate": rate * 0.9,
             "lineitem_blendedcost": rate * amount * 0.9,
             "savingsplan_savingsplaneffectivecost": random.choice([0.0, rate * amount * 0.7]),
             "pricing_publicondemandcost": rate * amount, "pricing_publicondemandrate": rate}
    for name in NUMBERS:
        if knobs.on("null costs", 0.25, 0.1):
            line[name] = None
        elif knobs.on("negative costs", 0.15, 0.1) and line[name] is not None:
            line[name] = -line[name]
    return line


def make_hourly(random, knobs, clusters, handles, days, hours_in_month):
    """Hourly lines. Disks get rates and costs from which a capacity follows."""
    lines = []
    for _ in range(random.randint(3, 16)):
        cluster, _ = random.choice(clusters)
        pattern = make_line(random, knobs, cluster, clusters, handles, days[0])
        sizes = [c["gib"] for c in cluster.claims] or [10]
        size = random.choice([max(sizes), sum(sizes), 10, 50.5, 200, 0.4])
        for day in days:
            if random.random() < 0.2:
                continue
            for hour in sorted(random.sample(range(24), random.randint(1, 3))):
                line = dict(pattern, lineitem_usagestartdate=day + hour * HOUR)
                if line["pricing_unit"] == "GB-Mo" and not knobs.on("odd disk rate", 0.2):
                    rate = hours_in_month / 64.0 if random.random() < 0.2 else 0.1
                    if knobs.on("rate zero", 0.2, 0.3):
                        rate = 0.0
                    line["lineitem_unblendedrate"] = rate
                    line["lineitem_unblendedcost"] = size * (rate / hours_in_month)
                lines.append(line)
    return lines


def disturb_daily(random, knobs, rows):
    """Daily lines as billed: new ones, odd hours, lines equal in all but their identity."""
    for row in list(rows):
        if knobs.on("bill not at midnight", 0.2, 0.15):
            row["lineitem_usagestartdate"] += HOUR
        if knobs.on("equal bill lines", 0.4, 0.2):
            rows.append(dict(row, row_uuid=str(uuid.UUID(int=random.getrandbits(128)))))
    return rows
