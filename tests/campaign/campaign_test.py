"""The crash and fault campaign, short: a few trials of every fault. By hand it runs long:
tests/campaign/trials.py --trials 100."""

import unittest

from harness import program
from campaign.trials import HEAD, Campaign

TRIALS = 2


class Short(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = program.Folder(public=True)
        cls.addClassCleanup(cls.folder.remove)
        cls.campaign = Campaign(cls.folder.path, copies=3)
        cls.addClassCleanup(cls.campaign.close)

    def part(self, name):
        print(HEAD)
        rows = self.campaign.run_part(name, TRIALS, "ctest")
        print(self.campaign.total())
        losses = [loss for row in rows for loss in row.losses]
        self.assertEqual(losses, [], "\n".join(losses))


def test_of(part):
    return lambda self: self.part(part)


for part_name in Campaign.PARTS:
    setattr(Short, f"test_{part_name}", test_of(part_name))
