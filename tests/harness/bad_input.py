"""A golden case's input, spoilt in one place."""

import pathlib
import shutil

import pyarrow as pa
import pyarrow.parquet as pq

from harness import cases

POD = "openshift_pod_usage_line_items"
POD_DAILY = POD + "_daily"
BILL_DAILY = "aws_line_items_daily"


class Input:
    """A copy of a case's input that a test may change."""

    def __init__(self, folder, case="case-01"):
        self.case = cases.Case(case)
        self.root = pathlib.Path(folder) / "in"
        shutil.copytree(self.case.input, self.root)

    def file(self, report):
        """The first file of a report."""
        return sorted(p for p in self.root.rglob("*.parquet") if f"/{report}/" in p.as_posix())[0]

    def rewrite(self, report, change):
        """Replaces the table in a report's first file; returns the file."""
        path = self.file(report)
        pq.write_table(change(pq.ParquetFile(path).read()), path)
        return path

    def drop(self, report, column):
        return self.rewrite(report, lambda table: table.drop_columns([column]))

    def retype(self, report, column, type_, value=None):
        """Gives a column another type, filled with `value`."""
        def change(table):
            values = pa.array([value] * table.num_rows, type_)
            return table.set_column(table.column_names.index(column), column, values)
        return self.rewrite(report, change)

    def replace(self, report, column, row, value):
        """Another value in one row; the row number counts from 0."""
        def change(table):
            values = table[column].to_pylist()
            values[row] = value
            array = pa.array(values, table.schema.field(column).type)
            return table.set_column(table.column_names.index(column), column, array)
        return self.rewrite(report, change)
