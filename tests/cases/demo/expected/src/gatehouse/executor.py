"""Runs the phases of a build one after the other.

The gate judges the checks. If there is a finalizer it has the last word,
since it also knows the promises of the phase and the waivers of the branch.
"""

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
    """Runs each check of a phase, then asks the finalizer or the gate."""

    def __init__(self, gate, branch, clock=time.monotonic, finalizer=None):
        self.gate = gate
        self.branch = branch
        self.clock = clock
        self.finalizer = finalizer
        self.history = []

    def run_phase(
        self, phase_id, checks, promises=(), produced=(), log_excerpt=""
    ):
        """Runs the checks and decides; raises :class:`PhaseFailed`.

        ``promises`` are what the phase said it would produce, ``produced``
        the files that are there now, as paths relative to the project.
        """
        result = PhaseResult(
            phase_id,
            tuple(self._run_all(checks)),
            tuple(produced),
            log_excerpt,
        )
        decision = self._decide(result, promises)
        self.history.append(decision)
        log.info("%s: %s", phase_id, decision.verdict)
        if not decision.may_end:
            raise PhaseFailed(decision)
        return decision

    def _decide(self, result, promises):
        if self.finalizer is None:
            return self.gate.judge(result, self.branch)
        decision = self.finalizer.finalize(result, self.branch, promises)
        if decision.may_end:
            for note in self.gate.notes(result, self.branch):
                if note not in decision.reasons:
                    decision.reasons.append(note)
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
            "blocking": [d.blocking for d in self.history if d.blocking],
        }
