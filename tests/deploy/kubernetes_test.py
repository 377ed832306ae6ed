"""The chart and the plain manifests: valid, restricted, and of one mind about exit statuses."""

import importlib.util
import os
import pathlib
import shutil
import subprocess
import unittest

from harness import program
from deploy import exit_status

DEPLOY = program.ROOT / "deploy"
CHART = DEPLOY / "helm/costagg"
EXAMPLES = sorted((DEPLOY / "helm/examples").glob("*.yaml"))
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
# The oldest the chart allows, one in the middle, the newest whose schemas are there.
KUBERNETES = ("1.29", "1.33", "1.37")


def helm_binary():
    found = shutil.which("helm") or program.ROOT / ".deps/go/bin/helm"
    if not pathlib.Path(found).exists():
        raise unittest.SkipTest("Helm is not here: tests/deploy/setup.sh builds it where Go is")
    return str(found)


def helm(*arguments, **options):
    return subprocess.run([helm_binary(), *map(str, arguments)], text=True, capture_output=True,
                          check=False, **options)


def schemas():
    if not importlib.util.find_spec("kubernetes_validate"):
        raise unittest.SkipTest("no schemas: tests/deploy/setup.sh installs kubernetes-validate")
    import kubernetes_validate
    return kubernetes_validate


def documents(path):
    if not importlib.util.find_spec("yaml"):
        raise unittest.SkipTest("no PyYAML: tests/deploy/setup.sh installs it")
    import yaml
    return [d for d in yaml.safe_load_all(path.read_text()) if d]


