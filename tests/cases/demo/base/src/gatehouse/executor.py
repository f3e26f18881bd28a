"""Runs the phases of a build one after the other."""

import logging
import time

from gatehouse.records import CheckResult, PhaseResult

log = logging.getLogger(__name__)


class PhaseFailed(RuntimeError):
    """A phase did not pass its gate."""

    def __init__(self, decision):
        super().__init__(f"{decision.phase_id}: {decision.verdict}")
        self.decision = decision


class Executor:
    """Runs each check of a phase, then asks the gate."""

    def __init__(self, gate, branch, clock=time.monotonic):
        self.gate = gate
        self.branch = branch
        self.clock = clock
        self.history = []

    def run_phase(self, phase_id, checks):
        result = PhaseResult(phase_id, tuple(self._run_all(checks)))
        decision = self.gate.judge(result, self.branch)
        self.history.append(decision)
        log.info("%s: %s", phase_id, decision.verdict)
        if not decision.may_end:
            raise PhaseFailed(decision)
        return decision

    def _run_all(self, checks):
        for name, check in checks:
            begun = self.clock()
            try:
                check()
                outcome, message = "passed", ""
            except AssertionError as why:
                outcome, message = "failed", str(why)
            except Exception as why:
                outcome, message = "error", str(why)
            yield CheckResult(name, outcome, self.clock() - begun, message)

    def summary(self):
        return {
            "branch": self.branch,
            "phases": [d.phase_id for d in self.history],
            "passed": all(d.may_end for d in self.history),
        }
