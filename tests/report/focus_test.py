"""FOCUS rows: columns, nulls, allowed values and sums as the specification (1.4) wants them."""

import collections
import csv
import datetime
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import pyarrow.parquet as pq

import month
from harness import cases, program, verdict

# The Cost and Usage dataset of FOCUS 1.4, and which of its columns must not be null.
MANDATORY = {
    "BilledCost": False, "BillingAccountId": False, "BillingAccountName": True,
    "BillingCurrency": False, "BillingPeriodEnd": False, "BillingPeriodStart": False,
    "ChargeCategory": False, "ChargeClass": True, "ChargeDescription": True,
    "ChargePeriodEnd": False, "ChargePeriodStart": False, "ContractedCost": False,
    "EffectiveCost": False, "HostProviderName": True, "InvoiceIssuerName": False,
    "ListCost": False, "PricingQuantity": True, "PricingUnit": True, "ServiceCategory": False,
    "ServiceName": False, "ServiceProviderName": False,
}
FURTHER_NOT_NULL = ("BillingAccountType", "ChargeFrequency", "PricingCurrency",
                    "PricingCurrencyEffectiveCost", "ServiceSubcategory")
ALL = """AllocatedMethodId AllocatedMethodDetails AllocatedResourceId AllocatedResourceName
    AllocatedTags AvailabilityZone BilledCost BillingAccountId BillingAccountName
    BillingAccountType BillingCurrency BillingPeriodEnd BillingPeriodStart CapacityReservationId
    CapacityReservationStatus ChargeCategory ChargeClass ChargeDescription ChargeFrequency
    ChargePeriodEnd ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId
    CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountStatus
    CommitmentDiscountType CommitmentDiscountUnit CommitmentProgramEligibilityDetails
    ConsumedQuantity ConsumedUnit ContractApplied ContractedCost ContractedUnitPrice EffectiveCost
    HostProviderName InvoiceDetailId InvoiceId InvoiceIssuerName ListCost ListUnitPrice
    PricingCategory PricingCurrency PricingCurrencyContractedUnitPrice
    PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice PricingQuantity PricingUnit RegionId
    RegionName ResourceId ResourceName ResourceType ServiceProviderName ServiceCategory ServiceName
    ServiceSubcategory SkuId SkuMeter SkuPriceDetails SkuPriceId SubAccountId SubAccountName
    SubAccountType Tags""".split()
CATEGORIES = {
    "AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases",
    "Developer Tools", "Multicloud", "Identity", "Integration", "Internet of Things",
    "Management and Governance", "Media", "Migration", "Mobile", "Networking", "Security",
    "Storage", "Web", "Other"}
SUBCATEGORIES = {
    "Virtual Machines": "Compute", "Containers": "Compute", "Serverless Compute": "Compute",
    "Block Storage": "Storage", "File Storage": "Storage", "Object Storage": "Storage",
    "Backup Storage": "Storage", "Relational Databases": "Databases",
    "NoSQL Databases": "Databases", "Caching": "Databases", "Data Warehouses": "Databases",
    "Network Infrastructure": "Networking", "Network Connectivity": "Networking",
    "Application Networking": "Networking", "Network Routing": "Networking",
    "Content Delivery": "Networking", "API Management": "Integration",
    "Messaging": "Integration", "Observability": "Management and Governance",
    "Other (Other)": "Other"}
UNCLAIMED = set(month.UNCLAIMED)


def recorded(name):
    """A golden case's recorded answer as a result."""
    return f"parquet:{cases.Case(name).path / 'expected'}"


