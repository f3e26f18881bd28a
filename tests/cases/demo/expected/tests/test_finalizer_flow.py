"""From the executor to the API: a phase, a refusal, a waiver, a pass."""

import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from gatehouse.api import Service
from gatehouse.executor import Executor, PhaseFailed
from gatehouse.phase_finalizer import PhaseFinalizer, Promise
from gatehouse.quality_gate import QualityGate

NOW = datetime(2025, 3, 14, 12, 0, tzinfo=timezone.utc)
CHECK = "tests/test_upload.py"


def works():
    pass


def breaks():
    raise AssertionError("expected 3 parts,\n\tgot 2")


class FlowTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.moment = NOW
        self.service = Service(
            Path(self.folder.name), clock=lambda: self.moment
        )
        self.executor = self.executor_for("main")

    def executor_for(self, branch):
        finalizer = PhaseFinalizer(
            self.service.baselines,
            self.service.waivers,
            clock=lambda: self.moment,
        )
        gate = QualityGate(self.service.baselines)
        return Executor(gate, branch, finalizer=finalizer)

    def ask(self, **changes):
        body = {
            "branch": "main",
            "check": CHECK,
            "who": "mira",
            "reason": "the storage of the test bench is read-only",
            "days": 5,
        }
        body.update(changes)
        return self.service.handle("POST", "/waiver", body)

    def grant(self, waiver_id, who="jonas"):
        body = {"waiver_id": waiver_id, "state": "granted", "who": who}
        return self.service.handle("POST", "/waiver/decision", body)

    def test_a_new_failure_stops_the_build(self):
        with self.assertRaises(PhaseFailed) as caught:
            self.executor.run_phase("upload", [(CHECK, breaks)])
        self.assertEqual(caught.exception.decision.blocking, CHECK)
        self.assertFalse(self.executor.summary()["passed"])

    def test_a_granted_waiver_lets_it_pass_until_it_ends(self):
        asked = self.ask()
        self.assertEqual(asked["status"], 201)
        granted = self.grant(asked["waiver"]["waiver_id"])
        self.assertEqual(granted["waiver"]["state"], "granted")

        decision = self.executor.run_phase("upload", [(CHECK, breaks)])
        self.assertEqual(decision.verdict, "passed with notes")
        self.assertIn("waived until 2025-03-19", decision.reasons[0])

        self.moment = NOW + timedelta(days=5)
        with self.assertRaises(PhaseFailed):
            self.executor.run_phase("upload", [(CHECK, breaks)])

    def test_nobody_grants_their_own_waiver_over_the_api(self):
        answer = self.grant(self.ask()["waiver"]["waiver_id"], who="mira")
        self.assertEqual(answer["status"], 409)
        self.assertIn("somebody else", answer["error"])

    def test_waivers_are_listed_with_the_days_they_still_have(self):
        self.ask()
        self.moment = NOW + timedelta(days=2)
        answer = self.service.handle("GET", "/waivers", {"branch": "main"})
        self.assertEqual([w["days_left"] for w in answer["waivers"]], [3])
        other = self.service.handle("GET", "/waivers", {"branch": "dev"})
        self.assertEqual(other["waivers"], [])

    def test_a_phase_keeps_its_promises(self):
        promises = [Promise.parse("dist/*.whl"), Promise.parse("CHANGES")]
        with self.assertRaises(PhaseFailed) as caught:
            self.executor.run_phase(
                "package",
                [("build", works)],
                promises=promises,
                produced=["dist/gatehouse-0.7.0-py3-none-any.whl"],
            )
        self.assertEqual(caught.exception.decision.blocking, "CHANGES")
        decision = self.executor.run_phase(
            "package",
            [("build", works)],
            promises=promises,
            produced=["CHANGES", "dist/gatehouse-0.7.0-py3-none-any.whl"],
        )
        self.assertEqual(decision.verdict, "passed")


if __name__ == "__main__":
    unittest.main()
