"""Bad configuration and wrong usage: the key, its line, and what was probably meant."""

import re

from harness import cases, program
from harness.verdict import RunTest


class BadConfiguration(RunTest):
    def setUp(self):
        self.folder = program.Folder()
        self.addCleanup(self.folder.remove)
        self.case = cases.Case("case-01")
        self.config = self.folder.path / "run.yaml"
        self.text = self.case.config.read_text().replace('"./in"', f'"{self.case.input}"')

    def run_text(self, text, *arguments, **options):
        self.config.write_text(text)
        result = program.run("run", "-c", self.config, *arguments, cwd=self.folder.path, **options)
        return result

    def refused(self, text, status, *fragments):
        result = self.run_text(text)
        self.assert_refused(result, status, *fragments)
        self.assertFalse((self.folder.path / "out").exists(), "something was written")

    def test_the_configuration_itself_is_good(self):
        self.assert_done(self.run_text(self.text))

    def test_misspelt_key_is_named_with_line_and_neighbour(self):
        for right, wrong in (("org_id:", "org_di:"), ("  enabled_tag_keys:", "  enabled_tag_key:"),
                             ("  markup:", "  markupp:"), ("clusters:", "cluster:"),
                             ("cluster_alias:", "cluster_alais:")):
            with self.subTest(key=wrong):
                text = self.text.replace(right, wrong, 1)
                line = text[:text.index(wrong)].count("\n") + 1
                self.refused(text, 78, wrong.strip(" :"), line, right.strip(" :"), "run.yaml")

    def test_end_before_start(self):
        text = re.sub(r"end: [0-9-]+", "end: 2020-01-01", self.text)
        self.refused(text, 78, "2020-01-01", self.case.settings["start"])

    def test_end_before_start_on_the_command_line(self):
        result = self.run_text(self.text, "--end", "2020-01-01")
        self.assert_refused(result, (64, 78), "2020-01-01")

    def test_no_such_day(self):
        text = re.sub(r"start: [0-9-]+", "start: 2025-02-30", self.text)
        self.refused(text, 78, "2025-02-30")

    def test_not_yaml(self):
        self.refused("org_id: [unclosed\ninput: ./in\n", 78, "run.yaml", "line")

    def test_wrong_kind_of_value(self):
        self.refused(self.text.replace("clusters:\n", "clusters: 7\nnot_clusters:\n", 1), 78,
                     "clusters")
        self.refused(self.text.replace("markup: 0", "markup: lots", 1), 78, "markup", "lots")
        self.refused(self.text.replace("method: cpu", "method: moon", 1), 78, "moon", "cpu")
        self.refused(self.text.replace("report_period_id: 100", "report_period_id: 1e40", 1), 78,
                     "report_period_id")

    def test_unset_variable(self):
        self.refused(self.text.replace("org_id: org1234567", "org_id: ${COSTAGG_NOT_SET}"), 78,
                     "COSTAGG_NOT_SET")

    def test_default_of_an_unset_variable(self):
        text = self.text.replace("org_id: org1234567", "org_id: ${COSTAGG_NOT_SET:-org1234567}")
        self.assert_done(self.run_text(text))

    def test_no_such_file(self):
        result = program.run("run", "-c", "nowhere.yaml", cwd=self.folder.path)
        self.assert_refused(result, (66, 78), "nowhere.yaml")

    def test_unknown_output_kind(self):
        self.refused(self.text.replace("parquet:./out", "papyrus:./out"), (64, 78), "papyrus")

    def test_missing_org(self):
        self.refused(self.text.replace("org_id: org1234567\n", ""), 78, "org_id")

    def test_source_is_no_uuid(self):
        source = self.case.settings["clusters"][0]["source"]
        self.refused(self.text.replace(source, "not-a-uuid"), 78, "not-a-uuid")

    def test_unknown_cluster_asked_for(self):
        unknown = "11111111-1111-4111-8111-111111111111"
        result = self.run_text(self.text, "--cluster", unknown)
        self.assert_refused(result, (64, 66, 78), unknown)


class WrongUsage(RunTest):
    def test_wrong_usage(self):
        for arguments, fragment in ((("run", "--no-such-option"), "--no-such-option"),
                                    (("run", "--thread", "x"), "--thread"),
                                    (("run", "--threads", "many"), "many"),
                                    (("run", "--shard", "4/3"), "4/3"),
                                    (("run", "--stage", "soup"), "soup"),
                                    (("run", "--memory-limit", "12 elephants"), "12 elephants"),
                                    (("rum",), "rum"),
                                    (("run", "--config"), "--config")):
            with self.subTest(arguments=arguments):
                self.assert_refused(program.run(*arguments), 64, fragment)

    def test_no_verb(self):
        result = program.run()
        self.assertEqual(result.status, 64, f"\n{result}")
        self.assertIn("run", result.out + result.err)

    def test_help_and_version(self):
        for arguments in (("--help",), ("run", "--help"), ("--version",)):
            with self.subTest(arguments=arguments):
                result = self.assert_done(program.run(*arguments))
                self.assertIn("costagg", result.out)
                self.assertEqual(result.err, "")
