"""Changes of objects on S3, whose times have a resolution of a second."""

import unittest

from estate import DAYS, EstateTest

from services import object_store

store = None


def setUpModule():
    global store
    store = object_store.SeaweedFS()
    unittest.addModuleCleanup(store.stop)


class S3Test(EstateTest):
    secrets = (object_store.SECRET_KEY,)
    place = "s3://costs/in"

    def arguments(self, verb, *more, output=None, place=None):
        return super().arguments(verb, *more, output=output, place=place or self.place)

    def costagg(self, verb, *more, output=None, env=None):
        return super().costagg(verb, *more, output=output, env=store.variables())

    def put(self, path):
        name = f"costs/in/{path.relative_to(self.input).as_posix()}"
        with store.client().open_output_stream(name) as out:
            out.write(path.read_bytes())

    def setUp(self):
        super().setUp()
        store.upload(self.input, "costs/in")

    def test_the_same_size_at_once_is_seen_and_the_same_bytes_are_not(self):
        path = self.file(DAYS[1])
        self.scale(path, 1)
        self.put(path)
        size = path.stat().st_size
        output = "parquet:s3://costs/out"
        self.run_changed(output=output)
        self.scale(path, 2)
        self.put(path)
        self.assertEqual(path.stat().st_size, size, "the test needs another content, not size")
        result = self.run_changed(output=output)
        self.assertIn(f"start={DAYS[1]} end={DAYS[1]}", result.err)
        self.put(path)  # written again: another time, the same ETag
        self.assert_unchanged(output=output)
        self.run_changed(output="parquet:s3://costs/fresh")
        self.assertEqual(store.tree("costs/out"), store.tree("costs/fresh"))

    def test_new_and_removed_objects(self):
        output = "parquet:s3://costs/second"
        self.run_changed(output=output)
        added = self.file(DAYS[0]).with_name("more.parquet")
        added.write_bytes(self.file(DAYS[0]).read_bytes())
        self.put(added)
        self.assertNotIn("Nothing has changed", self.run_changed(output=output).out)
        store.client().delete_file(f"costs/in/{added.relative_to(self.input).as_posix()}")
        self.assertNotIn("Nothing has changed", self.run_changed(output=output).out)
        self.assert_unchanged(output=output)
        self.run_changed(output="parquet:s3://costs/third")
        self.assertEqual(store.tree("costs/second"), store.tree("costs/third"))
