"""What both DuckDB programs share: a case's settings, its files as views, labels as SQL."""

import calendar
import datetime
import json
import pathlib

import duckdb

POD, STORAGE = "openshift_pod_usage_line_items", "openshift_storage_usage_line_items"
NODE, NAMESPACE = "openshift_node_labels_line_items", "openshift_namespace_labels_line_items"
GIB = 2.0 ** -30
# Columns that the reports may lack.
OPTIONAL = {
    POD: {"resource_id": "VARCHAR", "node_role": "VARCHAR",
          "pod_effective_usage_cpu_core_seconds": "DOUBLE",
          "pod_effective_usage_memory_byte_seconds": "DOUBLE"},
    STORAGE: {"csi_driver": "VARCHAR", "csi_volume_handle": "VARCHAR"},
}


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


class Case:
    def __init__(self, folder, threads, hourly_only=False):
        self.folder = pathlib.Path(folder)
        self.settings = json.loads((self.folder / "settings.json").read_text())
        self.hourly_only = hourly_only
        self.start = datetime.date.fromisoformat(self.settings["start"])
        self.end = datetime.date.fromisoformat(self.settings["end"])
        self.month_days = calendar.monthrange(self.start.year, self.start.month)[1]
        self.connection = duckdb.connect(config={"threads": threads})
        self.sql("SET preserve_insertion_order = false")
        self.sql("SET TimeZone = 'UTC'")
        enabled = self.settings["enabled_keys"]["OCP"]
        # No key enabled: no label at all.
        self.keys = sorted({"vm_kubevirt_io_name", *enabled}) if enabled else []

    def sql(self, statement):
        return self.connection.execute(statement)

    def files(self, provider, report, source):
        root = self.folder / "in/data" / self.settings["org_id"] / provider / report
        found = []
        for month in (f"month={self.start.month:02d}", f"month={self.start.month}"):
            place = root / f"source={source}" / f"year={self.start.year}" / month
            found += [str(path) for path in place.rglob("*.parquet")]
        return sorted(set(found))

    def view(self, name, provider, report, source, time, optional=()):
        """A view of a report's rows in the period; False when there are no files."""
        files = self.files(provider, report, source)
        if not files:
            return False
        listed = "[" + ", ".join(map(quoted, files)) + "]"
        scan = f"read_parquet({listed}, hive_partitioning = false, union_by_name = true)"
        have = {row[0] for row in self.sql(f"DESCRIBE SELECT * FROM {scan}").fetchall()}
        added = "".join(f", CAST(NULL AS {kind}) AS {column}"
                        for column, kind in dict(optional).items() if column not in have)
        following = self.end + datetime.timedelta(days=1)
        self.sql(f"""CREATE OR REPLACE TEMP VIEW {name} AS
            SELECT *{added}, CAST({time} AS DATE) AS day FROM {scan}
            WHERE {time} >= TIMESTAMP '{self.start}' AND {time} < TIMESTAMP '{following}'""")
        return True

    # ---- label sets: one column k0, k1, … for every enabled key ----

    def parsed(self, text):
        """Select list: the enabled keys of a label text."""
        valid = f"CASE WHEN json_valid({text}) THEN {text} END"
        columns = []
        for place, key in enumerate(self.keys):
            pointer = quoted("/" + key.replace("~", "~0").replace("/", "~1"))
            columns.append(f"CASE WHEN json_type({valid}, {pointer}) = 'VARCHAR' "
                           f"THEN json_extract_string({valid}, {pointer}) END AS k{place}")
        return ", ".join(columns) if columns else "NULL AS none"

    def printed(self, *sides):
        """Canonical JSON of merged sets; of `sides`, table aliases, the later one wins."""
        parts = []
        for place, key in enumerate(self.keys):
            value = "coalesce(" + ", ".join(f"{s}.k{place}" for s in reversed(sides)) + ")"
            name = quoted(json.dumps(key, ensure_ascii=False) + ":")
            parts.append(f"CASE WHEN {value} IS NOT NULL THEN {name} || to_json({value}) END")
        inner = "concat_ws(',', " + ", ".join(parts) + ")" if parts else "''"
        return f"'{{' || {inner} || '}}'"

    def make_categories(self):
        """category(namespace pattern, id)"""
        self.sql("CREATE OR REPLACE TEMP TABLE category (pattern VARCHAR, id INTEGER)")
        for pattern, number in self.settings["cost_categories"]:
            self.sql(f"INSERT INTO category VALUES ({quoted(pattern)}, {number})")
