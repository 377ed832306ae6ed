#!/usr/bin/env python3
"""The OpenShift daily summary as DuckDB SQL, to measure against: `duckdb_usage.py CASE OUT`."""

import argparse
import pathlib

from duckdb_case import GIB, NAMESPACE, NODE, OPTIONAL, POD, STORAGE, Case, quoted

SYNTHETIC = ("('Platform unallocated', 'Worker unallocated', 'Network unattributed', "
             "'Storage unattributed')")
HOURS, GIB_HOURS = "/ 3600.0", f"/ 3600.0 * {GIB!r}"
ZERO_COST = '{"cpu": 0.000000000, "memory": 0.000000000, "storage": 0.000000000}'
USES, UNITS = ("usage", "request", "effective_usage"), ("cpu_core", "memory_gigabyte")
CAPACITIES = ["node_capacity_cpu_cores", "node_capacity_cpu_core_hours",
              "node_capacity_memory_gigabytes", "node_capacity_memory_gigabyte_hours",
              "cluster_capacity_cpu_core_hours", "cluster_capacity_memory_gigabyte_hours"]


def make_daily(case, source):
    """Views pod, storage, node_label, namespace_label; False for a missing storage report."""
    def daily(name, report, group, measures):
        if not case.hourly_only and case.view(name, "OCP", report + "_daily", source,
                                              "interval_start", OPTIONAL.get(report, ())):
            return True
        if not case.view(name + "_hourly", "OCP", report, source, "interval_start",
                         OPTIONAL.get(report, ())):
            return False
        case.sql(f"""CREATE OR REPLACE TEMP TABLE {name}_derived AS
            SELECT day, {group}{measures} FROM {name}_hourly GROUP BY day, {group}""")
        case.sql(f"CREATE OR REPLACE TEMP VIEW {name} AS FROM {name}_derived")
        return True

    sums = [f"pod_{w}_{u}" for w in ("usage", "request", "limit")
            for u in ("cpu_core_seconds", "memory_byte_seconds")]
    daily("pod", POD, "namespace, node, pod, pod_labels", "".join(
        [f", sum({name}) AS {name}" for name in sums] +
        [f", sum(greatest(pod_usage_{u}, pod_request_{u})) AS pod_effective_usage_{u}"
         for u in ("cpu_core_seconds", "memory_byte_seconds")] +
        [f", max({name}) AS {name}" for name in ("node_capacity_cpu_cores", "node_role",
                                                  "node_capacity_memory_bytes", "resource_id")]))
    has_storage = daily(
        "storage", STORAGE, "namespace, node, pod, persistentvolumeclaim, persistentvolume, "
        "storageclass, csi_driver, csi_volume_handle, persistentvolume_labels, "
        "persistentvolumeclaim_labels", ", max(persistentvolumeclaim_capacity_bytes) AS "
        "persistentvolumeclaim_capacity_bytes" + "".join(f", sum({n}) AS {n}" for n in (
            "persistentvolumeclaim_capacity_byte_seconds", "volume_request_storage_byte_seconds",
            "persistentvolumeclaim_usage_byte_seconds")))
    for name, report, key in (("node_label", NODE, "node"),
                              ("namespace_label", NAMESPACE, "namespace")):
        if not daily(name, report, f"{key}, {key}_labels", ""):
            case.sql(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT DATE '2000-01-01' AS day, "
                     f"'' AS {key}, '' AS {key}_labels WHERE false")
    return has_storage


def make_label_sets(case, has_storage):
    """label_set(text, id, k0 …): texts that filter to the same set share an id, null has -1."""
    texts = ["SELECT DISTINCT pod_labels AS text FROM pod_group",
             "SELECT DISTINCT node_labels FROM node_label",
             "SELECT DISTINCT namespace_labels FROM namespace_label"]
    if has_storage:
        texts += ["SELECT DISTINCT persistentvolume_labels FROM storage",
                  "SELECT DISTINCT persistentvolumeclaim_labels FROM storage"]
    keys = ", ".join(f"k{n}" for n in range(len(case.keys))) or "none"
    case.sql(f"""CREATE OR REPLACE TEMP TABLE label_set AS
        SELECT text, CASE WHEN text IS NULL THEN -1 ELSE
               dense_rank() OVER (ORDER BY {keys}) END AS id, {keys}
        FROM (SELECT text, {case.parsed('text')} FROM ({' UNION '.join(texts)}))""")
    case.sql("CREATE OR REPLACE TEMP TABLE label_keys AS "
             f"SELECT DISTINCT id, {keys} FROM label_set")
    for name, key in (("node", "node"), ("namespace", "namespace")):
        case.sql(f"""CREATE OR REPLACE TEMP TABLE {name}_side AS
            SELECT DISTINCT l.{key}, l.day, s.id FROM {name}_label l
            JOIN label_set s ON s.text IS NOT DISTINCT FROM l.{key}_labels""")


