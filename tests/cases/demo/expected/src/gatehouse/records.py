"""The values that every other module passes around."""

from dataclasses import dataclass, field
from typing import Optional


@dataclass(frozen=True)
class CheckResult:
    """What one check of a phase said."""

    name: str
    outcome: str
    seconds: float = 0.0
    message: str = ""

    @property
    def failed(self) -> bool:
        return self.outcome in ("failed", "error")


@dataclass(frozen=True)
class PhaseResult:
    """Everything that a phase left behind."""

    phase_id: str
    checks: tuple
    produced: tuple = ()
    log_excerpt: str = ""

    def failures(self) -> list:
        return [check for check in self.checks if check.failed]


@dataclass
class Decision:
    """Whether a phase may end, and why."""

    phase_id: str
    verdict: str
    reasons: list = field(default_factory=list)
    blocking: Optional[str] = None

    @property
    def may_end(self) -> bool:
        return self.verdict in ("passed", "passed with notes")
