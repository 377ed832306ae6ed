"""Results in a real PostgreSQL: the digits, the transaction, tables that were there before."""

import datetime
import decimal
import signal
import time
import unittest

import pyarrow.parquet as pq

from harness import cases, program, rows
from harness.verdict import RunTest
from services import postgres
from services.process import Server, free_ports

CHOSEN = ("case-01", "case-02", "case-07", "case-17")
SCHEMA = "org1234567"

server = None


def setUpModule():
    global server
    server = postgres.Postgres()
    unittest.addModuleCleanup(server.stop)


PARSERS = {"numeric": decimal.Decimal, "int4": int, "int8": int, "float8": float,
           "date": datetime.date.fromisoformat}


def table_rows(table):
    """A table as the comparison takes it, numbers as the decimals that are stored."""
    columns = server.rows(
        "select column_name, udt_name, numeric_scale from information_schema.columns "
        f"where table_schema = '{SCHEMA}' and table_name = '{table}' order by ordinal_position")
    parse = {c["column_name"]: PARSERS.get(c["udt_name"], str) for c in columns}
    scales = {c["column_name"]: int(c["numeric_scale"]) for c in columns
              if c["udt_name"] == "numeric" and c["numeric_scale"]}
    found = server.rows(f'select * from "{SCHEMA}".{table}')
    return rows.Rows(list(parse), scales,
                     [{k: None if v is None else parse[k](v) for k, v in r.items()}
                      for r in found])


def stored(value, scale):
    """What a NUMERIC column holds of a double: the shortest decimal form, rounded half up."""
    if value is None:
        return None
    unit = decimal.Decimal(1).scaleb(-scale)
    with decimal.localcontext() as context:
        context.prec = 60
        return decimal.Decimal(repr(float(value))).quantize(unit, decimal.ROUND_HALF_UP)


class PostgresqlTest(RunTest):
    """An empty schema for every test."""

    secrets = (postgres.PASSWORD,)

    def setUp(self):
        self.server = server
        self.server.sql(f'drop schema if exists "{SCHEMA}" cascade; '
                        f'create schema "{SCHEMA}" authorization costs')
        self.folder = program.Folder()
        self.addCleanup(self.folder.remove)

    def config(self, case, change=lambda text: text):
        path = self.folder.path / "run.yaml"
        path.write_text(change(case.config.read_text())
                        + f"postgresql: {{schema: {SCHEMA}}}\n")
        return path

    def arguments(self, case, *more, change=lambda text: text):
        return ("run", "-c", self.config(case, change), "--input", case.input,
                "--output", self.server.url(), *more)

    def run_case(self, case, *more, change=lambda text: text, **options):
        return program.run(*self.arguments(case, *more, change=change), **options)

    def content(self):
        return {table: sorted(map(repr, table_rows(table).rows))
                for table in (rows.USAGE, rows.COST)}


