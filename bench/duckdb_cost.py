#!/usr/bin/env python3
"""OpenShift on AWS as DuckDB SQL, to measure against: `duckdb_cost.py CASE OUT`.

Does the daily summary first, as a whole run does. Everything that depends only on a text (tags,
labels, ids) is worked out once a distinct text; sums join those by number.
"""

import argparse
import calendar
import json
import pathlib

import duckdb_usage
from duckdb_case import POD, STORAGE, OPTIONAL, Case, quoted

MONEY = ["unblended_cost", "blended_cost", "savingsplan_effective_cost",
         "calculated_amortized_cost"]
MARKUP = ["markup_cost", "markup_cost_blended", "markup_cost_savingsplan", "markup_cost_amortized"]
SYNTHETIC = duckdb_usage.SYNTHETIC
TEXT = """bill_billingentity bill_payeraccountid lineitem_resourceid lineitem_usageaccountid
    lineitem_legalentity lineitem_lineitemdescription lineitem_lineitemtype lineitem_productcode
    lineitem_availabilityzone lineitem_usagetype lineitem_operation lineitem_currencycode
    pricing_unit product_productname product_productfamily product_instancetype product_region
    product_operatingsystem product_vcpu product_memory resourcetags costcategory""".split()
SUMS = """lineitem_usageamount lineitem_unblendedcost lineitem_blendedcost
    savingsplan_savingsplaneffectivecost""".split()
BILL_OPTIONAL = {**{name: "VARCHAR" for name in TEXT}, **{name: "DOUBLE" for name in SUMS},
                 "lineitem_unblendedrate": "DOUBLE"}
MAXIMA = ["lineitem_currencycode", "product_productname", "product_vcpu", "product_memory"]
# What a result row takes over from its bill line.
CARRIED = ["resource_id", "product_code", "product_family", "instance_type", "usage_account_id",
           "availability_zone", "region", "unit", "currency_code"]


def make_bill(case):
    """line: the daily lines with what they carry, and number of the distinct (rid, tags, key)."""
    source = case.settings["aws"]["source"]
    time = "lineitem_usagestartdate"
    if case.hourly_only or not case.view("bill", "AWS", "aws_line_items_daily", source, time,
                                         BILL_OPTIONAL):
        case.view("bill_rows", "AWS", "aws_line_items", source, time, BILL_OPTIONAL)
        keys = ", ".join(name for name in TEXT if name not in MAXIMA)
        case.sql(f"""CREATE OR REPLACE TEMP TABLE bill AS
            SELECT day, CAST(day AS TIMESTAMP) AS {time}, {keys},
                   {', '.join(f'sum({n}) AS {n}' for n in SUMS)},
                   {', '.join(f'max({n}) AS {n}' for n in MAXIMA)}
            FROM bill_rows GROUP BY day, {keys}""")
    case.sql(f"""CREATE OR REPLACE TEMP TABLE line AS SELECT *, row_number() OVER () AS line FROM (
        SELECT day, {time} = CAST(day AS TIMESTAMP) AS midnight,
            nullif(lineitem_resourceid, '') AS resource_id, resourcetags,
            nullif(CASE WHEN bill_billingentity = 'AWS Marketplace' AND product_productname <> ''
                   THEN product_productname ELSE lineitem_productcode END, '') AS product_code,
            nullif(product_productfamily, '') AS product_family,
            nullif(product_instancetype, '') AS instance_type,
            nullif(lineitem_usageaccountid, '') AS usage_account_id,
            nullif(lineitem_availabilityzone, '') AS availability_zone,
            nullif(product_region, '') AS region, nullif(pricing_unit, '') AS unit,
            nullif(lineitem_currencycode, '') AS currency_code, costcategory,
            CASE WHEN lineitem_productcode = 'AmazonEC2'
                  AND product_productfamily = 'Data Transfer' THEN
                CASE WHEN lower(lineitem_usagetype) LIKE '%in-bytes%' THEN 'IN'
                     WHEN lower(lineitem_usagetype) LIKE '%out-bytes%' THEN 'OUT'
                     WHEN lower(lineitem_usagetype) LIKE '%regional-bytes%' THEN
                        CASE WHEN lower(lineitem_operation) LIKE '%-in%' THEN 'IN'
                             WHEN lower(lineitem_operation) LIKE '%-out%' THEN 'OUT' END END
                END AS direction,
            lineitem_usageamount AS usage_amount,
            CASE WHEN lineitem_lineitemtype = 'SavingsPlanCoveredUsage' THEN 0.0
                 ELSE lineitem_unblendedcost END AS unblended_cost,
            CASE WHEN lineitem_lineitemtype = 'SavingsPlanCoveredUsage' THEN 0.0
                 ELSE lineitem_blendedcost END AS blended_cost,
            savingsplan_savingsplaneffectivecost AS savingsplan_effective_cost,
            CASE WHEN lineitem_lineitemtype IN ('Tax', 'Usage') THEN lineitem_unblendedcost
                 ELSE savingsplan_savingsplaneffectivecost END AS calculated_amortized_cost
        FROM bill)""")


