"""The playbook of docs/cut-over.md, played against a real PostgreSQL with upstream's tables.

Upstream's rows are live. This program writes a shadow schema beside them, the two are compared,
planted discrepancies are found and named, the flag is switched, and back.
"""

import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import upstream
from harness import cases, program, verdict
from results import COST, USAGE
from services import postgres

CASE = "case-08"
LIVE, SHADOW = "org1234567", "org1234567_shadow"

server = None


def setUpModule():
    global server
    server = postgres.Postgres()
    unittest.addModuleCleanup(server.stop)


class CutOver(verdict.RunTest):
    secrets = (postgres.PASSWORD,)

    def setUp(self):
        self.place = program.Folder()
        self.addCleanup(self.place.remove)
        self.folder = self.place.path
        self.case = cases.Case(CASE)
        server.sql(f"drop schema if exists {LIVE} cascade; drop schema if exists {SHADOW} cascade;"
                   f"create schema {LIVE} authorization costs;"
                   f"create schema {SHADOW} authorization costs")
        for table in (USAGE, COST):
            upstream.create(server, LIVE, CASE, table)
            upstream.fill(server, LIVE, CASE, table)
        text = re.sub(r"^output:.*$", 'output: ["postgresql:"]', self.case.config.read_text(),
                      flags=re.M)
        text = re.sub(r"^input:.*$", f'input: "{self.case.input}"', text, flags=re.M)
        self.config = self.folder / "costs.yaml"
        self.config.write_text(text + f"postgresql: {{schema: {LIVE}}}\nrollups: false\n")

    def costagg(self, verb, *arguments, **env):
        return program.run(verb, *arguments, "-c", self.config, cwd=self.folder,
                           env={**server.variables(), **env})

    def compare(self, *options):
        return self.costagg("compare", "live", "shadow", *options)

    def differences(self, status=1):
        """(table, cause) → details, as the daily job sees them."""
        result = self.compare("--json", "--metrics-file", "compare.prom")
        self.assertEqual(result.status, status, f"\n{result}")
        found = {}
        for table in json.loads(result.out)["tables"]:
            for cause in table["causes"]:
                found.setdefault((table["table"], cause["cause"]), []).append(cause["detail"])
        return found

    def fingerprint(self, schema, table):
        return server.sql(f"select md5(string_agg(t::text, '' order by t::text)) "
                          f"from {schema}.{table} t")

    def shadow_run(self):
        self.assert_done(self.costagg("run", COSTAGG_OUTPUT_MODE="shadow"))

    def test_a_shadow_run_leaves_the_live_tables_alone_and_agrees_with_them(self):
        before = [self.fingerprint(LIVE, table) for table in (USAGE, COST)]
        self.shadow_run()
        self.assertEqual(before, [self.fingerprint(LIVE, table) for table in (USAGE, COST)])
        self.assertEqual(self.differences(status=0), {})
        self.assertIn("costagg_compare_success 1\n",
                      (self.folder / "compare.prom").read_text())

    def test_the_configuration_file_can_say_shadow_too(self):
        self.config.write_text(self.config.read_text() + "output_mode: shadow\n")
        self.assert_done(self.costagg("run"))
        self.assert_done(self.compare())

    def test_planted_discrepancies_of_every_kind_are_found_and_named(self):
        plants = {
            ("days_missing", COST): f"delete from {LIVE}.{COST} where usage_start = "
                                    f"(select max(usage_start) from {LIVE}.{COST})",
            ("namespace_missing", COST):
                f"delete from {LIVE}.{COST} where namespace = 'openshift-monitoring'",
            ("data_source_missing", USAGE):
                f"delete from {LIVE}.{USAGE} where data_source = 'Storage'",
            ("labels_differ", USAGE):
                f"update {LIVE}.{USAGE} set pod_labels = '{{\"planted\": \"label\"}}' where uuid = "
                f"(select uuid from {LIVE}.{USAGE} where pod_labels <> '{{}}' limit 1)",
            ("scaled", COST): f"update {LIVE}.{COST} set unblended_cost = unblended_cost * 2",
            ("rounding", COST):
                f"update {LIVE}.{COST} set blended_cost = round(blended_cost, 4) "
                "where blended_cost > 0.01",
            ("null_or_value", USAGE):
                f"update {LIVE}.{USAGE} set pod_limit_cpu_core_hours = 0 "
                "where pod_limit_cpu_core_hours is null and data_source = 'Pod'",
            ("null_or_empty", COST):
                f"update {LIVE}.{COST} set storageclass = '' where storageclass is null",
            ("duplicated_rows", COST):
                f"create temp table one as select * from {LIVE}.{COST} "
                "where unblended_cost > 0 limit 1; update one set uuid = gen_random_uuid(); "
                f"insert into {LIVE}.{COST} select * from one",
            ("text_differs", USAGE):
                f"update {LIVE}.{USAGE} set cost_category_id = 99 where cost_category_id = 1",
            ("node_differs", COST):
                f"update {LIVE}.{COST} set node = 'elsewhere' where uuid = (select uuid from "
                f"{LIVE}.{COST} where node is not null and unblended_cost > 0 limit 1)",
        }
        self.shadow_run()
        for (cause, table), plant in plants.items():
            with self.subTest(cause):
                server.sql(plant)
                found = self.differences()
                self.assertIn((table, cause), found)
                self.assertEqual({t for t, _ in found}, {table})
                metrics = (self.folder / "compare.prom").read_text()
                self.assertIn("costagg_compare_success 0\n", metrics)
                self.assertIn(f'cause="{cause}"', metrics)
                server.sql(f"truncate {LIVE}.{table}")
                upstream.fill(server, LIVE, CASE, table)
        self.assertEqual(self.differences(status=0), {})

    def test_a_threshold_lets_known_differences_pass(self):
        self.shadow_run()
        server.sql(f"update {LIVE}.{COST} set currency_code = 'EUR' where uuid in "
                   f"(select uuid from {LIVE}.{COST} where unblended_cost > 0 limit 2)")
        self.assertEqual(self.compare("--max-differences", "1").status, 1)
        self.assert_done(self.compare("--max-differences", "2"))

    def test_the_flag_switches_and_back(self):
        self.shadow_run()
        theirs = [self.fingerprint(LIVE, table) for table in (USAGE, COST)]
        # over: the live tables now hold this program's rows, in upstream's shape
        self.assert_done(self.costagg("run"))
        self.assertNotEqual(theirs, [self.fingerprint(LIVE, table) for table in (USAGE, COST)])
        self.assert_done(self.compare())
        for table in (USAGE, COST):
            self.assertEqual(server.sql(f"select count(*) from {LIVE}.{table}_default"), "0\n")
            self.assertEqual(
                server.sql("select count(*) from pg_indexes where schemaname = "
                           f"'{LIVE}' and tablename = '{table}'"), "4\n")
        self.assertEqual(server.sql(f"select count(distributed_cost) from {LIVE}.{USAGE}"), "0\n")
        ours = [self.fingerprint(LIVE, table) for table in (USAGE, COST)]
        # again: nothing changes
        self.assert_done(self.costagg("run"))
        self.assertEqual(ours, [self.fingerprint(LIVE, table) for table in (USAGE, COST)])
        # and back: the other engine writes its rows again, this program only the shadow
        for table in (USAGE, COST):
            server.sql(f"truncate {LIVE}.{table}")
            upstream.fill(server, LIVE, CASE, table)
        back = [self.fingerprint(LIVE, table) for table in (USAGE, COST)]
        self.shadow_run()
        self.assertEqual(back, [self.fingerprint(LIVE, table) for table in (USAGE, COST)])
        self.assert_done(self.compare())

    def test_schemas_can_be_named_in_locations(self):
        self.shadow_run()
        result = program.run("compare", f"postgresql:?schema={LIVE}",
                             f"{server.url()}?schema={SHADOW}", "--html", "page.html",
                             cwd=self.folder, env=server.variables())
        self.assert_done(result)
        self.assertIn(f"schema={SHADOW}", result.out)
        self.assertNotIn(postgres.PASSWORD, (self.folder / "page.html").read_text())

    def test_the_live_schema_can_be_compared_with_files(self):
        self.assert_done(self.costagg("compare", "live",
                                      f"parquet:{self.case.path / 'expected'}"))

    def test_a_server_that_is_not_there_is_told(self):
        result = program.run("compare", "postgresql://nobody:" + postgres.PASSWORD +
                             "@127.0.0.1:1/costs", "postgresql:", cwd=self.folder,
                             env=server.variables())
        self.assert_refused(result, 69, "127.0.0.1")
