"""The least an S3 user needs: deploy/s3/policy.json is enough for both stages, and each of its
statements is needed. A proxy in front of the store answers AccessDenied where the policy does not
allow a request."""

import fnmatch
import json
import unittest

from campaign import estate
from campaign.s3_proxy import S3Proxy
from harness import program
from services import object_store

POLICY = json.loads((program.ROOT / "deploy/s3/policy.json").read_text())["Statement"]


def listed(value):
    return value if isinstance(value, list) else [value]


def action_of(method, path, query):
    """(action, resource, prefix) of a request, as IAM sees it."""
    bucket, _, key = path.lstrip("/").partition("/")
    if not key:
        return "s3:ListBucket", f"arn:aws:s3:::{bucket}", query.get("prefix", "")
    names = {"GET": "s3:GetObject", "HEAD": "s3:GetObject", "PUT": "s3:PutObject",
             "POST": "s3:PutObject", "DELETE": "s3:DeleteObject"}
    action = "s3:AbortMultipartUpload" if method == "DELETE" and "uploadId" in query \
        else names[method]
    return action, f"arn:aws:s3:::{bucket}/{key}", None


def allows(statements, method, path, query):
    action, resource, prefix = action_of(method, path, query)
    for statement in statements:
        patterns = statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix")
        if action in listed(statement["Action"]) and \
                any(fnmatch.fnmatchcase(resource, r) for r in listed(statement["Resource"])) and \
                (patterns is None or prefix is None or
                 any(fnmatch.fnmatchcase(prefix, p) for p in listed(patterns))):
            return True
    return False


class Policy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = program.Folder()
        cls.addClassCleanup(cls.folder.remove)
        cls.store = object_store.SeaweedFS()
        cls.addClassCleanup(cls.store.stop)
        for bucket in ("cost-data", "cost-state"):
            cls.store.client().create_dir(bucket)
        cls.estate = estate.make(cls.folder.path / "estate", 2, copies=1)
        cls.store.upload(cls.estate.input, "cost-data")
        cls.proxy = S3Proxy(cls.store.port)
        cls.addClassCleanup(cls.proxy.stop)

    def both_stages(self, statements):
        """The worst exit status of the stages, run one after the other, and what was denied."""
        denied = []

        def allowed(method, path, query):
            fine = allows(statements, method, path, query)
            # Whether the bucket is there at all is asked where a folder is not; no answer will do.
            if not fine and (method, path) != ("HEAD", "/cost-data"):
                denied.append(f"{method} {path} {query.get('prefix', '')}")
            return fine

        self.proxy.arm({}, allowed=allowed)
        worst = 0
        for stage in ("usage", "cost"):
            result = program.run(
                "run", "-c", self.estate.config, "--stage", stage, "--input", "s3://cost-data",
                "--state", "s3://cost-state", "--output", f"sqlite:{self.folder.path}/o.db",
                env={**self.store.variables(), "AWS_ENDPOINT_URL_S3": self.proxy.endpoint})
            worst = max(worst, result.status)
            if result.status:
                denied.append(str(result))
        return worst, "\n".join(denied)

    def test_it_is_enough(self):
        for _ in range(2):  # the second run replaces the state of the first
            status, denied = self.both_stages(POLICY)
            self.assertEqual((status, denied), (0, ""))

    def test_each_statement_is_needed(self):
        for left_out in POLICY:
            with self.subTest(left_out=left_out["Sid"]):
                status, denied = self.both_stages([s for s in POLICY if s is not left_out])
                self.assertIn(status, (65, 66, 69, 73, 75), denied)

    def test_input_is_never_written(self):
        for method in ("PUT", "POST", "DELETE"):
            self.assertFalse(allows(POLICY, method, "/cost-data/data/org1234567/x", {}))
