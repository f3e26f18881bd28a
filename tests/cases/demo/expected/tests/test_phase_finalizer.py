"""The four questions of the finalizer, one by one and in their order."""

import unittest
from datetime import datetime, timezone

from gatehouse import waivers
from gatehouse.phase_finalizer import (
    SHOWN,
    PhaseFinalizer,
    Promise,
    collection_errors,
    shorten,
)
from gatehouse.records import CheckResult, PhaseResult

NOW = datetime(2025, 3, 14, 12, 0, tzinfo=timezone.utc)


class Known:
    """A baseline that needs no files."""

    def __init__(self, *names):
        self.names = frozenset(names)

    def known(self, branch):
        return self.names if branch == "main" else frozenset()


class Waived:
    """A waiver store that needs no files."""

    def __init__(self, *found):
        self.found = found

    def covering(self, branch, check, now):
        for waiver in self.found:
            if waiver.covers(branch, check, now):
                return waiver
        return None


def passed(name):
    return CheckResult(name, "passed", 0.5)


def failed(name):
    return CheckResult(name, "failed", 0.5, "1 != 2")


def phase(*checks, produced=(), log=""):
    return PhaseResult("build-42", tuple(checks), tuple(produced), log)


def waiver_for(check, days=3):
    asked = waivers.request(
        "main", check, "mira", "flaky since the upgrade", NOW, days
    )
    return waivers.decide(asked, waivers.GRANTED, "jonas")


def finalizer(known=(), found=()):
    return PhaseFinalizer(Known(*known), Waived(*found), clock=lambda: NOW)


class PromiseTest(unittest.TestCase):
    def test_a_pattern_is_kept_by_any_file_that_fits(self):
        promise = Promise.parse("alembic/versions/*_add_waivers.py")
        self.assertTrue(
            promise.kept_by(["alembic/versions/0007_add_waivers.py"])
        )

    def test_optional_is_a_word_at_the_end(self):
        self.assertTrue(Promise.parse("docs/x.md (optional)").optional)
        self.assertFalse(Promise.parse("docs/optional.md").optional)

    def test_a_path_outside_the_project_is_refused(self):
        for line in ("", "  ", "/etc/passwd", "../a.py", "a/../../b"):
            with self.subTest(line=line):
                with self.assertRaisesRegex(ValueError, "inside the project"):
                    Promise.parse(line)


class VerdictTest(unittest.TestCase):
    def test_a_clean_phase_passes_without_a_word(self):
        decision = finalizer().finalize(phase(passed("a")), "main")
        self.assertEqual(decision.verdict, "passed")
        self.assertEqual(decision.reasons, [])
        self.assertTrue(decision.may_end)

    def test_a_phase_without_checks_is_empty_not_passed(self):
        decision = finalizer().finalize(phase(), "main")
        self.assertEqual(decision.verdict, "empty")
        self.assertFalse(decision.may_end)
        self.assertIn("no check ran", decision.reasons[0])

    def test_a_broken_collection_is_not_hidden_by_other_passes(self):
        log = "collected 3 items\nERROR collecting tests/test_x.py\n"
        decision = finalizer().finalize(phase(passed("a"), log=log), "main")
        self.assertEqual(decision.verdict, "broken")
        self.assertEqual(
            decision.blocking, "ERROR collecting tests/test_x.py"
        )

    def test_a_missing_file_comes_before_a_failure(self):
        decision = finalizer().finalize(
            phase(failed("a"), produced=["src/b.py"]),
            "main",
            [Promise("src/a.py"), Promise("src/b.py")],
        )
        self.assertEqual(decision.verdict, "unfinished")
        self.assertEqual(decision.blocking, "src/a.py")
        self.assertIn("new failure: a", decision.reasons)

    def test_a_new_failure_blocks(self):
        decision = finalizer().finalize(
            phase(passed("a"), failed("b")), "main"
        )
        self.assertEqual(decision.verdict, "failed")
        self.assertEqual(decision.blocking, "b")

    def test_a_known_failure_is_a_note(self):
        decision = finalizer(known=["b"]).finalize(phase(failed("b")), "main")
        self.assertEqual(decision.verdict, "passed with notes")
        self.assertEqual(decision.reasons, ["known failure: b"])

    def test_a_waived_failure_is_a_note_with_a_date(self):
        found = [waiver_for("b")]
        decision = finalizer(found=found).finalize(phase(failed("b")), "main")
        self.assertEqual(decision.verdict, "passed with notes")
        self.assertEqual(
            decision.reasons,
            ["waived until 2025-03-17: b (flaky since the upgrade)"],
        )


class CollectionErrorsTest(unittest.TestCase):
    def test_each_runner_is_recognised(self):
        lines = [
            "E   ModuleNotFoundError: No module named 'gatehouse'",
            "ERROR collecting tests/test_a.py",
            "Interrupted: 1 error during collection",
            "Interrupted: 12 errors during collection",
            "ImportError: Failed to import test module: test_a",
        ]
        found = list(collection_errors("\r\n".join(lines)))
        self.assertEqual(found, lines)

    def test_a_test_that_talks_about_imports_is_no_error(self):
        text = "tests/test_a.py::test_ImportError PASSED\n# SyntaxError\n"
        self.assertEqual(list(collection_errors(text)), [])


class ShortenTest(unittest.TestCase):
    def test_a_long_list_is_counted(self):
        names = [f"n{i}" for i in range(SHOWN + 3)]
        said = shorten("missing", names)
        self.assertEqual(len(said), SHOWN + 1)
        self.assertEqual(said[-1], "missing: … and 3 more")


if __name__ == "__main__":
    unittest.main()