def canonical(text):
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = {}
    found = found if isinstance(found, dict) else {}
    found = {k: v for k, v in found.items() if isinstance(v, str)}
    return json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def insert(case, table, columns, values):
    case.sql(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    if values:
        marks = ", ".join("?" for _ in values[0])
        case.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", values)


def make_keys(case):
    """line.key and line.bare_key: numbers of all that a line carries, with and without category."""
    texts = case.sql("SELECT DISTINCT costcategory FROM line WHERE costcategory IS NOT NULL")
    insert(case, "bill_category", "text VARCHAR, canonical VARCHAR",
           [[text, canonical(text)] for text, in texts.fetchall()])
    carried = ", ".join(CARRIED)
    case.sql(f"""CREATE OR REPLACE TEMP TABLE line_key AS
        SELECT *, row_number() OVER () AS key FROM (
            SELECT DISTINCT {carried}, c.canonical AS aws_cost_category
            FROM line l LEFT JOIN bill_category c ON c.text = l.costcategory
            UNION SELECT DISTINCT {carried}, NULL FROM line)""")
    same = " AND ".join(f"k.{name} IS NOT DISTINCT FROM l.{name}" for name in CARRIED)
    case.sql(f"""CREATE OR REPLACE TEMP TABLE line AS
        SELECT l.* EXCLUDE ({carried.replace('resource_id, ', '')}, costcategory),
               k.key, b.key AS bare_key, t.tag
        FROM line l LEFT JOIN bill_category c ON c.text = l.costcategory
        JOIN (SELECT resourcetags AS text, row_number() OVER () AS tag
              FROM (SELECT DISTINCT resourcetags FROM line)) t
          ON t.text IS NOT DISTINCT FROM l.resourcetags
        JOIN line_key k ON {same} AND k.aws_cost_category IS NOT DISTINCT FROM c.canonical
        JOIN line_key b ON {same.replace('k.', 'b.')} AND b.aws_cost_category IS NULL""")


class FinalKeys:
    """Tags and labels as columns of the keys that the result keeps."""

    def __init__(self, case):
        enabled = case.settings["enabled_keys"]
        known = set(enabled["AWS"]) | set(enabled["OCP"])
        self.case = case
        self.keys = sorted(known | {"vm_kubevirt_io_name"}) if known else []
        self.of_lines = set(enabled["AWS"]) | {"openshift_cluster", "openshift_node",
                                               "openshift_project"}

    def parsed(self, text, only=None):
        valid = f"CASE WHEN json_valid({text}) THEN {text} END"
        columns = []
        for place, key in enumerate(self.keys):
            pointer = quoted("/" + key.replace("~", "~0").replace("/", "~1"))
            value = (f"CASE WHEN json_type({valid}, {pointer}) = 'VARCHAR' "
                     f"THEN json_extract_string({valid}, {pointer}) END")
            columns.append(f"{value if only is None or key in only else 'NULL'} AS k{place}")
        return ", ".join(columns) if columns else "NULL AS none"

    def printed(self, *sides):
        saved, self.case.keys = self.case.keys, self.keys
        try:
            return self.case.printed(*sides)
        finally:
            self.case.keys = saved


def make_texts(case, final):
    """tag_text, label_text: distinct texts by number, with their columns of final keys."""
    special = {short: f"CASE WHEN json_type({{0}}, '/openshift_{short}') = 'VARCHAR' THEN "
                      f"json_extract_string({{0}}, '/openshift_{short}') END AS {short}"
               for short in ("project", "node", "cluster")}
    valid = "CASE WHEN json_valid(text) THEN text END"
    case.sql(f"""CREATE OR REPLACE TEMP TABLE tag_text AS
        SELECT tag, text, {', '.join(s.format(valid) for s in special.values())},
               {final.parsed('text', final.of_lines)}
        FROM (SELECT DISTINCT tag, resourcetags AS text FROM line)""")
    case.sql(f"""CREATE OR REPLACE TEMP TABLE label_text AS
        SELECT row_number() OVER () AS label, text, {final.parsed('text')}
        FROM (SELECT pod_labels AS text FROM summary WHERE pod_labels IS NOT NULL
              UNION SELECT volume_labels FROM summary WHERE volume_labels IS NOT NULL)""")
    case.sql("""CREATE OR REPLACE TEMP TABLE fact AS
        SELECT s.*, row_number() OVER () AS row, p.label AS pod_label, v.label AS volume_label
        FROM summary s LEFT JOIN label_text p ON p.text = s.pod_labels
        LEFT JOIN label_text v ON v.text = s.volume_labels""")
    # Which ids a bill's resource id contains.
    for name, column in (("rid_instance", "resource_id"), ("rid_handle", "csi_volume_handle")):
        case.sql(f"""CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT r.resource_id AS rid, f.id FROM (SELECT DISTINCT resource_id FROM line) r
            JOIN (SELECT DISTINCT {column} AS id FROM fact WHERE {column} <> '') f
              ON contains(r.resource_id, f.id)""")


def generic_strings(case, source):
    """The matched tag strings that come from keys enabled for both providers."""
    enabled = case.settings["enabled_keys"]
    both = sorted(set(enabled["AWS"]) & set(enabled["OCP"]))
    if not both:
        return []

    def has(text):
        return "(" + " OR ".join(f"contains({text}, {quoted(key)})" for key in both) + ")"

    def pairs(query):
        return (f"SELECT e.key, json_extract_string(e.value, '$') AS value FROM ({query}) t, "
                "json_each(CASE WHEN json_valid(t.text) THEN t.text END) e "
                "WHERE e.type = 'VARCHAR' AND json_type(t.text) = 'OBJECT'")

    where = (f"source_uuid = {quoted(source)} AND (coalesce({has('pod_labels')}, false) OR "
             f"coalesce({has('volume_labels')}, false))")
    found = case.sql(f"""
        SELECT DISTINCT a.key, a.value
        FROM ({pairs(f'SELECT DISTINCT text FROM tag_text WHERE {has("text")}')}) a
        JOIN (SELECT DISTINCT lower(key) AS key, lower(value) AS value FROM (
              {pairs(f'''SELECT pod_labels AS text FROM fact WHERE {where}
                         UNION SELECT volume_labels FROM fact WHERE {where}''')})) o
          ON o.key = lower(a.key) AND o.value = lower(a.value)""").fetchall()
    return [(json.dumps(k) + ": " + json.dumps(v)).replace("{", "").replace("}", "")
            for k, v in found if not set(k + v) & set('"\\')]


def make_kept(case):
    """kept(source, line, by_id, pieces), pieces: what matched_tag splits into."""
    case.sql("CREATE OR REPLACE TEMP TABLE kept (source VARCHAR, line BIGINT, by_id BOOLEAN, "
             "pieces VARCHAR[])")
    for cluster in case.settings["clusters"]:
        source = cluster["source"]
        has_storage = duckdb_usage.make_daily(case, source)
        volumes = """UNION SELECT persistentvolume FROM storage
            UNION SELECT csi_volume_handle FROM storage WHERE persistentvolume <> ''"""
        case.sql(f"""CREATE OR REPLACE TEMP TABLE suffix AS SELECT DISTINCT id, length(id) AS n
            FROM (SELECT resource_id AS id FROM pod {volumes if has_storage else ''})
            WHERE id <> ''""")
        strings = {f'"openshift_cluster": "{cluster["cluster_id"]}"',
                   f'"openshift_cluster": "{cluster["cluster_alias"]}"'}
        for kind, column in (("node", "node"), ("project", "namespace")):
            strings |= {f'"openshift_{kind}": "{name}"' for name, in case.sql(
                f"SELECT DISTINCT {column} FROM pod WHERE {column} IS NOT NULL").fetchall()}
        strings |= set(generic_strings(case, source))
        insert(case, "string", "text VARCHAR", [[text] for text in sorted(strings)])
        case.sql(f"""INSERT INTO kept
            WITH by_id AS (
                SELECT DISTINCT r.resource_id FROM (SELECT DISTINCT resource_id FROM line) r,
                     (SELECT DISTINCT n FROM suffix) l
                JOIN suffix s ON s.id = right(r.resource_id, l.n)),
            by_tag AS (
                SELECT t.tag, list_sort(list_distinct(flatten(list(string_split(s.text, ',')))))
                       AS pieces
                FROM tag_text t JOIN string s ON contains(t.text, s.text) GROUP BY t.tag)
            SELECT {quoted(source)}, l.line, i.resource_id IS NOT NULL,
                   CASE WHEN i.resource_id IS NULL THEN t.pieces END
            FROM line l LEFT JOIN by_id i ON i.resource_id = l.resource_id
            LEFT JOIN by_tag t ON t.tag = l.tag
            WHERE i.resource_id IS NOT NULL OR t.pieces IS NOT NULL""")


def make_capacity(case):
    """capacity(source, resource_id, day, gib) of disks; empty without an hourly bill."""
    hours = calendar.monthrange(case.start.year, case.start.month)[1] * 24.0
    if not case.view("hourly_line", "AWS", "aws_line_items", case.settings["aws"]["source"],
                     "lineitem_usagestartdate", BILL_OPTIONAL):
        case.sql("CREATE OR REPLACE TEMP TABLE capacity (source VARCHAR, resource_id VARCHAR, "
                 "day DATE, gib DOUBLE)")
        return
    case.sql(f"""CREATE OR REPLACE TEMP TABLE capacity AS
        WITH disk AS (
            SELECT lineitem_resourceid AS resource_id, day,
                   round(max(lineitem_unblendedcost) / (max(lineitem_unblendedrate) / {hours}))
                       AS gib
            FROM hourly_line WHERE lineitem_resourceid IN (SELECT rid FROM rid_handle)
            GROUP BY ALL),
        wanted AS (
            SELECT DISTINCT k.source, l.resource_id, l.day
            FROM kept k JOIN line l USING (line) JOIN rid_handle h ON h.rid = l.resource_id
            JOIN fact f ON f.csi_volume_handle = h.id AND f.day = l.day AND f.source_uuid = k.source
            WHERE l.midnight)
        SELECT w.*, d.gib FROM wanted w JOIN disk d USING (resource_id, day)
        WHERE d.gib > 0 AND isfinite(d.gib)""")


def costs(factor):
    return ", ".join(f"{factor} * l.{name} AS {name}" for name in MONEY)


def make_disks(case):
    """Rules a and b."""
    case.sql(f"""CREATE OR REPLACE TEMP TABLE disk_line AS
        SELECT k.source, l.*, c.gib FROM kept k JOIN line l USING (line)
        JOIN capacity c ON c.source = k.source AND c.resource_id = l.resource_id AND c.day = l.day
        WHERE k.by_id AND l.direction IS NULL AND l.midnight""")
    case.sql(f"""CREATE OR REPLACE TEMP VIEW rule_a AS
        WITH part AS (
            SELECT c.source, c.resource_id AS rid, c.day, f.namespace, f.pod_label,
                   f.volume_label, max(f.node) AS node, max(f.persistentvolumeclaim) AS claim,
                   max(f.persistentvolume) AS volume, max(f.storageclass) AS class,
                   max(f.cost_category_id) AS category,
                   max(f.persistentvolumeclaim_capacity_gigabyte) / max(c.gib) AS share
            FROM capacity c JOIN rid_handle h ON h.rid = c.resource_id
            JOIN fact f ON f.csi_volume_handle = h.id AND f.day = c.day AND f.source_uuid = c.source
            WHERE f.persistentvolume IS NOT NULL
              AND f.namespace IS DISTINCT FROM 'Storage unattributed' GROUP BY ALL)
        SELECT l.source, l.day, 'Storage' AS data_source,
               CASE WHEN p.claim = '' THEN 'Storage unattributed' ELSE p.namespace END AS namespace,
               p.node, p.claim, p.volume, p.class, NULL AS direction,
               CASE WHEN p.claim = '' THEN l.bare_key ELSE l.key END AS key,
               CASE WHEN p.claim IS DISTINCT FROM '' THEN coalesce(p.pod_label, p.volume_label) END
                   AS label, CASE WHEN p.claim IS DISTINCT FROM '' THEN l.tag END AS tag,
               CASE WHEN p.claim IS DISTINCT FROM '' THEN p.category END AS category,
               CASE WHEN p.claim IS DISTINCT FROM '' THEN l.usage_amount END AS usage_amount,
               {costs('p.share')}
        FROM disk_line l JOIN part p ON p.source = l.source AND p.rid = l.resource_id
         AND p.day = l.day""")
    case.sql(f"""CREATE OR REPLACE TEMP VIEW rule_b AS
        WITH met AS (
            SELECT DISTINCT k.source, l.resource_id AS rid, l.day
            FROM kept k JOIN line l USING (line) WHERE k.by_id AND l.midnight),
        volume AS (
            SELECT m.source, m.rid, f.source_uuid, f.persistentvolume,
                   max(f.persistentvolumeclaim_capacity_gigabyte) AS gib
            FROM met m JOIN rid_handle h ON h.rid = m.rid
            JOIN fact f ON f.csi_volume_handle = h.id AND f.day = m.day GROUP BY ALL),
        total AS (SELECT source, rid, sum(gib) AS gib, count(DISTINCT source_uuid) AS clusters
                  FROM volume GROUP BY ALL),
        mine AS (
            SELECT c.source, c.resource_id AS rid, c.day, max(f.persistentvolumeclaim) AS claim,
                   max(f.persistentvolume) AS volume, max(f.storageclass) AS class
            FROM capacity c JOIN rid_handle h ON h.rid = c.resource_id
            JOIN fact f ON f.csi_volume_handle = h.id AND f.day = c.day AND f.source_uuid = c.source
            GROUP BY ALL)
        SELECT l.source, l.day, 'Storage' AS data_source, 'Storage unattributed' AS namespace,
               CAST(NULL AS VARCHAR) AS node, m.claim, m.volume, m.class, NULL AS direction,
               l.bare_key AS key, CAST(NULL AS BIGINT) AS label, CAST(NULL AS BIGINT) AS tag,
               CAST(NULL AS INTEGER) AS category, CAST(NULL AS DOUBLE) AS usage_amount,
               {costs('((l.gib - t.gib) / l.gib / t.clusters)')}
        FROM disk_line l JOIN total t ON t.source = l.source AND t.rid = l.resource_id
        JOIN mine m ON m.source = l.source AND m.rid = l.resource_id AND m.day = l.day
        WHERE t.gib <> l.gib""")


def make_instances(case):
    """Rules c and e."""
    unit = "memory_gigabyte" if case.settings["distribution"] == "memory" else "cpu_core"
    case.sql(f"""CREATE OR REPLACE TEMP TABLE instance_part AS
        SELECT f.source_uuid AS source, i.rid, f.day, f.namespace, f.pod_label,
               max(f.node) AS node, max(f.cost_category_id) AS category,
               sum(f.pod_effective_usage_{unit}_hours)
                   / nullif(max(f.node_capacity_{unit}_hours), 0) AS share
        FROM rid_instance i JOIN fact f ON f.resource_id = i.id GROUP BY ALL""")
    case.sql(f"""CREATE OR REPLACE TEMP VIEW rule_c AS
        WITH counted AS (SELECT source, rid, day, count(*) AS n FROM instance_part GROUP BY ALL)
        SELECT k.source, l.day, 'Pod' AS data_source, p.namespace, p.node,
               CAST(NULL AS VARCHAR) AS claim, CAST(NULL AS VARCHAR) AS volume,
               CAST(NULL AS VARCHAR) AS class, NULL AS direction, l.key, p.pod_label AS label,
               l.tag, p.category, l.usage_amount / n.n AS usage_amount, {costs('p.share')}
        FROM kept k JOIN line l USING (line)
        LEFT JOIN capacity c ON c.source = k.source AND c.resource_id = l.resource_id
         AND c.day = l.day
        JOIN instance_part p ON p.source = k.source AND p.rid = l.resource_id AND p.day = l.day
        JOIN counted n ON n.source = k.source AND n.rid = l.resource_id AND n.day = l.day
        WHERE k.by_id AND l.midnight AND l.direction IS NULL AND c.gib IS NULL""")
    case.sql(f"""CREATE OR REPLACE TEMP VIEW rule_e AS
        WITH node AS (
            SELECT DISTINCT f.source_uuid AS source, i.rid, f.day, f.node
            FROM rid_instance i JOIN fact f ON f.resource_id = i.id WHERE f.data_source = 'Pod')
        SELECT k.source, l.day, 'Pod' AS data_source, 'Network unattributed' AS namespace, n.node,
               CAST(NULL AS VARCHAR) AS claim, CAST(NULL AS VARCHAR) AS volume,
               CAST(NULL AS VARCHAR) AS class, l.direction, l.bare_key AS key,
               CAST(-1 AS BIGINT) AS label, l.tag, CAST(NULL AS INTEGER) AS category,
               l.usage_amount, {costs('1.0')}
        FROM kept k JOIN line l USING (line)
        JOIN node n ON n.source = k.source AND n.rid = l.resource_id AND n.day = l.day
        WHERE k.by_id AND l.midnight AND l.direction IS NOT NULL""")


def make_tagged(case):
    """Rule d. A match is worked out once for each (tag text, pieces)."""
    case.sql("""CREATE OR REPLACE TEMP TABLE tag_line AS
        WITH together AS (
            SELECT line, list_sort(list_distinct(flatten(list(pieces)))) AS pieces
            FROM kept WHERE NOT by_id GROUP BY line)
        SELECT k.source, k.line, l.tag, l.day, k.pieces, t.pieces AS all_pieces
        FROM kept k JOIN line l USING (line) JOIN together t USING (line)
        WHERE NOT k.by_id AND l.midnight""")
    case.sql("""CREATE OR REPLACE TEMP TABLE test AS
        SELECT row_number() OVER () AS test, tag, pieces FROM (
            SELECT tag, pieces FROM tag_line UNION SELECT tag, all_pieces FROM tag_line)""")
    case.sql("""CREATE OR REPLACE TEMP TABLE piece AS
        SELECT DISTINCT test, replace(unnest(pieces), ' ', '') AS piece FROM test""")
    rows = f"""(SELECT * FROM fact WHERE namespace NOT IN {SYNTHETIC})"""
    case.sql(f"""CREATE OR REPLACE TEMP TABLE tag_row AS
        WITH labelled AS (
            SELECT DISTINCT p.test, t.label
            FROM (SELECT DISTINCT piece FROM piece) d JOIN label_text t ON contains(t.text, d.piece)
            JOIN piece p ON p.piece = d.piece)
        SELECT t.test, f.row FROM test t JOIN tag_text x USING (tag)
          JOIN {rows} f ON f.namespace = x.project
        UNION SELECT t.test, f.row FROM test t JOIN tag_text x USING (tag)
          JOIN {rows} f ON f.node = x.node
        UNION SELECT t.test, f.row FROM test t JOIN tag_text x USING (tag)
          JOIN {rows} f ON f.cluster_alias = x.cluster
        UNION SELECT t.test, f.row FROM test t JOIN tag_text x USING (tag)
          JOIN {rows} f ON f.cluster_id = x.cluster
        UNION SELECT l.test, f.row FROM labelled l JOIN {rows} f ON f.pod_label = l.label
        UNION SELECT l.test, f.row FROM labelled l JOIN {rows} f ON f.volume_label = l.label""")
    case.sql(f"""CREATE OR REPLACE TEMP VIEW rule_d AS
        WITH part AS (
            SELECT r.test, f.source_uuid AS source, f.day, f.namespace, f.data_source,
                   max(f.node) AS node, nullif(max(f.persistentvolumeclaim), '') AS claim,
                   nullif(max(f.persistentvolume), '') AS volume,
                   nullif(max(f.storageclass), '') AS class, max(f.cost_category_id) AS category,
                   max(f.pod_labels) AS pod_text, max(f.volume_labels) AS volume_text
            FROM tag_row r JOIN fact f USING (row) GROUP BY ALL),
        counted AS (SELECT test, source, day, count(*) AS n FROM part GROUP BY ALL),
        shared AS (SELECT test, day, count(DISTINCT source) AS n FROM part GROUP BY ALL)
        SELECT k.source, l.day, p.data_source, p.namespace, p.node, p.claim, p.volume, p.class,
               NULL AS direction, l.key, t.label, l.tag, p.category,
               l.usage_amount / (n.n * coalesce(s.n, 1)) AS usage_amount,
               {costs('(1.0 / (n.n * coalesce(s.n, 1)))')}
        FROM tag_line k JOIN line l USING (line)
        JOIN test mine ON mine.tag = k.tag AND mine.pieces = k.pieces
        JOIN test every ON every.tag = k.tag AND every.pieces = k.all_pieces
        JOIN part p ON p.test = mine.test AND p.source = k.source AND p.day = k.day
        JOIN counted n ON n.test = mine.test AND n.source = k.source AND n.day = k.day
        LEFT JOIN shared s ON s.test = every.test AND s.day = k.day
        LEFT JOIN label_text t ON t.text = coalesce(p.pod_text, p.volume_text)""")


def write_result(case, final, out):
    """Step 4: the final grouping."""
    settings = case.settings
    rules = " UNION ALL ".join(f"FROM rule_{rule}" for rule in "abcde")
    sums = ", ".join(f"sum({name}) AS {name}" for name in ["usage_amount", *MONEY])
    case.sql(f"""CREATE OR REPLACE TEMP TABLE tags AS
        WITH pair AS (SELECT DISTINCT label, tag FROM ({rules})
                      WHERE label IS NOT NULL AND tag IS NOT NULL),
        text AS (
            SELECT p.label, p.tag,
                   CASE WHEN t.text IS NOT NULL THEN {final.printed('l', 't')} END AS tags
            FROM pair p JOIN tag_text t ON t.tag = p.tag
            LEFT JOIN label_text l ON l.label = p.label)
        SELECT *, CASE WHEN tags IS NOT NULL THEN dense_rank() OVER (ORDER BY tags) END AS tags_id
        FROM text""")
    insert(case, "alias", "account_id VARCHAR, id INTEGER", settings["account_aliases"])
    insert(case, "identity", "source VARCHAR, cluster_id VARCHAR, cluster_alias VARCHAR, "
           "report_period_id INTEGER", [[c["source"], c["cluster_id"], c["cluster_alias"],
                                         c["report_period_id"]] for c in settings["clusters"]])
    group = ("source, day, data_source, namespace, node, claim, volume, class, direction, key, "
             "tags_id, category")
    money = ", ".join(f"{m} AS {m}, {m} * {float(settings['markup'])!r} AS {k}"
                      for m, k in zip(MONEY, MARKUP))
    moved = ", ".join(
        f"CASE WHEN direction = '{d}' THEN f.usage_amount ELSE 0.0 END "
        f"AS infrastructure_data_{n}_gigabytes"
        for d, n in (("IN", "in"), ("OUT", "out")))
    folder = pathlib.Path(out) / "reporting_ocpawscostlineitem_project_daily_summary_p"
    folder.mkdir(parents=True, exist_ok=True)
    case.sql(f"""COPY (
        WITH final AS (
            SELECT f.source, f.day, data_source, namespace, node, claim, volume, class, direction,
                   key, tags_id, category, {sums}, any_value(t.tags) AS tags
            FROM ({rules}) f LEFT JOIN tags t ON t.label = f.label AND t.tag = f.tag
            GROUP BY {group})
        SELECT CAST(uuid() AS VARCHAR) AS uuid, i.report_period_id, i.cluster_id, i.cluster_alias,
               data_source, namespace, node,
               claim AS persistentvolumeclaim, volume AS persistentvolume, class AS storageclass,
               tags AS pod_labels, k.resource_id, day AS usage_start, day AS usage_end,
               CAST({settings['bill_id']} AS INTEGER) AS cost_entry_bill_id,
               coalesce(k.product_code, '') AS product_code, k.product_family, k.instance_type,
               coalesce(k.usage_account_id, '') AS usage_account_id, a.id AS account_alias_id,
               k.availability_zone, k.region, k.unit, f.usage_amount, {moved},
               CAST(direction AS VARCHAR) AS data_transfer_direction, k.currency_code, {money},
               tags, k.aws_cost_category, CAST(category AS INTEGER) AS cost_category_id,
               {quoted(settings['aws']['source'])} AS source_uuid
        FROM final f JOIN line_key k USING (key) JOIN identity i ON i.source = f.source
        LEFT JOIN alias a ON a.account_id = k.usage_account_id
        ) TO {quoted(str(folder / '0.parquet'))} (FORMAT parquet)""")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case")
    parser.add_argument("out")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--hourly-only", action="store_true")
    arguments = parser.parse_args()
    case = Case(arguments.case, arguments.threads, arguments.hourly_only)
    duckdb_usage.run(case, arguments.out, True)
    case.sql("ALTER TABLE summary RENAME usage_start TO day")
    final = FinalKeys(case)
    make_bill(case)
    make_keys(case)
    make_texts(case, final)
    make_kept(case)
    make_capacity(case)
    make_disks(case)
    make_instances(case)
    make_tagged(case)
    write_result(case, final, arguments.out)


if __name__ == "__main__":
    main()
