"""Tables in upstream's shape: further columns, monthly partitions and a default one, indexes."""

import pathlib
import sys

import pyarrow as pa

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "compare"))

import results

JSON = {"pod_labels", "volume_labels", "all_labels", "infrastructure_usage_cost", "tags",
        "aws_cost_category", "infrastructure_monthly_cost_json",
        "infrastructure_project_monthly_cost", "supplementary_usage_cost",
        "supplementary_monthly_cost_json", "supplementary_project_monthly_cost"}


def column_type(field):
    if field.name == "source_uuid":
        return "uuid"
    if field.name in JSON:
        return "jsonb"
    if pa.types.is_decimal(field.type):
        return f"numeric({field.type.precision},{field.type.scale})"
    if pa.types.is_floating(field.type):
        return "double precision"
    if pa.types.is_integer(field.type):
        return "integer"
    if pa.types.is_date(field.type):
        return "date"
    return "text"


def create(server, schema, case, table):
    """The table with every column that upstream has, a partition for the month, indexes."""
    columns = ", ".join(
        f"{field.name} {column_type(field)}"
        + (" not null" if field.name in ("usage_start", "usage_end") else "")
        for field in results.schema_of(case, table))
    month = min(row["usage_start"] for row in results.rows_of(case, table)).replace(day=1)
    following = (month.replace(day=28) + (month.replace(day=5) - month)).replace(day=1)
    short = "usage" if table == results.USAGE else "cost"
    server.sql(f"""
        create table {schema}.{table} (
            uuid uuid not null default gen_random_uuid(), {columns},
            primary key (usage_start, uuid)) partition by range (usage_start);
        create table {schema}.{table}_default partition of {schema}.{table} default;
        create table {schema}.{table}_{month:%Y_%m} partition of {schema}.{table}
            for values from ('{month}') to ('{following}');
        create index {short}_namespace on {schema}.{table} (namespace);
        create index {short}_source on {schema}.{table} (source_uuid, usage_start);
        create index {short}_labels on {schema}.{table} using gin (pod_labels);
        grant all on all tables in schema {schema} to costs;
        alter table {schema}.{table} owner to costs;
        alter table {schema}.{table}_default owner to costs;
        alter table {schema}.{table}_{month:%Y_%m} owner to costs;
    """)


def fill(server, schema, case, table):
    """The recorded rows, as upstream would have written them."""
    names, lines = results.copy_lines(case, table, results.rows_of(case, table))
    server.sql(f"copy {schema}.{table} ({', '.join(names)}) from stdin (format csv);\n"
               f"{lines}\n\\.\n")
