"""Assertions about how a run ended, shared by the tests of errors, faults and services."""

import unittest


class RunTest(unittest.TestCase):
    """A TestCase that knows what a good and a polite bad end look like."""

    secrets = ()

    def assert_done(self, result):
        self.assertEqual(result.status, 0, f"\n{result}")
        self.assert_no_secret(result)
        return result

    def assert_refused(self, result, status, *fragments):
        """It ended with (one of) `status`, and one line of stderr holds every fragment."""
        allowed = (status,) if isinstance(status, int) else status
        self.assertIn(result.status, allowed, f"\n{result}")
        lines = result.err.splitlines()
        found = [line for line in lines
                 if all(f.lower() in line.lower() for f in map(str, fragments))]
        self.assertTrue(found, f"no line of the message names {', '.join(map(str, fragments))}"
                               f"\n{result}")
        self.assertLessEqual(len(lines), 12, f"more than a person wants to read\n{result}")
        self.assert_no_secret(result)
        return result

    def assert_no_secret(self, result):
        for secret in self.secrets:
            self.assertNotIn(secret, result.out + result.err, "a secret was shown")
