"""Requesting, deciding and keeping waivers."""

import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from gatehouse import waivers
from gatehouse.waivers import WaiverError, WaiverStore

NOW = datetime(2025, 3, 14, 9, 26, 53, tzinfo=timezone.utc)
REASON = "the licence server of the vendor is down until Monday"


def asked(**changes):
    values = {
        "branch": "main",
        "check": "tests/test_api.py",
        "requested_by": "mira",
        "reason": REASON,
        "now": NOW,
    }
    values.update(changes)
    return waivers.request(**values)


class RequestTest(unittest.TestCase):
    def test_a_request_lasts_a_week_unless_it_says_otherwise(self):
        self.assertEqual(asked().open_for(NOW), timedelta(days=7))
        self.assertEqual(asked(days=2).open_for(NOW), timedelta(days=2))

    def test_the_id_can_be_read_and_sorted(self):
        self.assertEqual(
            asked().waiver_id, "20250314092653-tests-test_api-py"
        )

    def test_a_reason_in_any_script_counts_letters(self):
        reason = "лицензионный сервер недоступен"
        self.assertEqual(asked(reason=reason).reason, reason)
        with self.assertRaisesRegex(WaiverError, "this one has 6"):
            asked(reason="später … 42!")

    def test_a_waiver_cannot_last_longer_than_a_month(self):
        for days in (0, -1, 31):
            with self.subTest(days=days):
                with self.assertRaisesRegex(WaiverError, "1 to 30 days"):
                    asked(days=days)

    def test_the_name_of_a_check_is_one_word(self):
        for name in ("", "two words", "line\nfeed", "a;b"):
            with self.subTest(name=name):
                with self.assertRaisesRegex(WaiverError, "name of a check"):
                    asked(check=name)
        parametrised = "tests/test_api.py[GET-/health]"
        self.assertEqual(asked(check=parametrised).check, parametrised)


class DecideTest(unittest.TestCase):
    def test_somebody_else_grants(self):
        granted = waivers.decide(asked(), waivers.GRANTED, "jonas", "fine")
        self.assertTrue(granted.covers("main", "tests/test_api.py", NOW))
        self.assertEqual(granted.comment, "fine")

    def test_nobody_grants_their_own(self):
        with self.assertRaisesRegex(WaiverError, "somebody else"):
            waivers.decide(asked(), waivers.GRANTED, "mira")

    def test_only_the_one_who_asked_withdraws(self):
        with self.assertRaisesRegex(WaiverError, "only the one"):
            waivers.decide(asked(), waivers.WITHDRAWN, "jonas")
        gone = waivers.decide(asked(), waivers.WITHDRAWN, "mira")
        self.assertEqual(gone.state, "withdrawn")

    def test_it_ends_by_itself(self):
        granted = waivers.decide(asked(days=1), waivers.GRANTED, "jonas")
        last = NOW + timedelta(days=1)
        before = last - timedelta(seconds=1)
        self.assertTrue(granted.covers("main", granted.check, before))
        self.assertFalse(granted.covers("main", granted.check, last))
        self.assertEqual(granted.open_for(last), timedelta(0))


class WaiverStoreTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name) / "deep" / "waivers.ndjson"
        self.store = WaiverStore(self.path)

    def test_a_store_that_does_not_exist_is_empty(self):
        self.assertEqual(self.store.all(), {})
        self.assertIsNone(self.store.covering("main", "x", NOW))

    def test_the_last_line_about_an_id_is_the_true_one(self):
        first = self.store.append(asked())
        self.store.append(waivers.decide(first, waivers.GRANTED, "jonas"))
        self.assertEqual(self.store.get(first.waiver_id).state, "granted")
        lines = self.path.read_text(encoding="utf-8").splitlines()
        self.assertEqual(len(lines), 2)

    def test_what_was_written_is_read(self):
        waiver = self.store.append(asked(reason="naïve café façade déjà"))
        self.assertEqual(self.store.get(waiver.waiver_id), waiver)
        self.assertIn("café", self.path.read_text(encoding="utf-8"))

    def test_a_torn_line_is_named_with_its_number(self):
        self.store.append(asked())
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write('{"waiver_id": "x", "branch"')
        with self.assertRaisesRegex(WaiverError, r"waivers\.ndjson:2: "):
            self.store.all()


if __name__ == "__main__":
    unittest.main()
