"""The bill of materials names what the program really loads, the same bytes each time."""

import json
import re
import subprocess
import unittest

from harness import program


def bill():
    return subprocess.run([program.ROOT / "deploy/sbom.py", program.BINARY], check=True,
                          capture_output=True, env={"PATH": "/usr/bin:/bin"}).stdout


class BillOfMaterials(unittest.TestCase):
    def test_it_is_the_same_each_time(self):
        self.assertEqual(bill(), bill())

    def test_every_library_the_program_loads_is_in_it(self):
        document = json.loads(bill())
        self.assertEqual((document["bomFormat"], document["specVersion"]), ("CycloneDX", "1.5"))
        self.assertRegex(document["serialNumber"], r"^urn:uuid:[0-9a-f-]{36}$")
        text = json.dumps(document)
        listed = subprocess.run(["ldd", program.BINARY], check=True, text=True,
                                capture_output=True).stdout
        for name in re.findall(r"(lib(?:arrow|parquet|sqlite3|jansson|yaml)[^.\s]*)\.so", listed):
            self.assertIn(name, text)
        for name in ("libpq", "libssl"):  # loaded when a server is talked to
            self.assertIn(name, text)
        references = [c["bom-ref"] for c in document["components"]]
        self.assertEqual(len(references), len(set(references)))
        self.assertEqual(document["dependencies"][0]["dependsOn"], references)
        for component in document["components"]:
            self.assertTrue(component["version"], component["name"])
