"""The least a role needs: deploy/postgresql/role.sql is enough for a run, and gives no more."""

import datetime
import subprocess
import unittest

from harness import cases, program
from services import postgres

SQL = program.ROOT / "deploy/postgresql"


class LeastPrivilege(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Postgres()
        cls.addClassCleanup(cls.server.stop)
        cls.case = cases.Case("case-01")
        # The owner of the schema makes the tables, by a run of its own.
        cls.run_as("costs", {0})
        cls.server.sql("create table public.payroll (who text)", user="costs")
        cls.script("role.sql", "-v", "role=costagg")
        cls.server.sql(f"alter role costagg password '{postgres.PASSWORD}'")

    @classmethod
    def script(cls, name, *options):
        subprocess.run([postgres.tool("psql"), "-X", "-q", "-v", "schema=public", *options, "-f",
                        SQL / name], check=True, env={"PATH": "/usr/bin:/bin",
                                                      **cls.server.variables("super")},
                       stdout=subprocess.DEVNULL)

    @classmethod
    def run_as(cls, user, statuses, *arguments):
        result = cls.case.run("--output", "postgresql:", *arguments,
                              env=cls.server.variables(user))
        if result.status not in statuses:
            raise AssertionError(str(result))
        return result

    def refused(self, statement):
        with self.assertRaises(RuntimeError) as caught:
            self.server.sql(statement, user="costagg")
        self.assertRegex(str(caught.exception), "permission denied|must be owner")

    def test_it_is_enough_for_a_run(self):
        before = self.server.rows("select count(*) as n from reporting_ocpusagelineitem_daily_summary")
        self.run_as("costagg", {0})
        after = self.server.rows("select count(*) as n from reporting_ocpusagelineitem_daily_summary")
        self.assertEqual(before, after)
        self.assertNotEqual(after[0]["n"], "0")

    def test_it_is_enough_for_check(self):
        result = program.run("check", "-c", self.case.config, "--output", "postgresql:",
                             cwd=self.case.path, env=self.server.variables("costagg"))
        self.assertEqual(result.status, 0, f"\n{result}")

    def test_it_gives_no_more(self):
        self.refused("select * from payroll")
        self.refused("truncate reporting_ocpusagelineitem_daily_summary")
        self.refused("drop table reporting_ocpusagelineitem_daily_summary")
        self.refused("update reporting_ocpusagelineitem_daily_summary set node = ''")
        self.refused("create table public.mine (x int)")
        self.refused("create role another")

    def test_granting_again_changes_nothing(self):
        rights = "select count(*) as n from information_schema.role_table_grants " \
                 "where grantee = 'costagg'"
        before = self.server.rows(rights)
        self.script("role.sql", "-v", "role=costagg")
        self.assertEqual(self.server.rows(rights), before)

    def test_partitions_of_coming_months_are_made_by_the_owner(self):
        self.script("partitions.sql")
        self.script("partitions.sql")
        month = datetime.date.today().replace(day=1)
        name = f"reporting_ocpusagelineitem_daily_summary_{month:%Y_%m}"
        self.assertEqual(self.server.sql(f"select to_regclass('{name}') is not null"), "t\n")
