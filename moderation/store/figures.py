"""Counting what became of comments: how many came, who decided how and how fast, and what was turned around."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Select,
    String,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from moderation.domain import Actor, Status
from moderation.store import sight
from moderation.tables import appeals, comments, decisions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from moderation.desk import Moderator

_SLACK = 1_000
"""Rows before the first of a time that are looked at too: transactions do not commit in the order of their numbers."""


_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted: all that someone sees (of one site, if `site_id` is given) from a time to another, by slot.

    A slot is an hour or a day of UTC, and named by when it begins. Of what policy decided the times are taken from
    one comment in `sampled`: of a million, some ten thousand tell them as well.
    """

    who: Moderator
    site_id: int | None
    since: datetime
    until: datetime
    by_hour: bool
    sampled: int = 1

    @property
    def is_one_day(self) -> bool:
        """Tell whether all is in one slot, which then need not be told from others."""
        return not self.by_hour and self.since.date() == (self.until - _INSTANT).date()


@dataclass(frozen=True, slots=True)
class Arrived:
    """Comments accepted in a slot."""

    slot: datetime
    n: int


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions of a slot that are alike. `is_first` is true of the first about a comment."""

    slot: datetime
    by: Actor
    status: Status
    is_first: bool
    n: int


@dataclass(frozen=True, slots=True)
class Waited:
    """Comments of a slot that waited equally long for their decision, in seconds rounded to two digits."""

    slot: datetime
    by: Actor
    seconds: float
    n: int


@dataclass(frozen=True, slots=True)
class Worked:
    """What one person decided in one hour; `n_single` leaves batches out."""

    slot: datetime
    moderator_id: int
    n: int
    n_single: int


@dataclass(frozen=True, slots=True)
class Turned:
    """Decisions that people turned around in a slot, by who had made them."""

    slot: datetime
    by: Actor
    moderator_id: int | None
    was_appealed: bool
    n: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """Rejects under an article in a slot."""

    slot: datetime
    article_id: int
    n: int


def arrived(tx: Connection, asked: Asked) -> list[Arrived]:
    """Count the comments that were accepted."""
    first = first_since(tx, comments.c.id, comments.c.accepted_at, asked.since)
    slot = slot_of(tx, comments.c.accepted_at, by_hour=asked.by_hour)
    came = and_(comments.c.accepted_at >= asked.since, comments.c.accepted_at < asked.until)
    query = select(slot, func.count()).where(comments.c.id >= first, came)
    query = sight.limited(asked.who, query, comments, asked.site_id, has_comments=True)
    return [Arrived(moment(at), n) for at, n in tx.execute(query.group_by(slot))]


def n_waiting(tx: Connection, asked: Asked) -> int:
    """Count the comments that were accepted and still wait, for the classifier or for people."""
    total = 0
    for status in (Status.PENDING, Status.HELD):
        query = select(func.count()).select_from(comments)
        query = query.where(comments.c.status == _plain(status.value))
        query = query.where(comments.c.accepted_at >= asked.since)
        query = sight.limited(asked.who, query, comments, asked.site_id, has_comments=True)
        total += int(tx.execute(query).scalar_one())
    return total


def decided(tx: Connection, asked: Asked) -> list[Decided]:
    """Count the released decisions, by who made them and how they came out."""
    parts = (decisions.c.by, decisions.c.status, case((_is_first(), _plain(1)), else_=_plain(0)))
    query = sight.limited(asked.who, select(*parts, func.count()).where(_released(asked)), decisions, asked.site_id)
    return [
        Decided(slot, Actor(by), Status(status), bool(first), n)
        for slot, by, status, first, n in _by_slot(tx, asked, query, parts)
    ]


def waited(tx: Connection, asked: Asked) -> list[Waited]:
    """Count how long comments waited: for policy when they came, for people when policy held them or had not decided.

    What was decided again later, after a report or an appeal, waited for something else and is left out.
    """
    is_answer = and_(
        decisions.c.by != Actor.POLICY.value,
        decisions.c.previous_status.in_([Status.PENDING.value, Status.HELD.value]),
        decisions.c.status.in_([Status.APPROVED.value, Status.REJECTED.value]),
    )
    by_policy = and_(
        decisions.c.by == Actor.POLICY.value, _is_first(), decisions.c.comment_id % _plain(asked.sampled) == _plain(0)
    )
    parts = (decisions.c.by, rounded(tx, seconds_between(tx, comments.c.accepted_at, decisions.c.decided_at)))
    query = select(*parts, func.count()).join(comments, comments.c.id == decisions.c.comment_id)
    query = query.where(_released(asked), or_(is_answer, by_policy))
    query = sight.limited(asked.who, query, decisions, asked.site_id, has_comments=True)
    return [
        Waited(slot, Actor(by), seconds_of(took), n * (asked.sampled if by == Actor.POLICY else 1))
        for slot, by, took, n in _by_slot(tx, asked, query, parts)
    ]


def worked(tx: Connection, asked: Asked) -> list[Worked]:
    """Count what people decided, hour by hour."""
    hour = slot_of(tx, decisions.c.decided_at, by_hour=True)
    single = func.sum(case((decisions.c.batch_id.is_(None), 1), else_=0))
    query = select(hour, decisions.c.moderator_id, func.count(), single).where(_released(asked))
    query = query.where(decisions.c.moderator_id.is_not(None))
    query = sight.limited(asked.who, query, decisions, asked.site_id)
    found = tx.execute(query.group_by(hour, decisions.c.moderator_id))
    return [
        Worked(at if asked.by_hour else at.replace(hour=0), person, n, n_single)
        for at, person, n, n_single in ((moment(raw), *rest) for raw, *rest in found)
    ]


def turned(tx: Connection, asked: Asked) -> list[Turned]:
    """Count approvals and rejections that people turned around, whoever had made them, on the same revision."""
    final = [Status.APPROVED.value, Status.REJECTED.value]
    earlier, former = decisions.alias("earlier"), decisions.alias("former")
    before = (
        select(earlier.c.id)
        .where(
            earlier.c.comment_id == decisions.c.comment_id,
            earlier.c.revision == decisions.c.revision,
            earlier.c.status.in_(final),
            earlier.c.sequence < decisions.c.sequence,
        )
        .order_by(earlier.c.sequence.desc())
        .limit(1)
    )
    was_appealed = select(appeals.c.id).where(appeals.c.decision_id == former.c.id).exists()
    parts = (former.c.by, former.c.moderator_id, case((was_appealed, _plain(1)), else_=_plain(0)))
    query = select(*parts, func.count()).select_from(decisions).join(former, former.c.id == before.scalar_subquery())
    query = query.where(
        _released(asked),
        decisions.c.by != Actor.POLICY.value,
        decisions.c.status.in_(final),
        former.c.status != decisions.c.status,
    )
    query = sight.limited(asked.who, query, decisions, asked.site_id)
    return [
        Turned(slot, Actor(by), person, bool(appealed), n)
        for slot, by, person, appealed, n in _by_slot(tx, asked, query, parts)
    ]


def rejected(tx: Connection, asked: Asked) -> list[Rejected]:
    """Count rejects by article."""
    query = select(comments.c.article_id, func.count()).join(decisions, comments.c.id == decisions.c.comment_id)
    query = query.where(
        _released(asked),
        decisions.c.status == Status.REJECTED.value,
        decisions.c.previous_status != Status.REJECTED.value,
    )
    query = sight.limited(asked.who, query, decisions, asked.site_id, has_comments=True)
    found = _by_slot(tx, asked, query, (comments.c.article_id,))
    return [Rejected(slot, article_id, n) for slot, article_id, n in found]


def slot_of(tx: Connection, at: ColumnElement[Any], *, by_hour: bool) -> ColumnElement[Any]:
    """Write the beginning of the hour or day that a moment falls in, as the database does it fastest."""
    if tx.dialect.name == "sqlite":
        return func.substr(type_coerce(at, String), _plain(1), _plain(13 if by_hour else 10))
    return func.date_trunc(_plain("hour" if by_hour else "day"), at, _plain("UTC"))


def moment(slot: Any) -> datetime:
    """Read a slot as it comes from the database."""
    if isinstance(slot, datetime):
        return slot.astimezone(UTC)
    return datetime.fromisoformat(slot).replace(tzinfo=UTC)


def seconds_between(tx: Connection, begin: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[float]:
    """Write the seconds from one moment to another."""
    if tx.dialect.name == "sqlite":
        days = func.julianday(type_coerce(end, String)) - func.julianday(type_coerce(begin, String))
        return type_coerce(days * _plain(86_400.0), Float)
    return cast(extract("epoch", end - begin), Float)


def rounded(tx: Connection, seconds: ColumnElement[float]) -> ColumnElement[str]:
    """Write seconds with two digits, such as `4.1e+02`: few values are left to count by."""
    if tx.dialect.name == "sqlite":
        return func.printf(_plain("%.1e"), seconds)
    return func.to_char(seconds, _plain("9.9EEEE"))


def seconds_of(written: str) -> float:
    """Read rounded seconds. A clock that was set back meanwhile makes no time negative."""
    return max(0.0, float(written))


def first_since(
    tx: Connection, key: ColumnElement[int], at: ColumnElement[datetime], since: datetime, *limits: ColumnElement[bool]
) -> int:
    """Find, by halving, where rows of a time begin in a table whose keys grow with time and that has no index on it.

    The answer is a little too early rather than too late.
    """
    low = tx.execute(select(func.coalesce(func.min(key), 0)).where(*limits)).scalar_one()
    high = tx.execute(select(func.coalesce(func.max(key), 0)).where(*limits)).scalar_one()
    while low < high:
        middle = (low + high) // 2
        found, when = tx.execute(select(key, at).where(key >= middle, *limits).order_by(key).limit(1)).one()
        if when < since:
            low = found + 1
        else:
            high = middle
    return int(low) - _SLACK


def _by_slot(
    tx: Connection, asked: Asked, query: Select[Any], parts: Sequence[ColumnElement[Any]]
) -> Iterator[tuple[Any, ...]]:
    """Group a query about decisions by slot and these parts; the slot comes first."""
    if asked.is_one_day:
        return ((asked.since, *row) for row in tx.execute(query.group_by(*parts)))
    slot = slot_of(tx, decisions.c.decided_at, by_hour=asked.by_hour)
    return ((moment(at), *row) for *row, at in tx.execute(query.add_columns(slot).group_by(slot, *parts)))


def _is_first() -> ColumnElement[bool]:
    return and_(decisions.c.revision == _plain(1), decisions.c.previous_status == _plain(Status.PENDING.value))


def _released(asked: Asked) -> ColumnElement[bool]:
    return and_(
        decisions.c.decided_at >= asked.since,
        decisions.c.decided_at < asked.until,
        decisions.c.released_at.is_not(None),
    )


def _plain(value: Any) -> ColumnElement[Any]:
    """Write a value into the statement itself: SQLite takes what is grouped by and what is selected for the same."""
    return literal(value, literal_execute=True)