def make_pod_rows(case, source):
    """pod_row: grouped by (day, namespace, node, merged labels)."""
    effective = {u: f"coalesce(pod_effective_usage_{u}, CASE WHEN pod_usage_{u} IS NULL OR "
                    f"pod_request_{u} IS NULL THEN NULL ELSE greatest(pod_usage_{u}, "
                    f"pod_request_{u}) END)" for u in ("cpu_core_seconds", "memory_byte_seconds")}
    case.sql(f"""CREATE OR REPLACE TEMP TABLE pod_group AS
        SELECT day, namespace, node, pod_labels, max(resource_id) AS resource_id,
               sum(pod_usage_cpu_core_seconds) AS cpu_usage,
               sum(pod_request_cpu_core_seconds) AS cpu_request,
               sum({effective['cpu_core_seconds']}) AS cpu_effective,
               sum(pod_limit_cpu_core_seconds) AS cpu_limit,
               sum(pod_usage_memory_byte_seconds) AS memory_usage,
               sum(pod_request_memory_byte_seconds) AS memory_request,
               sum({effective['memory_byte_seconds']}) AS memory_effective,
               sum(pod_limit_memory_byte_seconds) AS memory_limit,
               max(node_capacity_cpu_cores) AS cores, max(node_capacity_memory_bytes) AS bytes
        FROM pod WHERE node <> '' GROUP BY ALL""")
    if case.view("capacity_hourly", "OCP", POD, source, "interval_start"):
        case.sql(f"""CREATE OR REPLACE TEMP TABLE node_capacity AS
            SELECT node, CAST(interval_start AS DATE) AS day, sum(cpu) {HOURS} AS cpu,
                   sum(memory) {GIB_HOURS} AS memory
            FROM (SELECT interval_start, node, max(node_capacity_cpu_core_seconds) AS cpu,
                         max(node_capacity_memory_byte_seconds) AS memory
                  FROM capacity_hourly GROUP BY ALL) GROUP BY ALL""")
    else:
        case.sql("CREATE OR REPLACE TEMP TABLE node_capacity (node VARCHAR, day DATE, cpu DOUBLE, "
                 "memory DOUBLE)")
    case.sql("""CREATE OR REPLACE TEMP TABLE cluster_capacity AS
        SELECT day, sum(cpu) AS cpu, sum(memory) AS memory FROM node_capacity GROUP BY ALL""")


def make_namespace_category(case):
    """namespace_category(namespace, matches ≥ 1, id)"""
    case.sql("""CREATE OR REPLACE TEMP TABLE namespace_category AS
        SELECT namespace, greatest(count(c.id), 1) AS matches, max(c.id) AS id
        FROM (SELECT DISTINCT namespace FROM pod_group
              UNION SELECT 'Platform unallocated' UNION SELECT 'Worker unallocated') n
        LEFT JOIN category c ON n.namespace LIKE c.pattern GROUP BY namespace""")