class Focus(verdict.RunTest):
    def setUp(self):
        self.place = program.Folder()
        self.addCleanup(self.place.remove)
        self.folder = self.place.path

    def export(self, result, name="focus.parquet", *options):
        self.assert_done(program.run("export", result, "--format", "focus", "-o", name, *options,
                                     cwd=self.folder))
        return self.folder / name

    def rows(self, result, *options):
        return pq.ParquetFile(self.export(result, "focus.parquet", *options)).read().to_pylist()

    def check(self, rows, columns):
        """Everything the specification says about single rows."""
        self.assertEqual(columns[:len(ALL)], ALL)
        self.assertTrue(all(c.startswith("x_") for c in columns[len(ALL):]))
        self.assertTrue(set(MANDATORY) <= set(columns))
        for row in rows:
            for column, nullable in MANDATORY.items():
                self.assertTrue(nullable or row[column] is not None, column)
            for column in FURTHER_NOT_NULL:
                self.assertIsNotNone(row[column], column)
            self.assertNotIn("", [v for v in row.values() if isinstance(v, str)])
            self.assertEqual(row["ChargeCategory"], "Usage")
            self.assertEqual(row["ChargeFrequency"], "Usage-Based")
            self.assertRegex(row["BillingCurrency"], r"^[A-Z]{3}$")
            self.assertIn(row["ServiceCategory"], CATEGORIES)
            if row["ServiceSubcategory"] in SUBCATEGORIES:
                self.assertEqual(row["ServiceCategory"], SUBCATEGORIES[row["ServiceSubcategory"]])
            self.check_periods(row)
            self.check_allocation(row)
            self.assertEqual(row["ConsumedQuantity"] is None, row["ConsumedUnit"] is None)
            self.assertEqual(row["SubAccountId"] is None, row["SubAccountType"] is None)
            self.assertEqual(row["RegionId"] is None, row["RegionName"] is None)
            self.assertEqual(row["ResourceId"] is None, row["ResourceType"] is None)
            self.assertIsNone(row["PricingQuantity"])  # for SkuPriceId is null

    def check_periods(self, row):
        start, end = row["ChargePeriodStart"], row["ChargePeriodEnd"]
        self.assertEqual(end - start, datetime.timedelta(1))
        self.assertEqual(start.utcoffset(), datetime.timedelta(0))
        self.assertEqual(row["BillingPeriodStart"].day, 1)
        self.assertEqual(row["BillingPeriodEnd"].day, 1)
        self.assertTrue(row["BillingPeriodStart"] <= start < end <= row["BillingPeriodEnd"])

    def check_allocation(self, row):
        self.assertRegex(row["AllocatedMethodId"], r"^costagg\.")
        details = json.loads(row["AllocatedMethodDetails"])
        self.assertEqual(set(details), {"Elements"})
        self.assertIn("AllocatedRatio", details["Elements"][0])
        self.assertEqual(row["AllocatedResourceId"] is None, row["x_Namespace"] in UNCLAIMED)
        if row["AllocatedTags"] is not None:
            self.assertIsInstance(json.loads(row["AllocatedTags"]), dict)

    def check_sums(self, rows):
        """Allocated charges add up to their origin, their shares to one."""
        origins = collections.defaultdict(list)
        for row in rows:
            origins[row["x_OriginChargeId"]].append(row)
        for some in origins.values():
            for cost in ("BilledCost", "EffectiveCost"):
                origin = some[0][f"x_Origin{cost}"]
                self.assertAlmostEqual(sum(r[cost] for r in some), origin,
                                       delta=max(1e-9, abs(origin) * 1e-12))
            shares = sum(json.loads(r["AllocatedMethodDetails"])["Elements"][0]["AllocatedRatio"]
                         for r in some)
            self.assertAlmostEqual(shares, 1, places=6)
            for dimension in ("ResourceId", "ServiceName", "SubAccountId", "ChargePeriodStart",
                              "RegionId", "BillingCurrency", "ConsumedUnit"):
                values = {r[dimension] for r in some} - {None}
                self.assertLessEqual(len(values), 1, dimension)

    def test_recorded_answers_conform(self):
        for name in cases.names()[:12]:
            with self.subTest(name):
                table = pq.ParquetFile(self.export(recorded(name))).read()
                rows = table.to_pylist()
                self.check(rows, table.column_names)
                self.check_sums(rows)
                source = pq.ParquetFile(cases.Case(name).expected(month.COST)).read().to_pylist()
                self.assertEqual(len(rows), len(source))
                for ours, theirs in (("EffectiveCost", "calculated_amortized_cost"),
                                     ("BilledCost", "unblended_cost")):
                    self.assertAlmostEqual(sum(r[ours] for r in rows),
                                           float(sum(r[theirs] or 0 for r in source)), places=6)

    def test_csv_holds_the_same_rows(self):
        rows = self.rows(recorded("case-08"))
        with open(self.export(recorded("case-08"), "focus.csv"), newline="") as file:
            of_csv = list(csv.DictReader(file))
        self.assertEqual(len(of_csv), len(rows))
        self.assertEqual(list(of_csv[0])[:len(ALL)], ALL)
        for ours, theirs in zip(rows, of_csv):
            self.assertEqual(float(theirs["EffectiveCost"]), ours["EffectiveCost"])
            self.assertTrue(re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", theirs["ChargePeriodStart"]))

    def test_nothing_is_lost_over_many_windows(self):
        month.write(self.folder / "month")
        rows = self.rows("parquet:month")
        _, cost = month.rows()
        self.assertEqual(len(rows), len(cost))
        self.assertAlmostEqual(sum(r["EffectiveCost"] for r in rows),
                               sum(r["calculated_amortized_cost"] for r in cost), places=4)
        self.check_sums(rows)

    def test_metadata_names_version_and_columns(self):
        self.export(recorded("case-08"))
        metadata = json.loads((self.folder / "focus.parquet.metadata.json").read_text())
        self.assertEqual(metadata["FocusVersion"], "1.4")
        self.assertEqual([c["ColumnName"] for c in metadata["ColumnDefinition"]][:len(ALL)], ALL)

    def test_the_billing_account_can_be_given(self):
        rows = self.rows(recorded("case-08"), "--billing-account", "999999999999")
        self.assertEqual({r["BillingAccountId"] for r in rows}, {"999999999999"})

    def test_wrong_targets_are_refused_and_leave_nothing(self):
        for target, status in (("focus.txt", 64), ("no/such/folder.csv/x.json", 64)):
            result = program.run("export", recorded("case-08"), "-o", target, cwd=self.folder)
            self.assert_refused(result, status, target)
        self.assert_refused(program.run("export", recorded("case-08"), cwd=self.folder), 64, "-o")
        month.write(self.folder / "usage", with_cost=False)
        self.assert_refused(program.run("export", "parquet:usage", "-o", "x.csv",
                                        cwd=self.folder), 66, "no rows")
        self.assertEqual(list(self.folder.glob("*.csv*")), [])
