"""The numbers of the desk over some days, as values: how much came, who decided, how fast, how well people agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moderation.figures import Agreement
    from moderation.store.delivery_figures import Health
    from moderation.store.threads import Piece

PERIODS = (1, 7, 30, 90)
"""Days that can be asked for."""

FEWEST_PAIRS = 20
"""With fewer second opinions kappa says nothing worth saying."""

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The last days up to now, in slots: one day as 24 hours, more as days of UTC, today among them."""

    days: int
    since: datetime
    until: datetime

    @property
    def by_hour(self) -> bool:
        """Tell whether a slot is an hour."""
        return self.days == 1

    @property
    def slots(self) -> list[datetime]:
        """When each slot begins, oldest first."""
        step = _HOUR if self.by_hour else _DAY
        return [self.since + step * n for n in range(24 if self.by_hour else self.days)]


@dataclass(frozen=True, slots=True)
class Volume:
    """What came in within a slot and what was decided in it."""

    slot: datetime
    n: int = 0
    policy_approved: int = 0
    policy_rejected: int = 0
    held: int = 0
    people_approved: int = 0
    people_rejected: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds from a comment's arrival to its decision: half took no longer than `p50`, nine in ten than `p90`."""

    p50: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class Person:
    """What one person did. An active hour is one in which they decided at least once; batches count in `n` alone."""

    id: int
    name: str
    n: int
    n_hours: int
    per_hour: float | None
    n_reversed: int
    n_opinions: int


@dataclass(frozen=True, slots=True)
class Reversals:
    """Decisions that people turned around: those of people, of policy, and how many of all followed an appeal."""

    of_people: int = 0
    of_policy: int = 0
    after_appeal: int = 0


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far people agree, on everything or under one guideline."""

    guideline: str | None
    title: str | None
    agreement: Agreement

    @property
    def is_told(self) -> bool:
        """Tell whether there are enough pairs to say anything."""
        return self.agreement.n_pairs >= FEWEST_PAIRS and self.agreement.kappa is not None


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a thread does: rejects a minute now and usually, and whether they are rising."""

    piece: Piece
    by_minute: tuple[int, ...]
    now: float
    usual: float
    is_rising: bool


@dataclass(frozen=True, slots=True)
class Messages:
    """What became of the messages that were due to sites in a slot."""

    slot: datetime
    at_once: int = 0
    later: int = 0
    dead: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Telling:
    """How well sites are told: the messages by slot, how fast they were delivered, and the endpoints."""

    period: Period
    slots: tuple[Messages, ...]
    at_once: float | None
    pace: Pace
    endpoints: tuple[Health, ...]
    n_disagreeing: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything that someone sees on the page. `people` are all, or themselves; the rest is None but for editors."""

    as_of: datetime
    period: Period
    n: int
    n_policy: int
    n_people: int
    n_waiting: int
    volumes: tuple[Volume, ...]
    paces: tuple[tuple[datetime, Pace], ...]
    people_pace: Pace
    policy_pace: Pace
    people: tuple[Person, ...] = ()
    reversals: Reversals | None = None
    agreements: tuple[Agreed, ...] | None = None
    articles: tuple[tuple[Piece, int], ...] | None = None
    weather: tuple[Outlook, ...] | None = None
    telling: Telling | None = None


def period(days: int, now: datetime) -> Period:
    """Tell which period the last days are."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if days == 1:
        return Period(1, hour - 23 * _HOUR, now)
    return Period(days, hour.replace(hour=0) - (days - 1) * _DAY, now)
