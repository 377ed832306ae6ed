"""What `make install` leaves runs by itself: no Python, nothing of the build tree.

This is what the second stage of deploy/Containerfile copies, run here as an arbitrary user with a
bare environment.
"""

import os
import re
import shutil
import subprocess
import unittest

from harness import cases, program


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = program.Folder(public=True)
        cls.addClassCleanup(cls.folder.remove)
        cls.root = cls.folder.path / "root"
        subprocess.run(["cmake", "--install", program.BUILD, "--prefix", "/usr"], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "DESTDIR": str(cls.root)})
        cls.binary = cls.root / "usr/bin/costagg"

    def run_installed(self, *arguments, cwd):
        """As a user that exists nowhere where this is root, with no variables at all."""
        prefix = []
        if os.geteuid() == 0:
            prefix = ["setpriv", "--reuid=54321", "--regid=0", "--clear-groups", "--no-new-privs",
                      "--bounding-set=-all"]
        return subprocess.run([*prefix, self.binary, *arguments], cwd=cwd, env={}, text=True,
                              capture_output=True, check=False)

    def test_it_loads_nothing_of_the_build_tree(self):
        listed = subprocess.run(["ldd", self.binary], check=True, text=True,
                                capture_output=True).stdout
        self.assertNotIn("not found", listed)
        for path in re.findall(r"(/\S+) \(0x", listed):
            self.assertFalse(path.startswith(str(program.ROOT)), path)
            if not path.startswith(str(self.root)):
                self.assertRegex(path, r"^/(usr/)?lib")
        self.assertNotIn("python", listed.lower().replace("pyarrow", ""))

    def test_the_program_names_no_place_of_the_machine_that_built_it(self):
        paths = subprocess.run(["strings", self.binary], check=True, text=True,
                               capture_output=True).stdout
        self.assertNotIn(str(program.ROOT), paths)

    def test_it_runs_as_any_user_with_an_empty_environment(self):
        case = cases.Case("case-01")
        with program.Folder(public=True) as folder:
            shutil.copytree(case.input, folder / "in")
            shutil.copy(case.config, folder)
            (folder / "out").mkdir(mode=0o777)
            (folder / "out").chmod(0o777)
            self.assertEqual(self.run_installed("--version", cwd=folder).returncode, 0)
            done = self.run_installed("run", "-c", "run.yaml", cwd=folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(list((folder / "out").rglob("*.parquet")))


class Hardening(unittest.TestCase):
    def test_the_binary_is_position_independent_with_read_only_relocations(self):
        headers = subprocess.run(["readelf", "-W", "-h", "-l", "-d", program.BINARY], check=True,
                                 text=True, capture_output=True).stdout
        self.assertIn("DYN (Position-Independent Executable file)", headers)
        self.assertIn("GNU_RELRO", headers)
        self.assertRegex(headers, r"FLAGS_1.*NOW")
        stack = re.search(r"GNU_STACK.*", headers)[0]
        self.assertNotIn("E", stack.split()[6] if len(stack.split()) > 6 else stack)
        symbols = subprocess.run(["readelf", "-W", "--dyn-syms", program.BINARY], check=True,
                                 text=True, capture_output=True).stdout
        self.assertIn("__stack_chk_fail", symbols)
        self.assertIn("_chk@", symbols)  # fortified calls


class Image(unittest.TestCase):
    TEXT = (program.ROOT / "deploy/Containerfile").read_text()

    def test_it_needs_no_root_and_has_no_python(self):
        final = self.TEXT.split("\nFROM ")[-1]
        self.assertIn("USER 65532:0", final)
        self.assertNotIn("python", final)
        self.assertNotIn("HEALTHCHECK", self.TEXT)

    def test_it_has_the_packages_of_every_library_the_program_loads(self):
        if not shutil.which("dpkg-query"):
            self.skipTest("this is no Debian")
        final = self.TEXT.split("\nFROM ")[-1]
        installed = set(re.search(r"--no-install-recommends ([^&]*)&&", final)[1]
                        .replace("\\", " ").split())
        # In debian:12-slim already, or pulled in by those above.
        installed |= {"libc6", "libgcc-s1", "zlib1g"}
        listed = subprocess.run(["readelf", "-W", "-d", program.BINARY], check=True, text=True,
                                capture_output=True).stdout
        loaded_later = ["libpq.so.5"]
        for name in re.findall(r"\(NEEDED\).*\[(\S+)\]", listed) + loaded_later:
            if re.match(r"lib(arrow|parquet)", name):
                continue
            owners = subprocess.run(["dpkg-query", "-S", f"*/{name}"], check=True, text=True,
                                    capture_output=True).stdout
            self.assertTrue(any(line.split(":")[0] in installed for line in owners.splitlines()),
                            f"{name}: {owners}")
