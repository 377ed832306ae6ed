"""The page in a real browser: what it shows, what it does when clicked, how it looks."""

import csv
import io
import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import browser
import month
from harness import program, verdict

MOST_BYTES = 1_000_000


def money(text):
    return float(re.sub(r"[^0-9.-]", "", text))


class Page(verdict.RunTest):
    """A month of 50 namespaces in 3 clusters."""

    with_cost = True

    @classmethod
    def setUpClass(cls):
        if not browser.find():
            raise unittest.SkipTest("there is no chromium")
        cls.place = program.Folder()
        cls.folder = cls.place.path
        cls.total = month.write(cls.folder / "month", cls.with_cost)
        cls.result = program.run("report", "parquet:month", "-o", "report.html", cwd=cls.folder)
        cls.page = cls.folder / "report.html"
        cls.browser = browser.Browser(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.place.remove()

    def setUp(self):
        self.browser.media("light")
        self.browser.resize(1280, 900)
        self.browser.open(self.page)

    def tearDown(self):
        self.assertEqual(self.browser.problems, [])


class Costs(Page):
    def test_it_is_one_small_file_that_asks_no_network(self):
        self.assert_done(self.result)
        self.assertLess(self.page.stat().st_size, MOST_BYTES)
        self.assertEqual([url for url in self.browser.requests
                          if not url.startswith("file:///")], [])
        self.assertEqual(len(self.browser.requests), 1)
        self.assertNotRegex(self.page.read_text(), r'(src|href)="(?!#)')

    def test_the_total_is_the_sum_of_the_rows(self):
        self.assertAlmostEqual(money(self.browser.texts(".card .figure")[0]), self.total, delta=0.05)

    def test_hostile_names_are_shown_and_not_run(self):
        self.assertNotIn("pwned", self.browser.run("document.title"))
        self.assertEqual(self.browser.run("document.images.length"), 0)
        self.browser.click("#table button", "Show all 55")
        self.assertIn(month.HOSTILE, self.browser.texts("#table tbody th"))

    def test_unclaimed_costs_are_shown(self):
        shown = self.browser.texts("#unclaimed tbody th")
        self.assertEqual(set(shown), set(month.UNCLAIMED))
        labels = self.browser.texts(".card dt")
        self.assertIn("Unallocated and unattributed", labels)
        self.assertIn("Unallocated and unattributed", " ".join(self.browser.texts("#legend li")))

    def test_a_click_on_a_heading_sorts(self):
        def amounts():
            return [money(t) for t in self.browser.texts("#table tbody td.number:nth-child(2)")]
        self.assertEqual(amounts(), sorted(amounts(), reverse=True))
        self.browser.click("#table thead th:nth-child(2) button")
        self.browser.click("#table thead th:nth-child(2) button")
        self.assertEqual(amounts(), sorted(amounts()))
        self.assertEqual(self.browser.run(
            "document.querySelector('#table thead th:nth-child(2)').ariaSort"), "ascending")

    def test_typing_filters_the_table(self):
        self.browser.click("#table input")
        self.browser.type("team-0")
        self.assertEqual(sorted(self.browser.texts("#table tbody th")),
                         [f"team-0{i}" for i in range(10)])
        self.assertIn("10 of 55", self.browser.texts("#table .count")[0])

    def test_a_namespace_opens_into_its_products_and_back(self):
        before = self.browser.texts(".card .figure")[0]
        self.browser.click("#table .link", "team-05")
        self.assertEqual(self.browser.texts("#chips button"), ["Namespace team-05 ✕"])
        self.assertEqual(set(self.browser.texts("#table tbody th")), set(month.PRODUCTS))
        self.assertLess(money(self.browser.texts(".card .figure")[0]), money(before))
        self.browser.click("#chips button")
        self.assertEqual(self.browser.texts(".card .figure")[0], before)

    def test_every_grouping_has_the_same_total(self):
        totals = set()
        for group in ("Namespace", "Cluster", "Node", "Product", "Tag"):
            self.browser.click("#tabs button", group)
            totals.add(round(money(self.browser.texts("#table tfoot td")[0])))
        self.assertEqual(len(totals), 1, totals)

    def test_tags_show_values_and_what_carries_none(self):
        self.browser.click("#tabs button", "Tag")
        self.browser.choose("#tag-key", self.browser.run(
            "[...document.querySelector('#tag-key').options].find(o => o.text === 'tier').value"))
        self.assertEqual(self.browser.texts("#table tbody th"), ["web", "(without this tag)"])

    def test_cluster_and_days_narrow_the_page(self):
        self.browser.choose("#cluster", self.browser.run(
            "[...document.querySelector('#cluster').options]"
            ".find(o => o.text === 'prod-west').value"))
        self.browser.choose("#from", "5")
        self.browser.choose("#to", "6")
        _, cost = month.rows()
        wanted = sum(r["calculated_amortized_cost"] + r["markup_cost_amortized"] for r in cost
                     if r["cluster_id"] == "c-west" and r["usage_start"].day in (6, 7))
        self.assertAlmostEqual(money(self.browser.texts(".card .figure")[0]), wanted, delta=0.05)
        self.browser.click("#reset")
        self.assertAlmostEqual(money(self.browser.texts(".card .figure")[0]), self.total, delta=0.05)

    def test_usage_requests_and_capacity_are_side_by_side(self):
        self.assertEqual(len(self.browser.texts(".bullet")), 6)
        self.assertTrue(all("requested" in text for text in self.browser.texts(".bullet p")))
        self.browser.choose("#measure", "memory_used")
        self.assertEqual(self.browser.texts(".card .aside")[0], "GiB-hours")

    def test_the_csv_has_all_rows_and_no_formula(self):
        target = self.folder / "by-namespace.csv"
        target.unlink(missing_ok=True)
        self.browser.click("#table .table-tools button", "Download CSV")
        for _ in range(100):
            if target.exists():
                break
            time.sleep(0.05)
        rows = list(csv.reader(io.StringIO(target.read_text(), newline="")))
        self.assertEqual(len(rows), 56)
        self.assertAlmostEqual(sum(float(r[1]) for r in rows[1:]), self.total, delta=0.1)
        self.assertIn("'" + month.FORMULA, [r[0] for r in rows])

    def test_the_keyboard_reaches_everything_and_reads_the_days(self):
        self.browser.run("document.querySelector('#trend').focus()")
        self.browser.press("ArrowRight")
        self.browser.press("ArrowRight")
        self.assertIn("Thu, Oct 2", self.browser.texts("#live")[0])
        self.assertFalse(self.browser.run("document.querySelector('#tooltip').hidden"))
        self.browser.press("Escape")
        self.assertTrue(self.browser.run("document.querySelector('#tooltip').hidden"))
        self.browser.run("document.querySelector('#table .link').focus()")
        self.browser.press("Enter")
        self.assertEqual(len(self.browser.texts("#chips button")), 1)

    def test_what_the_screen_reader_gets(self):
        unnamed = self.browser.run("""[...document.querySelectorAll(
            "button, select, input, [role=img]")].filter(e => e.offsetParent !== null)
            .filter(e => !(e.textContent.trim() || e.ariaLabel || e.closest('label')))
            .map(e => e.outerHTML)""")
        self.assertEqual(unnamed, [])
        self.assertEqual(self.browser.run("document.documentElement.lang"), "en")
        self.assertEqual(self.browser.run("document.querySelectorAll('h1').length"), 1)
        self.assertIn("highest on", self.browser.run(
            "document.querySelector('#trend').ariaLabel"))
        self.assertEqual(self.browser.run(
            "[...document.querySelectorAll('table.data')].filter(t => !t.caption).length"), 0)

    def test_light_and_dark_have_contrast(self):
        for scheme in ("light", "dark"):
            self.browser.media(scheme)
            self.browser.open(self.page)
            self.assertEqual(self.browser.run("document.documentElement.dataset.theme"), scheme)
            for name in ("--ink", "--soft", "--accent"):
                self.assertGreater(self.contrast(name, "--paper"), 4.5, (scheme, name))
        self.browser.click("#theme")
        self.assertEqual(self.browser.run("document.documentElement.dataset.theme"), "light")

    def contrast(self, front, back):
        def luminance(name):
            value = self.browser.run("getComputedStyle(document.documentElement)"
                                     f".getPropertyValue('{name}')").strip().lstrip("#")
            parts = [int(value[i:i + 2], 16) / 255 for i in (0, 2, 4)]
            linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        lighter, darker = sorted((luminance(front), luminance(back)), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)

    def test_it_fits_a_telephone(self):
        self.browser.resize(390, 800)
        self.browser.open(self.page)
        self.assertLessEqual(self.browser.run("document.documentElement.scrollWidth"), 390)

    def test_it_prints(self):
        self.browser.media("dark", "print")
        self.assertEqual(self.browser.run(
            "getComputedStyle(document.querySelector('#controls')).display"), "none")
        self.assertEqual(self.browser.run("getComputedStyle(document.body).backgroundColor"),
                         "rgb(255, 255, 255)")
        self.assertTrue(self.browser.pdf().startswith(b"%PDF"))

    def test_the_same_result_gives_the_same_page(self):
        self.assert_done(program.run("report", "parquet:month", "-o", "again.html",
                                     cwd=self.folder))
        self.assertEqual(self.page.read_bytes(), (self.folder / "again.html").read_bytes())


class UsageOnly(Page):
    with_cost = False

    def test_it_shows_hours_instead_of_money(self):
        self.assertEqual(self.browser.texts("h1"), ["Who used what"])
        self.assertEqual(self.browser.texts(".card .aside")[0], "core-hours")
        self.assertNotIn("$", "".join(self.browser.texts("main")))
        self.assertNotIn("Product", self.browser.texts("#tabs button"))
        for group in ("Cluster", "Node", "Tag"):
            self.browser.click("#tabs button", group)
            self.assertTrue(self.browser.texts("#table tbody th"), group)


class Refusals(verdict.RunTest):
    def test_a_result_without_rows_is_refused(self):
        with program.Folder() as folder:
            month.write(pathlib.Path(folder) / "month")
            self.assert_refused(program.run("report", "parquet:month", "--start", "2024-01-01",
                                            "--end", "2024-01-31", cwd=folder), 66, "no rows")
            self.assertEqual(list(pathlib.Path(folder).glob("*.html")), [])

    def test_a_page_that_cannot_be_written_is_told(self):
        with program.Folder() as folder:
            month.write(pathlib.Path(folder) / "month")
            self.assert_refused(program.run("report", "parquet:month", "-o", "no/such/page.html",
                                            cwd=folder), 73, "no/such/page.html")