def fold_pod_rows(case):
    case.sql(f"""CREATE OR REPLACE TEMP TABLE pod_row AS
        WITH fact AS (
            SELECT g.*, s.id AS own, n.id AS node_set, m.id AS namespace_set
            FROM pod_group g
            JOIN label_set s ON s.text IS NOT DISTINCT FROM g.pod_labels
            LEFT JOIN node_side n ON n.node = g.node AND n.day = g.day
            LEFT JOIN namespace_side m ON m.namespace = g.namespace AND m.day = g.day),
        combination AS (
            SELECT c.*, CASE WHEN own >= 0 THEN {case.printed('n', 'm', 's')} END AS merged
            FROM (SELECT DISTINCT own, node_set, namespace_set FROM fact) c
            LEFT JOIN label_keys s ON s.id = c.own
            LEFT JOIN label_keys n ON n.id = c.node_set
            LEFT JOIN label_keys m ON m.id = c.namespace_set),
        merge AS (
            SELECT f.* EXCLUDE (pod_labels, own, node_set, namespace_set), c.merged
            FROM fact f JOIN combination c ON c.own = f.own
             AND c.node_set IS NOT DISTINCT FROM f.node_set
             AND c.namespace_set IS NOT DISTINCT FROM f.namespace_set),
        folded AS (
            SELECT day, namespace, node, merged, max(resource_id) AS resource_id,
                   sum(cpu_usage) {HOURS} AS cpu_usage, sum(cpu_request) {HOURS} AS cpu_request,
                   sum(cpu_effective) {HOURS} AS cpu_effective, sum(cpu_limit) {HOURS} AS cpu_limit,
                   sum(memory_usage) {GIB_HOURS} AS memory_usage,
                   sum(memory_request) {GIB_HOURS} AS memory_request,
                   sum(memory_effective) {GIB_HOURS} AS memory_effective,
                   sum(memory_limit) {GIB_HOURS} AS memory_limit,
                   max(cores) AS cores, max(bytes) * {GIB!r} AS bytes
            FROM merge GROUP BY ALL)
        SELECT f.day, f.namespace, f.node, f.resource_id, f.merged AS pod_labels,
               f.cpu_usage * c.matches AS pod_usage_cpu_core_hours,
               f.cpu_request * c.matches AS pod_request_cpu_core_hours,
               f.cpu_effective * c.matches AS pod_effective_usage_cpu_core_hours,
               f.cpu_limit * c.matches AS pod_limit_cpu_core_hours,
               f.memory_usage * c.matches AS pod_usage_memory_gigabyte_hours,
               f.memory_request * c.matches AS pod_request_memory_gigabyte_hours,
               f.memory_effective * c.matches AS pod_effective_usage_memory_gigabyte_hours,
               f.memory_limit * c.matches AS pod_limit_memory_gigabyte_hours,
               f.cores AS node_capacity_cpu_cores, n.cpu AS node_capacity_cpu_core_hours,
               f.bytes AS node_capacity_memory_gigabytes,
               n.memory AS node_capacity_memory_gigabyte_hours,
               t.cpu AS cluster_capacity_cpu_core_hours,
               t.memory AS cluster_capacity_memory_gigabyte_hours, c.id AS cost_category_id
        FROM folded f
        JOIN namespace_category c ON c.namespace IS NOT DISTINCT FROM f.namespace
        LEFT JOIN node_capacity n ON n.node = f.node AND n.day = f.day
        LEFT JOIN cluster_capacity t ON t.day = f.day""")


def make_unallocated(case):
    """unallocated: what is left of each node and day."""
    rest = ", ".join(f"max(node_capacity_{unit}_hours) - sum(pod_{what}_{unit}_hours) "
                     f"AS pod_{what}_{unit}_hours" for what in USES for unit in UNITS)
    case.sql(f"""CREATE OR REPLACE TEMP TABLE unallocated AS
        WITH folded AS (
            SELECT p.node, p.day, max(p.resource_id) AS resource_id,
                   max(r.role) AS role, {rest},
                   {', '.join(f'max({n}) AS {n}' for n in CAPACITIES)}
            FROM pod_row p
            LEFT JOIN node_role r ON r.node = p.node AND r.resource_id = p.resource_id
            WHERE p.namespace IS NULL OR p.namespace NOT IN {SYNTHETIC} GROUP BY p.node, p.day),
        named AS (SELECT * EXCLUDE role, CASE role WHEN 'worker' THEN 'Worker unallocated'
                  WHEN 'master' THEN 'Platform unallocated' WHEN 'infra' THEN 'Platform unallocated'
                  END AS namespace FROM folded)
        SELECT n.*, c.id AS cost_category_id FROM named n
        LEFT JOIN category c ON n.namespace LIKE c.pattern""")


