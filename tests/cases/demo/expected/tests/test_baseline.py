"""The store of known failures."""

import tempfile
import threading
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


class BranchNamesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.store = BaselineStore(self.folder.name)

    def test_a_branch_with_slashes_is_one_file(self):
        self.store.save("feature/waivers/api", ["a"])
        names = [path.name for path in self.store.root.iterdir()]
        self.assertEqual(names, ["feature__waivers__api.json"])

    def test_names_in_any_script_survive(self):
        names = ["проверка", "試験🧪", "test_π.py", 'say "hi"\\n']
        self.store.save("main", names)
        self.assertEqual(self.store.known("main"), frozenset(names))

    def test_many_branches_can_be_saved_at_the_same_time(self):
        threads = [
            threading.Thread(target=self.store.save, args=(f"b{i}", [f"c{i}"]))
            for i in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for i in range(16):
            self.assertEqual(self.store.known(f"b{i}"), {f"c{i}"})

if __name__ == "__main__":
    unittest.main()
