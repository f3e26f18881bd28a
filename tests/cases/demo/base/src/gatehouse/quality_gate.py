"""Compares the checks of a phase with what is known of its branch."""

from gatehouse.records import Decision

SLOW_SECONDS = 120.0


class QualityGate:
    """Judges a phase; keeps no state of its own."""

    def __init__(self, baseline, slow_seconds=SLOW_SECONDS):
        self.baseline = baseline
        self.slow_seconds = slow_seconds

    def judge(self, result, branch):
        known = self.baseline.known(branch)
        fresh = [c for c in result.failures() if c.name not in known]
        if fresh:
            reasons = [f"new failure: {c.name}" for c in fresh]
            return Decision(result.phase_id, "failed", reasons, fresh[0].name)
        reasons = self._notes(result, known)
        verdict = "passed with notes" if reasons else "passed"
        return Decision(result.phase_id, verdict, reasons)

    def _notes(self, result, known):
        notes = []
        for check in result.failures():
            notes.append(f"known failure: {check.name}")
        for check in result.checks:
            if check.seconds > self.slow_seconds:
                notes.append(f"slow: {check.name} took {check.seconds:.0f} s")
        return notes
