"""The store of known failures."""

import tempfile
import unittest

from gatehouse.baseline import BaselineStore


class BaselineStoreTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.store = BaselineStore(self.folder.name)

    def test_a_branch_never_seen_has_no_known_failures(self):
        self.assertEqual(self.store.known("main"), frozenset())

    def test_what_was_saved_is_loaded(self):
        self.store.save("main", ["b", "a", "b"])
        self.assertEqual(self.store.load("main")["known_failures"], ["a", "b"])


if __name__ == "__main__":
    unittest.main()
