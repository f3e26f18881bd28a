"""Waivers: a person says "not now" to a failing check, for a while.

A waiver names one check on one branch, says who asked for it and why, and
ends by itself. It is requested by anybody and granted by somebody else. A
store keeps them as JSON lines, so that two builds that append at the same
time do not overwrite each other.
"""

import json
import os
import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Iterator, Optional

MAX_DAYS = 30
MIN_REASON_LETTERS = 12

REQUESTED = "requested"
GRANTED = "granted"
DENIED = "denied"
WITHDRAWN = "withdrawn"

_FINAL = (DENIED, WITHDRAWN)
_CHECK_NAME = re.compile(r"^[\w.\-/]+(\[[^\]\n]*\])?$")


class WaiverError(ValueError):
    """A waiver that cannot be requested, granted or read."""


@dataclass(frozen=True)
class Waiver:
    """One request to let one failing check pass."""

    waiver_id: str
    branch: str
    check: str
    requested_by: str
    reason: str
    requested_at: datetime
    ends_at: datetime
    state: str = REQUESTED
    decided_by: Optional[str] = None
    comment: str = ""

    def covers(self, branch: str, check: str, now: datetime) -> bool:
        """Whether the check may fail on the branch at this moment."""
        return (
            self.state == GRANTED
            and self.branch == branch
            and self.check == check
            and self.requested_at <= now < self.ends_at
        )

    def open_for(self, now: datetime) -> timedelta:
        """How long it still lasts; never negative."""
        return max(self.ends_at - now, timedelta(0))

    def as_record(self) -> dict:
        """A dictionary that JSON can hold."""
        record = asdict(self)
        for key in ("requested_at", "ends_at"):
            record[key] = getattr(self, key).isoformat()
        return record

    @classmethod
    def from_record(cls, record: dict) -> "Waiver":
        """The opposite of :meth:`as_record`."""
        values = dict(record)
        try:
            for key in ("requested_at", "ends_at"):
                values[key] = datetime.fromisoformat(values[key])
            return cls(**values)
        except (KeyError, TypeError, ValueError) as why:
            raise WaiverError(f"not a waiver: {why}") from why


def request(
    branch: str,
    check: str,
    requested_by: str,
    reason: str,
    now: datetime,
    days: int = 7,
) -> Waiver:
    """A new waiver, refused when it says too little or lasts too long."""
    if not _CHECK_NAME.match(check):
        raise WaiverError(f"not the name of a check: {check!r}")
    letters = sum(character.isalpha() for character in reason)
    if letters < MIN_REASON_LETTERS:
        raise WaiverError(
            f"a reason needs at least {MIN_REASON_LETTERS} letters, "
            f"this one has {letters}"
        )
    if not 1 <= days <= MAX_DAYS:
        raise WaiverError(f"a waiver lasts 1 to {MAX_DAYS} days, not {days}")
    stamp = now.strftime("%Y%m%d%H%M%S")
    slug = re.sub(r"\W+", "-", check).strip("-").lower()
    return Waiver(
        waiver_id=f"{stamp}-{slug[:40]}",
        branch=branch,
        check=check,
        requested_by=requested_by,
        reason=" ".join(reason.split()),
        requested_at=now,
        ends_at=now + timedelta(days=days),
    )


def decide(waiver: Waiver, state: str, who: str, comment: str = "") -> Waiver:
    """Grants, denies or withdraws; nobody grants a waiver of their own."""
    if waiver.state in _FINAL:
        raise WaiverError(f"{waiver.waiver_id} is already {waiver.state}")
    if state not in (GRANTED, DENIED, WITHDRAWN):
        raise WaiverError(f"no such decision: {state!r}")
    if state == GRANTED and who == waiver.requested_by:
        raise WaiverError("a waiver is granted by somebody else")
    if state == WITHDRAWN and who != waiver.requested_by:
        raise WaiverError("only the one who asked can withdraw")
    return replace(waiver, state=state, decided_by=who, comment=comment)


class WaiverStore:
    """Waivers as JSON lines; the last line about an id is the true one."""

    def __init__(self, path):
        self.path = Path(path)

    def append(self, waiver: Waiver) -> Waiver:
        """Writes one line in one call, so that lines never mix."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(waiver.as_record(), ensure_ascii=False) + "\n"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        handle = os.open(self.path, flags, 0o644)
        try:
            os.write(handle, line.encode("utf-8"))
        finally:
            os.close(handle)
        return waiver

    def all(self) -> dict:
        """Every waiver by its id, in the order of the first mention."""
        found = {}
        for number, line in self._lines():
            try:
                waiver = Waiver.from_record(json.loads(line))
            except (json.JSONDecodeError, WaiverError) as why:
                raise WaiverError(f"{self.path}:{number}: {why}") from why
            found[waiver.waiver_id] = waiver
        return found

    def get(self, waiver_id: str) -> Waiver:
        """The waiver with that id, or a :class:`WaiverError`."""
        try:
            return self.all()[waiver_id]
        except KeyError:
            raise WaiverError(f"no waiver {waiver_id!r}") from None

    def covering(
        self, branch: str, check: str, now: Optional[datetime] = None
    ) -> Optional[Waiver]:
        """The granted waiver that lasts longest, if there is one."""
        moment = now or datetime.now(timezone.utc)
        hits = [
            waiver
            for waiver in self.all().values()
            if waiver.covers(branch, check, moment)
        ]
        return max(hits, key=lambda waiver: waiver.ends_at, default=None)

    def _lines(self) -> Iterator[tuple]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield number, line
