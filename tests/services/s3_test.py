"""Input from and output to real S3 servers: the same bytes as on a local disk."""

import io
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq

from campaign.s3_proxy import S3Proxy
from harness import cases, program
from harness.verdict import RunTest
from services import object_store
from services.process import free_ports


class S3:
    """The tests; each server below runs all of them."""

    secrets = (object_store.SECRET_KEY, "wrong-s3cret-key")
    kind = None

    @classmethod
    def setUpClass(cls):
        cls.store = cls.kind()
        cls.addClassCleanup(cls.store.stop)
        cls.case = cases.Case("case-02")
        cls.store.upload(cls.case.input, "costs/in")

    def setUp(self):
        self.folder = program.Folder()
        self.addCleanup(self.folder.remove)

    def run_case(self, *arguments, env=None, **options):
        return program.run("run", "-c", self.case.config, *arguments,
                           env=env or self.store.variables(), cwd=self.folder.path, **options)

    def local_tree(self):
        plain = self.folder.path / "plain"
        self.assert_done(self.run_case("--input", self.case.input, "--output", f"parquet:{plain}"))
        return cases.tree(plain)

    def assert_same(self, left, right):
        difference = cases.tree_difference(left, right)
        self.assertFalse(difference, "\n" + "\n".join(difference))

    def test_input_from_s3_gives_the_bytes_of_local_input(self):
        result = self.folder.path / "result"
        self.assert_done(self.run_case("--input", "s3://costs/in", "--output",
                                       f"parquet:{result}"))
        self.assert_same(self.local_tree(), cases.tree(result))

    def test_output_on_s3_has_the_bytes_of_local_output(self):
        for _ in range(2):  # the second run replaces the first
            self.assert_done(self.run_case("--input", "s3://costs/in", "--output",
                                           "parquet:s3://costs/out"))
            self.assert_same(self.local_tree(), self.store.tree("costs/out"))

    def test_stages_meet_on_s3(self):
        self.assert_done(self.run_case("--input", "s3://costs/in", "--output",
                                       "parquet:s3://costs/whole"))
        for stage in ("usage", "cost"):
            self.assert_done(self.run_case("--stage", stage, "--input", "s3://costs/in",
                                           "--output", "parquet:s3://costs/staged"))

        def tables(place):
            return {p: b for p, b in self.store.tree(place).items() if p.startswith("reporting_")}
        self.assert_same(tables("costs/whole"), tables("costs/staged"))

    def test_the_other_names_of_the_environment(self):
        result = self.folder.path / "result"
        env = {"S3_ENDPOINT": self.store.endpoint, "S3_ACCESS_KEY": object_store.ACCESS_KEY,
               "S3_SECRET_KEY": object_store.SECRET_KEY, "S3_REGION": "us-east-1",
               "AWS_EC2_METADATA_DISABLED": "true"}
        self.assert_done(self.run_case("--input", "s3://costs/in", "--output",
                                       f"parquet:{result}", env=env))
        self.assert_same(self.local_tree(), cases.tree(result))

    def refused(self, status, *fragments, place="s3://costs/in", output=None, env=None):
        output = output or f"parquet:{self.folder.path}/out"
        result = self.run_case("--input", place, "--output", output, env=env, timeout=180)
        self.assert_refused(result, status, *fragments)
        self.assertFalse([p for p in cases.tree(self.folder.path) if p.endswith(".parquet")])
        self.assertLess(result.seconds, 90, "a refusal should not take this long")

    def through_proxy(self, **arming):
        """A run whose requests go through a proxy: (how it ended, where its output was to be)."""
        proxy = S3Proxy(self.store.port)
        self.addCleanup(proxy.stop)
        proxy.arm({}, **arming)
        place = self.folder.path / "proxied"
        return self.run_case("--input", "s3://costs/in", "--output", f"parquet:{place}", env={
            **self.store.variables(), "AWS_ENDPOINT_URL_S3": proxy.endpoint}), place

    def test_who_keeps_no_marks_does_not_ask_for_every_object(self):
        asked = []

        def allowed(method, path, _):
            asked.append((method, path))
            return True

        result, place = self.through_proxy(allowed=allowed)
        self.assert_done(result)
        self.assert_same(self.local_tree(), cases.tree(place))
        self.assertTrue([p for m, p in asked if m == "GET" and p.endswith(".parquet")])
        self.assertEqual([p for m, p in asked if m == "HEAD" and p.endswith(".parquet")], [])

    def test_an_object_that_is_replaced_after_it_was_listed(self):
        name = max((p for p in cases.tree(self.case.input) if "pod_usage" in p), key=len)
        before = (self.case.input / name).read_bytes()
        table = pq.read_table(io.BytesIO(before))
        for rows in (table.slice(0, 1), pa.concat_tables([table] * 20)):
            changed = io.BytesIO()
            pq.write_table(rows, changed, compression="none", use_dictionary=False)
            with self.subTest(bytes=len(changed.getvalue()), before=len(before)):
                replaced = []

                def replace(path):
                    if path.endswith(name) and not replaced:
                        replaced.append(path)
                        self.put(name, changed.getvalue())

                try:
                    result, place = self.through_proxy(on_get=replace)
                finally:
                    self.put(name, before)
                self.assertTrue(replaced)
                self.assert_refused(result, 75, name, "run again")
                self.assertFalse([p for p in cases.tree(place) if p.endswith(".parquet")])

    def put(self, name, content):
        with self.store.client().open_output_stream(f"costs/in/{name}") as stream:
            stream.write(content)

    def test_unknown_input_bucket(self):
        self.refused((66, 69), "no-such-bucket", place="s3://no-such-bucket/in")

    def test_unknown_output_bucket(self):
        self.refused((69, 73), "no-such-bucket", output="parquet:s3://no-such-bucket/out")

    def test_empty_prefix(self):
        self.refused(66, "nothing-here", place="s3://costs/nothing-here")

    def test_wrong_secret_key(self):
        self.refused((66, 69), "costs", env=self.store.variables(secret="wrong-s3cret-key"))

    def test_refused_connection(self):
        port, = free_ports(1)
        env = {**self.store.variables(), "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}"}
        self.refused(69, port, env=env)


class OnSeaweedFS(S3, RunTest):
    kind = object_store.SeaweedFS


class OnMinIO(S3, RunTest):
    kind = object_store.MinIO


class Tls(RunTest):
    """Certificates are verified, with the bundle that AWS_CA_BUNDLE names."""

    @classmethod
    def setUpClass(cls):
        cls.folder = program.Folder()
        cls.addClassCleanup(cls.folder.remove)
        cls.certificate, key = cls.folder.path / "server.pem", cls.folder.path / "server.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", key, "-out", cls.certificate], check=True, capture_output=True)
        cls.store = object_store.SeaweedFS(certificate=cls.certificate, key=key)
        cls.addClassCleanup(cls.store.stop)
        cls.case = cases.Case("case-01")
        cls.store.upload(cls.case.input, "costs/in")

    def run_case(self, **env):
        return self.case.run("--input", "s3://costs/in", "--output",
                             f"csv:{self.folder.path}/out", "--threads", 1,
                             env={**self.store.variables(), **env}, timeout=180)

    def test_a_certificate_of_the_bundle_is_trusted(self):
        self.assert_done(self.run_case(AWS_CA_BUNDLE=str(self.certificate)))

    def test_an_unknown_certificate_is_refused(self):
        self.assert_refused(self.run_case(), 69, "TLS", "CA bundle", self.store.port)
