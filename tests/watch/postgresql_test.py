"""Changes with PostgreSQL as the output."""

import unittest

from estate import DAYS, EstateTest

from services import postgres

server = None


def setUpModule():
    global server
    server = postgres.Postgres()
    unittest.addModuleCleanup(server.stop)


class PostgresqlTest(EstateTest):
    secrets = (postgres.PASSWORD,)

    def costagg(self, verb, *more, output=None, env=None):
        return super().costagg(verb, *more, output="postgresql:", env=server.variables())

    def marks(self):
        return server.rows("select stage, usage_start, fingerprint from costagg_inputs "
                           "order by 1, 2")

    def test_marks_lie_beside_the_rows(self):
        self.run_changed()
        before = self.marks()
        self.assertEqual(len(before), 2 * len(DAYS))
        self.assert_unchanged()
        self.scale(self.file(DAYS[1]), 2)
        result = self.run_changed()
        self.assertIn(f"start={DAYS[1]} end={DAYS[1]}", result.err)
        after = self.marks()
        changed = [(a["stage"], str(a["usage_start"])) for a, b in zip(after, before) if a != b]
        self.assertEqual(changed, [("cost", d) for d in DAYS] + [("usage", DAYS[1])])
        self.assert_unchanged()
        server.rows("with gone as (delete from costagg_inputs where stage = 'usage' "
                    f"and usage_start = '{DAYS[2]}' returning 1) select count(*) from gone")
        self.assertEqual(self.plan(), [("usage", DAYS[2], DAYS[2])])