def make_storage_rows(case):
    months = f"/ {86400.0 * case.month_days!r} * {GIB!r}"
    case.sql("""CREATE OR REPLACE TEMP TABLE claim_place AS
        SELECT DISTINCT s.day, s.persistentvolumeclaim, s.persistentvolume, s.pod, s.namespace,
               p.node, p.resource_id
        FROM storage s JOIN (SELECT DISTINCT namespace, pod, day, node, resource_id FROM pod) p
          ON p.namespace = s.namespace AND p.pod = s.pod AND p.day = s.day""")
    case.sql(f"""CREATE OR REPLACE TEMP TABLE storage_row AS
        WITH nodes AS (SELECT day, persistentvolume, count(DISTINCT node) AS n
                       FROM claim_place GROUP BY ALL),
        fact AS (
            SELECT s.*, f.node AS found_node, f.resource_id, pv.id AS pv_set, pvc.id AS pvc_set,
                   v.n AS node_count, c.id AS category, n.id AS node_set, m.id AS namespace_set
            FROM storage s
            JOIN label_set pv ON pv.text IS NOT DISTINCT FROM s.persistentvolume_labels
            JOIN label_set pvc ON pvc.text IS NOT DISTINCT FROM s.persistentvolumeclaim_labels
            LEFT JOIN claim_place f ON f.day = s.day AND f.namespace = s.namespace AND
                 f.persistentvolumeclaim = s.persistentvolumeclaim AND f.pod = s.pod
            LEFT JOIN nodes v ON v.day = s.day AND v.persistentvolume = s.persistentvolume
            LEFT JOIN node_side n ON n.node = f.node AND n.day = s.day
            LEFT JOIN namespace_side m ON m.namespace = s.namespace AND m.day = s.day
            LEFT JOIN category c ON s.namespace LIKE c.pattern),
        combination AS (
            SELECT c.*, CASE WHEN pv_set >= 0 AND pvc_set >= 0
                        THEN {case.printed('n', 'm', 'v', 'w')} END AS merged
            FROM (SELECT DISTINCT pv_set, pvc_set, node_set, namespace_set FROM fact) c
            LEFT JOIN label_keys v ON v.id = c.pv_set
            LEFT JOIN label_keys w ON w.id = c.pvc_set
            LEFT JOIN label_keys n ON n.id = c.node_set
            LEFT JOIN label_keys m ON m.id = c.namespace_set)
        SELECT f.day, f.namespace, f.found_node AS node, f.resource_id, f.persistentvolumeclaim,
               f.persistentvolume, f.storageclass, f.csi_volume_handle, c.merged AS volume_labels,
               max(persistentvolumeclaim_capacity_bytes) * {GIB!r}
                   AS persistentvolumeclaim_capacity_gigabyte,
               sum(persistentvolumeclaim_capacity_byte_seconds) {months}
                   AS persistentvolumeclaim_capacity_gigabyte_months,
               sum(volume_request_storage_byte_seconds) / nullif(max(node_count), 0) {months}
                   AS volume_request_storage_gigabyte_months,
               sum(persistentvolumeclaim_usage_byte_seconds) / nullif(max(node_count), 0) {months}
                   AS persistentvolumeclaim_usage_gigabyte_months,
               max(category) AS cost_category_id
        FROM fact f JOIN combination c ON c.pv_set = f.pv_set AND c.pvc_set = f.pvc_set
         AND c.node_set IS NOT DISTINCT FROM f.node_set
         AND c.namespace_set IS NOT DISTINCT FROM f.namespace_set
        GROUP BY ALL""")


def make_roles(case):
    """node_role(node, resource_id, role), of all clusters together."""
    case.sql("CREATE OR REPLACE TEMP TABLE node_role "
             "(node VARCHAR, resource_id VARCHAR, role VARCHAR)")
    given = case.settings["node_roles"]
    if given is not None:
        for node, resource_id, role in given:
            case.connection.execute("INSERT INTO node_role VALUES (?, ?, ?)",
                                    [node, resource_id, role])
    else:
        for cluster in case.settings["clusters"]:
            make_daily(case, cluster["source"])
            case.sql("""INSERT INTO node_role
                WITH labels AS (
                    SELECT node, bool_or(coalesce(node_labels LIKE
                           '%"node_role_kubernetes_io": "infra"%', false)) AS infra
                    FROM node_label GROUP BY node)
                SELECT p.node, resource_id, coalesce(max(node_role),
                       CASE WHEN bool_or(coalesce(namespace = 'openshift-kube-apiserver', false))
                            THEN 'master' WHEN any_value(infra) THEN 'infra' ELSE 'worker' END)
                FROM pod p JOIN labels l ON l.node = p.node GROUP BY ALL""")
    case.sql("""CREATE OR REPLACE TEMP TABLE node_role AS
        SELECT node, resource_id, max(role) AS role FROM node_role GROUP BY ALL""")


