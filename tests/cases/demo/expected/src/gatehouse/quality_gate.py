"""Compares the checks of a phase with what is known of its branch.

The gate knows nothing of waivers and promises; those are the business of
``gatehouse.phase_finalizer``, which uses the notes of the gate.
"""

from gatehouse.records import Decision

SLOW_SECONDS = 120.0

#: Outcomes that say nothing about the code under test.
SILENT_OUTCOMES = frozenset({"skipped", "deselected"})


class QualityGate:
    """Judges a phase; keeps no state of its own."""

    def __init__(self, baseline, slow_seconds=SLOW_SECONDS):
        self.baseline = baseline
        self.slow_seconds = slow_seconds

    def fresh_failures(self, result, branch):
        """The failures that the baseline of the branch does not know."""
        known = self.baseline.known(branch)
        return [c for c in result.failures() if c.name not in known]
    def judge(self, result, branch):
        known = self.baseline.known(branch)
        fresh = self.fresh_failures(result, branch)
        if fresh:
            reasons = [f"new failure: {c.name}" for c in fresh]
            return Decision(result.phase_id, "failed", reasons, fresh[0].name)
        reasons = self._notes(result, known)
        verdict = "passed with notes" if reasons else "passed"
        return Decision(result.phase_id, verdict, reasons)

    def notes(self, result, branch):
        """What deserves a word although it blocks nothing."""
        return self._notes(result, self.baseline.known(branch))

    def _notes(self, result, known):
        notes = []
        silent = [c for c in result.checks if c.outcome in SILENT_OUTCOMES]
        if silent and len(silent) == len(result.checks):
            notes.append(f"all {len(silent)} checks were skipped")
        for check in result.failures():
            notes.append(f"known failure: {check.name}")
        for check in result.checks:
            if check.seconds > self.slow_seconds:
                notes.append(f"slow: {check.name} took {check.seconds:.0f} s")
        return notes