def pods(path):
    """(name, pod spec) of everything in a manifest that starts pods."""
    for d in documents(path):
        if d["kind"] == "CronJob":
            yield d["metadata"]["name"], d["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        elif d["kind"] == "Deployment":
            yield d["metadata"]["name"], d["spec"]["template"]["spec"]


def cron_jobs():
    for path in MANIFESTS:
        for d in documents(path):
            if d["kind"] == "CronJob":
                yield f"{path.name}: {d['metadata']['name']}", d["spec"]


class Chart(unittest.TestCase):
    def render(self, *settings):
        values = [a for s in settings for a in ("--set-json", s)]
        return helm("template", "x", CHART, "--kube-version", "1.33", "-f", EXAMPLES[0], *values)

    def test_lint_finds_nothing(self):
        for values in EXAMPLES:
            done = helm("lint", "--strict", "--kube-version", "1.33", CHART, "-f", values)
            self.assertEqual(done.returncode, 0, f"{values.name}\n{done.stdout}{done.stderr}")

    def test_plain_manifests_are_what_the_chart_renders(self):
        env = {**os.environ, "HELM": helm_binary()}
        with program.Folder() as folder:
            subprocess.run([DEPLOY / "kubernetes/render.sh", folder], check=True, env=env)
            for path in MANIFESTS:
                self.assertEqual((folder / path.name).read_text(), path.read_text(),
                                 f"{path.name} is stale: run deploy/kubernetes/render.sh")
            self.assertEqual(len(MANIFESTS), len(list(folder.iterdir())))

    def test_secrets_in_values_are_refused(self):
        for setting in ('config.postgresql={"password":"x"}', 'config.s3={"secret_key":"x"}',
                        'env={"AWS_SECRET_ACCESS_KEY":"x"}', 'env={"PGPASSWORD":"x"}'):
            done = self.render(setting)
            self.assertNotEqual(done.returncode, 0, setting)

    def test_several_pods_without_a_state_are_refused(self):
        for mode in ("sharded", "perCluster"):
            done = self.render(f'mode="{mode}"', "config.state=null")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("config.state is missing", done.stderr)

    def test_names_of_long_releases_fit(self):
        done = helm("template", "r" * 53, CHART, "--kube-version", "1.33", "-f",
                    DEPLOY / "helm/examples/per-cluster.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        names = [line.split()[1] for line in done.stdout.splitlines()
                 if line.startswith("  name: ")]
        self.assertLessEqual(max(map(len, names)), 52)


class Manifests(unittest.TestCase):
    def test_kubernetes_accepts_them(self):
        validate = schemas()
        for path in MANIFESTS:
            for document in documents(path):
                if document["apiVersion"].startswith("monitoring.coreos.com/"):
                    continue  # a custom resource: no schema in Kubernetes itself
                for version in KUBERNETES:
                    with self.subTest(path=path.name, kind=document["kind"], version=version):
                        validate.validate(document, version, strict=True)

    def test_pods_meet_the_restricted_standard(self):
        for path in MANIFESTS:
            for name, pod in pods(path):
                with self.subTest(path=path.name, name=name):
                    self.assertTrue(pod["securityContext"]["runAsNonRoot"])
                    self.assertNotIn("runAsUser", pod["securityContext"])
                    self.assertEqual(pod["securityContext"]["seccompProfile"]["type"],
                                     "RuntimeDefault")
                    self.assertFalse(pod["automountServiceAccountToken"])
                    self.assertFalse(pod["enableServiceLinks"])
                    for container in pod["containers"]:
                        context = container["securityContext"]
                        self.assertFalse(context["allowPrivilegeEscalation"])
                        self.assertTrue(context["readOnlyRootFilesystem"])
                        self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
                        self.assertIn("memory", container["resources"]["limits"])
                    kinds = {key for v in pod["volumes"] for key in v} - {"name"}
                    self.assertLessEqual(kinds, {"configMap", "emptyDir"})

    def test_every_exit_status_has_its_action(self):
        self.assertEqual(exit_status.FINAL | exit_status.AGAIN | exit_status.STOPPED |
                         exit_status.OF_OTHER_VERBS, exit_status.defined())
        for name, spec in cron_jobs():
            actions = {}
            for rule in spec["jobTemplate"]["spec"]["podFailurePolicy"]["rules"]:
                for status in rule.get("onExitCodes", {}).get("values", []):
                    actions[status] = rule["action"]
            with self.subTest(name):
                failing = {s for s, a in actions.items() if a in ("FailJob", "FailIndex")}
                self.assertEqual(failing, exit_status.FINAL)
                self.assertEqual({s for s, a in actions.items() if a == "Count"},
                                 exit_status.AGAIN)
                self.assertEqual({s for s, a in actions.items() if a == "Ignore"},
                                 exit_status.STOPPED)

    def test_runs_neither_overlap_nor_last_for_ever(self):
        for name, spec in cron_jobs():
            with self.subTest(name):
                self.assertEqual(spec["concurrencyPolicy"], "Forbid")
                self.assertGreater(spec["jobTemplate"]["spec"]["activeDeadlineSeconds"], 0)

    def test_bills_start_after_the_deadline_of_usage(self):
        def minute(spec):
            m, h, *_ = spec["schedule"].split()
            return int(h) * 60 + int(m)
        for path in MANIFESTS:
            jobs = {d["metadata"]["name"]: d["spec"] for d in documents(path)
                    if d["kind"] == "CronJob"}
            if "costagg-cost" not in jobs:
                continue
            start = minute(jobs.pop("costagg-cost"))
            for name, spec in jobs.items():
                deadline = spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] // 60
                late = spec["startingDeadlineSeconds"] // 60
                with self.subTest(path=path.name, name=name):
                    self.assertLessEqual(minute(spec) + late + deadline, start)

    def test_shards_are_told_how_many_they_are(self):
        for name, spec in cron_jobs():
            job = spec["jobTemplate"]["spec"]
            env = {e["name"]: e.get("value")
                   for e in job["template"]["spec"]["containers"][0]["env"]}
            with self.subTest(name):
                indexed = job.get("completionMode") == "Indexed"
                self.assertEqual(env.get("COSTAGG_SHARDS"),
                                 str(job["completions"]) if indexed else None)