class Rows(PostgresqlTest):
    """What the tables hold after a run."""

    def test_rows_are_the_recorded_ones(self):
        for name in CHOSEN:
            with self.subTest(case=name):
                self.setUp()
                case = cases.Case(name)
                self.assert_done(self.run_case(case))
                for table in (rows.USAGE, rows.COST):
                    comparison = rows.Comparison(rows.read_file(case.expected(table)),
                                                 table_rows(table))
                    self.assertFalse(comparison.differences,
                                     table + "\n" + "\n".join(comparison.differences))

    def test_every_digit_follows_from_the_parquet_output(self):
        case = cases.Case("case-02")
        parquet = self.folder.path / "parquet"
        self.assert_done(self.run_case(case, "--output", f"parquet:{parquet}"))
        for table in (rows.USAGE, rows.COST):
            files = sorted((parquet / table).rglob("*.parquet"))
            doubles = {str(r["uuid"]): r for f in files
                       for r in pq.ParquetFile(f).read().to_pylist()}
            held = table_rows(table)
            self.assertEqual(sorted(doubles), sorted(r["uuid"] for r in held.rows))
            for row in held.rows:
                for column, scale in held.scales.items():
                    if column in doubles[row["uuid"]]:
                        self.assertEqual(row[column],
                                         stored(doubles[row["uuid"]][column], scale),
                                         f"{table}.{column} of {row['uuid']}")

    def test_a_second_run_leaves_the_same_rows(self):
        case = cases.Case("case-01")
        self.assert_done(self.run_case(case))
        before = self.content()
        self.assert_done(self.run_case(case))
        self.assertEqual(before, self.content())

    def test_location_by_libpq_environment(self):
        case = cases.Case("case-01")
        self.assert_done(program.run("run", "-c", self.config(case), "--input", case.input,
                                     "--output", "postgresql:", env=self.server.variables()))
        self.assertTrue(self.content()[rows.USAGE])

    def test_rows_of_other_sources_and_days_stay(self):
        case = cases.Case("case-01")
        self.assert_done(self.run_case(case))
        source = case.settings["clusters"][0]["source"]
        other = "11111111-1111-4111-8111-111111111111"
        start = case.settings["start"]
        qualified = f'"{SCHEMA}".{rows.USAGE}'
        self.server.sql(f"""
            insert into {qualified} (uuid, usage_start, usage_end, source_uuid, namespace)
            values (gen_random_uuid(), '{start}', '{start}', '{other}', 'kept: another source'),
                   (gen_random_uuid(), '{start}'::date + 1, '{start}'::date + 1, '{source}',
                    'kept: another day'),
                   (gen_random_uuid(), '{start}', '{start}', '{source}', 'replaced')""")
        self.assert_done(self.run_case(case))
        kept = self.server.sql(f"select namespace from {qualified} where namespace like 'kept%' "
                               "or namespace = 'replaced' order by 1").split("\n")
        self.assertEqual(kept[:-1], ["kept: another day", "kept: another source"])

    def test_tables_that_exist_keep_their_shape(self):
        """As upstream has them: more nullable columns, partitions made by others."""
        case = cases.Case("case-01")
        self.assert_done(self.run_case(case))
        plain = {t: table_rows(t) for t in (rows.USAGE, rows.COST)}
        for table, extra in (
                (rows.USAGE, "infrastructure_raw_cost numeric(33,15), raw_currency text, "
                             "cost_model_rate_type text"),
                (rows.COST, "normalized_usage_amount double precision, pod_cost numeric(30,15)")):
            columns = self.server.sql(
                "select string_agg(format('%I %s', a.attname, format_type(a.atttypid, "
                "a.atttypmod)) || case when a.attnotnull then ' not null' else '' end, ', ' "
                f"order by a.attnum desc) from pg_attribute a where attrelid = "
                f"'\"{SCHEMA}\".{table}'::regclass and attnum > 0").strip()
            first = case.settings["start"][:7] + "-01"
            self.server.sql(f"""
                drop table "{SCHEMA}".{table};
                create table "{SCHEMA}".{table} ({extra}, {columns})
                    partition by range (usage_start);
                create table "{SCHEMA}"."{table}_made_by_others" partition of "{SCHEMA}".{table}
                    for values from ('{first}') to ('{first}'::date + interval '1 month');
                alter table "{SCHEMA}".{table} owner to costs;
                alter table "{SCHEMA}"."{table}_made_by_others" owner to costs""")
        self.assert_done(self.run_case(case))
        for table, before in plain.items():
            after = table_rows(table)
            shared = before.columns
            self.assertEqual(
                sorted(repr([r[c] for c in shared]) for r in before.rows),
                sorted(repr([r[c] for c in shared]) for r in after.rows), table)
            made = self.server.sql(f'select count(*) from "{SCHEMA}"."{table}_made_by_others"')
            self.assertEqual(int(made), len(after.rows), table)

    def test_settings_come_from_the_database(self):
        case = cases.Case("case-01")
        s = case.settings

        def quoted(value):
            return "null" if value is None else "'" + str(value).replace("'", "''") + "'"

        keys = [(k, "true", p) for p, ks in s["enabled_keys"].items() for k in ks]
        keys += [(k, "false", p) for p, ks in s["disabled_keys"].items() for k in ks]
        self.server.sql(f'set search_path to "{SCHEMA}";' + """
            create table reporting_enabledtagkeys (uuid uuid default gen_random_uuid(),
                key varchar(253), enabled boolean, provider_type varchar(50));
            create table reporting_ocp_cost_category_namespace (id serial,
                namespace varchar(50), cost_category_id int, system_default boolean);
            create table reporting_ocp_nodes (uuid uuid default gen_random_uuid(), node text,
                resource_id text, node_role text, node_capacity_cpu_cores numeric);
            create table reporting_awsaccountalias (id int, account_id varchar(50),
                account_alias varchar(63));
            """ + "".join(f"insert into reporting_enabledtagkeys (key, enabled, provider_type) "
                          f"values ({quoted(k)}, {e}, {quoted(p)});" for k, e, p in keys)
            + "".join("insert into reporting_ocp_cost_category_namespace (namespace, "
                      f"cost_category_id) values ({quoted(n)}, {i});"
                      for n, i in s["cost_categories"])
            + "".join("insert into reporting_ocp_nodes (node, resource_id, node_role) values "
                      f"({', '.join(map(quoted, r))});" for r in s["node_roles"] or [])
            + "".join(f"insert into reporting_awsaccountalias (id, account_id) values ({i}, "
                      f"{quoted(a)});" for a, i in s["account_aliases"])
            + f'grant select on all tables in schema "{SCHEMA}" to costs')

        def change(text):
            head, rest = text.split("settings:\n", 1)
            return head + "settings:\n  from: postgresql\nclusters:" + rest.split("clusters:", 1)[1]

        self.assert_done(self.run_case(case, change=change))
        for table in (rows.USAGE, rows.COST):
            comparison = rows.Comparison(rows.read_file(case.expected(table)),
                                         table_rows(table))
            self.assertFalse(comparison.differences, "\n".join(comparison.differences))


