"""Reckoning: what policy misses and what it rejects wrongly, by the blind sample, over time and by what it is about."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from moderation import estimates
from moderation.domain import Status
from moderation.estimates import Cell, Estimate, Rates
from moderation.sampling import STRATA
from moderation.store import sample_readings as store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.database import Database
    from moderation.store.sample_readings import Drawn, Frame

WEEKS = 13
"""How many weeks are reckoned, the running one among them: mistakes are rare, and few verdicts are drawn."""

_WEEK = timedelta(days=7)
_ORDER = {name: place for place, (name, _, _) in enumerate(STRATA)}


@dataclass(frozen=True, slots=True)
class Part:
    """The rates of what has one thing in common: a guideline's id, a language or a section; None where it has none."""

    name: str | None
    rates: Rates


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What the sample says of the last weeks.

    `n_approved` and `n_rejected` are policy's own verdicts in that time. Of `n_drawn`, people answered `n_answered`,
    `n_told` of these where they could have seen the verdict; `n_waiting` wait. The rest were changed or withdrawn.
    """

    since: datetime
    n_approved: int
    n_rejected: int
    n_drawn: int
    n_answered: int
    n_told: int
    n_waiting: int
    rates: Rates
    weeks: tuple[tuple[datetime, Rates], ...]
    guidelines: tuple[Part, ...]
    languages: tuple[Part, ...]
    sections: tuple[Part, ...]


def reckon(database: Database, who: Moderator, site_id: int | None, now: datetime) -> Reckoning:
    """Reckon for the sites that someone sees, or for one of them. For editors of whole sites."""
    since = first_day(now)
    with database.reading() as tx:
        frames = store.frames(tx, who, site_id, since)
        drawn = store.drawn(tx, who, site_id, since)
    return of(frames, drawn, since)


def first_day(now: datetime) -> datetime:
    """Tell on which Monday of UTC the first of the weeks begins."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday()) - (WEEKS - 1) * _WEEK


def of(frames: Sequence[Frame], drawn: Sequence[Drawn], since: datetime) -> Reckoning:
    """Reckon from what was there, drawn and answered."""
    answered = [one for one in drawn if one.answer is not None]
    weeks = [since + _WEEK * n for n in range(WEEKS)]
    return Reckoning(
        since,
        sum(one.n for one in frames if one.status is Status.APPROVED),
        sum(one.n for one in frames if one.status is Status.REJECTED),
        len(drawn),
        len(answered),
        sum(not one.is_blind for one in answered),
        sum(one.answer is None and not one.is_ended for one in drawn),
        _rates(frames, answered),
        tuple((week, _week(frames, answered, week)) for week in weeks),
        tuple(_by_guideline(frames, answered)),
        tuple(_by(frames, answered, lambda one: one.language)),
        tuple(_by(frames, answered, lambda one: one.section)),
    )


def _week(frames: Iterable[Frame], answered: Iterable[Drawn], week: datetime) -> Rates:
    over = week + _WEEK
    return _rates(
        [one for one in frames if week <= one.day < over], [one for one in answered if week <= one.drawn_at < over]
    )


def _rates(
    frames: Iterable[Frame],
    answered: Sequence[Drawn],
    is_about: Callable[[Drawn], bool] = lambda _: True,
    counts: Callable[[Drawn], bool] = lambda one: one.answer is not one.status,
) -> Rates:
    cells = {
        status: _cells(
            [one for one in frames if one.status is status],
            [one for one in answered if one.status is status],
            is_about,
            counts,
        )
        for status in (Status.APPROVED, Status.REJECTED)
    }
    return estimates.rates(cells[Status.APPROVED], cells[Status.REJECTED])


def _cells(
    frames: Iterable[Frame],
    answered: Iterable[Drawn],
    is_about: Callable[[Drawn], bool],
    counts: Callable[[Drawn], bool],
) -> list[Cell]:
    """Make a cell of each stratum, the surest first; of a part of it, the size that its answers tell.

    Where shares were changed, what was drawn with another probability is another stratum.
    """
    sizes: dict[tuple[str, float], int] = defaultdict(int)
    for frame in frames:
        sizes[frame.stratum, frame.probability] += frame.n
    found: dict[tuple[str, float], list[Drawn]] = defaultdict(list)
    for one in answered:
        found[one.stratum, one.probability].append(one)
    cells: list[Cell] = []
    for key in sorted(sizes, key=lambda key: (_ORDER[key[0]], key[1])):
        about = [one for one in found[key] if is_about(one)]
        part = len(about) / len(found[key]) if found[key] else 1.0
        cells.append(Cell(sizes[key] * part, len(about), sum(counts(one) for one in about)))
    return cells


def _by(frames: Sequence[Frame], answered: Sequence[Drawn], name_of: Callable[[Drawn], str | None]) -> list[Part]:
    names = {name_of(one) for one in answered}
    parts = (
        Part(name, _rates(frames, answered, lambda one, name=name: name_of(one) == name))  # type: ignore[misc]
        for name in sorted(names, key=lambda name: (name is None, name))
    )
    return [part for part in parts if _says(part.rates)]


def _by_guideline(frames: Sequence[Frame], answered: Sequence[Drawn]) -> list[Part]:
    """Tell by guideline what was missed that people named it for, and how much of what it rejected is wrong."""
    parts: list[Part] = []
    for name in sorted({name for one in answered for name in (*one.guidelines, *one.named)}):
        missed = _rates(frames, answered, counts=lambda one, name=name: _is_missed(one, name)).missed  # type: ignore[misc]
        wrong = _rates(frames, answered, lambda one, name=name: name in one.guidelines)  # type: ignore[misc]
        parts.append(Part(name, Rates(missed, wrong.wrong, wrong.precision, None)))
    return [part for part in parts if _says(part.rates)]


def _is_missed(one: Drawn, guideline: str) -> bool:
    return one.answer is not one.status and guideline in one.named


def _says(rates: Rates) -> bool:
    found: tuple[Estimate | None, ...] = (rates.missed, rates.wrong)
    return any(one is not None for one in found)