COLUMNS = """report_period_id INTEGER, cluster_id VARCHAR, cluster_alias VARCHAR,
    data_source VARCHAR, usage_start DATE, usage_end DATE, namespace VARCHAR, node VARCHAR,
    resource_id VARCHAR, pod_labels VARCHAR, pod_usage_cpu_core_hours DOUBLE,
    pod_request_cpu_core_hours DOUBLE, pod_effective_usage_cpu_core_hours DOUBLE,
    pod_limit_cpu_core_hours DOUBLE, pod_usage_memory_gigabyte_hours DOUBLE,
    pod_request_memory_gigabyte_hours DOUBLE, pod_effective_usage_memory_gigabyte_hours DOUBLE,
    pod_limit_memory_gigabyte_hours DOUBLE, node_capacity_cpu_cores DOUBLE,
    node_capacity_cpu_core_hours DOUBLE, node_capacity_memory_gigabytes DOUBLE,
    node_capacity_memory_gigabyte_hours DOUBLE, cluster_capacity_cpu_core_hours DOUBLE,
    cluster_capacity_memory_gigabyte_hours DOUBLE, persistentvolumeclaim VARCHAR,
    persistentvolume VARCHAR, storageclass VARCHAR, volume_labels VARCHAR, all_labels VARCHAR,
    persistentvolumeclaim_capacity_gigabyte DOUBLE,
    persistentvolumeclaim_capacity_gigabyte_months DOUBLE,
    volume_request_storage_gigabyte_months DOUBLE,
    persistentvolumeclaim_usage_gigabyte_months DOUBLE, source_uuid VARCHAR,
    infrastructure_usage_cost VARCHAR, cost_category_id INTEGER, csi_volume_handle VARCHAR"""
TYPES = dict(part.split() for part in COLUMNS.split(","))


def add_rows(case, cluster, table, data_source, extra):
    """Appends the rows of `table` to the summary."""
    have = {row[0] for row in case.sql(f"DESCRIBE {table}").fetchall()}
    fixed = {"report_period_id": str(cluster["report_period_id"]),
             "cluster_id": quoted(cluster["cluster_id"]),
             "cluster_alias": quoted(cluster["cluster_alias"]), "data_source": quoted(data_source),
             "usage_start": "day", "usage_end": "day", "source_uuid": quoted(cluster["source"]),
             **extra}
    values = ", ".join(
        f"CAST({fixed.get(name) or (name if name in have else 'NULL')} AS {kind}) AS {name}"
        for name, kind in TYPES.items())
    return f"SELECT {values} FROM {table}"


def summarise(case, cluster, target):
    """One cluster's rows: into a table of DuckDB, or straight to a Parquet file."""
    has_storage = make_daily(case, cluster["source"])
    make_pod_rows(case, cluster["source"])
    make_label_sets(case, has_storage)
    make_namespace_category(case)
    fold_pod_rows(case)
    make_unallocated(case)
    zero = quoted(ZERO_COST)
    parts = [add_rows(case, cluster, "pod_row", "Pod", {
                 "all_labels": "coalesce(pod_labels, '{}')", "infrastructure_usage_cost": zero}),
             add_rows(case, cluster, "unallocated", "Pod", {"all_labels": "'{}'"})]
    if has_storage:
        make_storage_rows(case)
        parts.append(add_rows(case, cluster, "storage_row", "Storage", {
            "all_labels": "coalesce(volume_labels, '{}')", "infrastructure_usage_cost": zero}))
    target(" UNION ALL ".join(parts))
    for table in ("pod_group", "pod_row", "storage_row", "unallocated", "label_set"):
        case.sql(f"DROP TABLE IF EXISTS {table}")


def run(case, out, keep):
    """All clusters. With `keep` the rows also stay in the table `summary`, for the bill."""
    case.make_categories()
    make_roles(case)
    folder = pathlib.Path(out) / "reporting_ocpusagelineitem_daily_summary"
    folder.mkdir(parents=True, exist_ok=True)
    if keep:
        case.sql(f"CREATE OR REPLACE TEMP TABLE summary ({COLUMNS})")
    for number, cluster in enumerate(case.settings["clusters"]):
        file = quoted(str(folder / f"{number}.parquet"))

        def write(query):
            if keep:
                case.sql(f"INSERT INTO summary {query}")
                query = f"FROM summary WHERE source_uuid = {quoted(cluster['source'])}"
            case.sql(f"COPY (SELECT CAST(uuid() AS VARCHAR) AS uuid, * EXCLUDE csi_volume_handle "
                     f"FROM ({query})) TO {file} "
                     "(FORMAT parquet)")

        summarise(case, cluster, write)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case")
    parser.add_argument("out")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--hourly-only", action="store_true")
    arguments = parser.parse_args()
    run(Case(arguments.case, arguments.threads, arguments.hourly_only), arguments.out, False)


if __name__ == "__main__":
    main()