class Refusals(PostgresqlTest):
    """What cannot be reached or written is said, with the right status and no secret."""

    def test_wrong_password(self):
        self.refused(self.server.url(password="wrong-s3cret"), (69, 78), "password")

    def test_unknown_host(self):
        self.refused("postgresql://costs@no-such-host.invalid/costs", 69, "no-such-host.invalid")

    def test_refused_connection(self):
        port, = free_ports(1)
        self.refused(self.server.url(port=port), 69, port)

    def test_unknown_database(self):
        self.refused(self.server.url(database="nowhere"), (69, 78), "nowhere")

    def test_missing_schema(self):
        self.server.sql(f'drop schema "{SCHEMA}"')
        self.refused(self.server.url(), (73, 78), SCHEMA)

    def test_no_right_to_write(self):
        case = cases.Case("case-01")
        self.assert_done(self.run_case(case))
        self.server.sql(f'alter table "{SCHEMA}".{rows.USAGE} owner to super; '
                        f'revoke all on all tables in schema "{SCHEMA}" from costs')
        self.refused(self.server.url(), 73, "permission denied")

    def refused(self, url, status, *fragments):
        case = cases.Case("case-01")
        result = program.run("run", "-c", self.config(case), "--input", case.input,
                             "--output", url, timeout=120)
        self.assert_refused(result, status, *fragments)
        self.assertNotIn("wrong-s3cret", result.out + result.err)


class Contention(PostgresqlTest):
    """Another session in the way: wait politely, say so, leave the old rows."""

    def setUp(self):
        super().setUp()
        self.case = cases.Case("case-01")
        self.assert_done(self.run_case(self.case))
        self.before = self.content()

    def locker(self):
        """A session that holds the usage table until it is stopped."""
        sql = (f'begin; lock table "{SCHEMA}".{rows.USAGE} in access exclusive mode; '
               "select pg_sleep(600);")
        session = Server(
            [postgres.tool("psql"), "-X", "-c", sql], self.folder.path / "locker",
            env={**program.environment(), **self.server.variables("super")})
        self.addCleanup(session.stop)
        session.wait_until(lambda: self.server.sql(
            "select 1 from pg_locks where mode = 'AccessExclusiveLock' and granted and relation "
            f"= '\"{SCHEMA}\".{rows.USAGE}'::regclass").strip(), "the lock")
        return session

    def stop_locker(self, session):
        self.server.sql("select pg_terminate_backend(pid) from pg_stat_activity "
                        "where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()")
        session.stop(signal.SIGKILL)

    def blocked_run(self):
        process = program.start(*self.arguments(self.case))
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 60
        query = ("select count(*) from pg_stat_activity where usename = 'costs' "
                 "and wait_event_type = 'Lock'")
        while self.server.sql(query).strip() == "0":
            self.assertIsNone(process.poll(), "the run ended, it should wait for the lock")
            self.assertLess(time.monotonic(), deadline, "the run never came to the lock")
            time.sleep(0.05)
        return process

    def test_lock_timeout_is_try_again(self):
        session = self.locker()
        result = self.run_case(self.case, env={"PGOPTIONS": "-c lock_timeout=700ms"})
        self.assert_refused(result, 75, "lock")
        self.stop_locker(session)
        self.assertEqual(self.before, self.content())

    def test_a_second_run_of_the_same_source_and_month_is_turned_away(self):
        session = self.locker()
        first = self.blocked_run()
        result = self.run_case(self.case, timeout=120)
        self.assert_refused(result, 75, "lock")
        self.stop_locker(session)
        self.assert_done(program.finish(first))
        self.assertEqual(self.before, self.content())

    def test_a_lost_connection_is_try_again_and_leaves_the_old_rows(self):
        session = self.locker()
        run = self.blocked_run()
        self.server.sql("select pg_terminate_backend(pid) from pg_stat_activity "
                        "where usename = 'costs'")
        self.stop_locker(session)
        result = program.finish(run)
        self.assertIn(result.status, (0, 75), f"\n{result}")
        self.assert_no_secret(result)
        self.assertEqual(self.before, self.content())

    def test_interrupted_while_waiting(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(signal=number.name):
                session = self.locker()
                run = self.blocked_run()
                run.send_signal(number)
                result = program.finish(run, timeout=30)
                self.stop_locker(session)
                self.assertEqual(result.status, status, f"\n{result}")
                self.assertEqual(self.before, self.content())

