"""The last word on a phase: may it end, and what has to be said about it?

The gate compares checks with a baseline. The finalizer adds what the gate
cannot know: which files the phase promised, which failures somebody waived,
and whether the log shows that the checks ran at all. A phase that produced
nothing and tested nothing must not pass because nothing failed.

The order of the questions is fixed, the first refusal ends it:

1. Did any check run?            -> ``empty``
2. Did the collection break?     -> ``broken``
3. Is a promised file missing?   -> ``unfinished``
4. Is a failure new, not waived? -> ``failed``
"""

import fnmatch
import logging
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import PurePosixPath
from typing import Callable, Iterable, Optional, Sequence

from gatehouse.records import CheckResult, Decision, PhaseResult
from gatehouse.waivers import Waiver, WaiverStore

log = logging.getLogger(__name__)

EMPTY = "empty"
BROKEN = "broken"
UNFINISHED = "unfinished"
FAILED = "failed"
PASSED = "passed"
PASSED_WITH_NOTES = "passed with notes"

#: Lines that test runners print when they never came to run a test.
COLLECTION_ERRORS = (
    re.compile(r"^E\s+(ImportError|ModuleNotFoundError|SyntaxError)\b"),
    re.compile(r"^ERROR collecting \S+"),
    re.compile(r"^Interrupted: \d+ errors? during collection"),
    re.compile(r"^ImportError: Failed to import test module"),
)

#: How many lines of a long list are worth reading.
SHOWN = 5


@dataclass(frozen=True)
class Promise:
    """A file that the phase said it would produce; may be a pattern."""

    pattern: str
    optional: bool = False

    @classmethod
    def parse(cls, line: str) -> "Promise":
        """Reads ``src/a.py``, ``src/a.py (optional)`` or a pattern."""
        text = line.strip()
        optional = text.endswith("(optional)")
        if optional:
            text = text[: -len("(optional)")].rstrip()
        if not text or text.startswith("/") or ".." in text.split("/"):
            raise ValueError(f"not a path inside the project: {line!r}")
        return cls(str(PurePosixPath(text)), optional)

    def kept_by(self, produced: Iterable[str]) -> bool:
        """Whether one of the files is the promised one."""
        return any(fnmatch.fnmatchcase(p, self.pattern) for p in produced)


@dataclass
class Report:
    """Why the finalizer decided as it did, for people and for the API."""

    phase_id: str
    missing: list = field(default_factory=list)
    collection_errors: list = field(default_factory=list)
    fresh: list = field(default_factory=list)
    known: list = field(default_factory=list)
    waived: list = field(default_factory=list)

    def lines(self) -> list:
        """The report as sentences, the most urgent first."""
        said = []
        said += shorten("promised but missing", self.missing)
        said += shorten("collection", self.collection_errors)
        said += shorten("new failure", [c.name for c in self.fresh])
        said += shorten("known failure", [c.name for c in self.known])
        for check, waiver in self.waived:
            until = waiver.ends_at.date().isoformat()
            said.append(
                f"waived until {until}: {check.name} ({waiver.reason})"
            )
        return said


class PhaseFinalizer:
    """Asks the four questions; keeps no state between phases."""

    def __init__(
        self,
        baseline,
        waivers: WaiverStore,
        clock: Optional[Callable[[], datetime]] = None,
    ):
        self.baseline = baseline
        self.waivers = waivers
        self.clock = clock or (lambda: datetime.now(timezone.utc))

    def finalize(
        self,
        result: PhaseResult,
        branch: str,
        promises: Sequence[Promise] = (),
    ) -> Decision:
        """The decision about one phase; never raises for a bad phase."""
        report = self.examine(result, branch, promises)
        verdict = self.verdict(result, report)
        reasons = report.lines()
        if verdict == EMPTY:
            reasons.insert(0, "no check ran, so nothing is known")
        log.info("%s: %s (%d reasons)", result.phase_id, verdict, len(reasons))
        return Decision(
            result.phase_id,
            verdict,
            reasons,
            blocking=self.blocking(verdict, report),
        )

    def examine(
        self,
        result: PhaseResult,
        branch: str,
        promises: Sequence[Promise],
    ) -> Report:
        """Sorts everything that can be held against the phase."""
        report = Report(result.phase_id)
        report.missing = [
            promise.pattern
            for promise in promises
            if not promise.optional and not promise.kept_by(result.produced)
        ]
        report.collection_errors = list(collection_errors(result.log_excerpt))
        known = self.baseline.known(branch)
        for check in result.failures():
            self._sort(check, branch, known, report)
        return report

    @staticmethod
    def verdict(result: PhaseResult, report: Report) -> str:
        """The first of the four questions that is answered badly."""
        if not result.checks:
            return EMPTY
        if report.collection_errors:
            return BROKEN
        if report.missing:
            return UNFINISHED
        if report.fresh:
            return FAILED
        return PASSED_WITH_NOTES if report.lines() else PASSED

    @staticmethod
    def blocking(verdict: str, report: Report) -> Optional[str]:
        """The one thing to repair first."""
        if verdict == BROKEN:
            return report.collection_errors[0]
        if verdict == UNFINISHED:
            return report.missing[0]
        if verdict == FAILED:
            return report.fresh[0].name
        return None

    def _sort(
        self, check: CheckResult, branch: str, known, report: Report
    ) -> None:
        if check.name in known:
            report.known.append(check)
            return
        waiver = self._waiver(branch, check)
        if waiver is None:
            report.fresh.append(check)
        else:
            report.waived.append((check, waiver))

    def _waiver(self, branch: str, check: CheckResult) -> Optional[Waiver]:
        return self.waivers.covering(branch, check.name, self.clock())


def collection_errors(log_excerpt: str) -> Iterable[str]:
    """The lines of a log which say that tests could not be collected.

    >>> list(collection_errors("ok\\nERROR collecting tests/a.py\\n"))
    ['ERROR collecting tests/a.py']
    """
    for line in log_excerpt.splitlines():
        text = line.rstrip()
        if any(pattern.search(text) for pattern in COLLECTION_ERRORS):
            yield text


def shorten(label: str, names: Sequence[str]) -> list:
    """At most ``SHOWN`` sentences, and one that counts the rest.

    >>> shorten("missing", ["a", "b"])
    ['missing: a', 'missing: b']
    """
    said = [f"{label}: {name}" for name in names[:SHOWN]]
    rest = len(names) - SHOWN
    if rest > 0:
        said.append(f"{label}: … and {rest} more")
    return said
