"""Reading the review queues: what waits for someone, in what order, how much and how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, literal_column, or_, select

from moderation.desk import Moderator, Order, Queue, Role
from moderation.desk_tables import review_claims, review_items, second_opinions
from moderation.domain import Actor, Status
from moderation.store.claims import is_claimed_by_another
from moderation.tables import appeals, comments, decisions, reports

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a queue someone wants to work, and what comes first. None leaves a choice open."""

    queue: Queue
    order: Order = Order.SEVERITY
    site_id: int | None = None
    section: str | None = None
    article_id: int | None = None
    guideline: str | None = None
    language: str | None = None
    only_escalated: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A comment that waits, as a queue knows it."""

    comment_id: int
    queue: Queue
    attribute: str | None
    guidelines: tuple[str, ...]
    severity: float
    entered_at: datetime
    escalated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of one queue waits in one section and language of one site, since when, and if for editors only."""

    queue: Queue
    site_id: int
    section: str | None
    language: str | None
    is_escalated: bool
    n: int
    oldest_at: datetime


_ITEM = (
    review_items.c.comment_id,
    review_items.c.queue,
    review_items.c.attribute,
    review_items.c.guidelines,
    review_items.c.severity,
    review_items.c.entered_at,
    review_items.c.escalated_at,
)

_WAITING = select(review_items.c.comment_id).where(
    review_items.c.comment_id.in_(bindparam("asked", expanding=True)), review_items.c.decision_id.is_(None)
)

_FIRST = {
    Order.SEVERITY: (review_items.c.severity.desc(), review_items.c.id.desc()),
    Order.UNCERTAINTY: (review_items.c.uncertainty.desc(), review_items.c.id.desc()),
    Order.AGE: (review_items.c.entered_at, review_items.c.id),
    Order.REACH: (review_items.c.reach.desc(), review_items.c.id.desc()),
}


def next_for(
    tx: Connection, who: Moderator, wanted: Wanted, now: datetime, limit: int, beside: Collection[int]
) -> list[Item]:
    """Find what comes next for someone: nobody else's, not decided, not `beside` what is in hand already."""
    query = waiting_for(who, wanted, now).where(~is_claimed_by_another(who.id, now))
    if beside:
        query = query.where(review_items.c.comment_id.not_in(beside))
    query = query.order_by(*_order(wanted)).limit(limit).with_for_update(skip_locked=True, of=review_items)
    return [_item(row) for row in tx.execute(query)]


def in_hand_of(tx: Connection, who: Moderator, wanted: Wanted, now: datetime) -> list[Item]:
    """List what someone has in hand of a queue and what still waits, in the order of the queue."""
    mine = and_(
        review_claims.c.comment_id == review_items.c.comment_id,
        review_claims.c.moderator_id == who.id,
        review_claims.c.queue == wanted.queue.value,
        review_claims.c.until > now,
    )
    query = waiting_for(who, wanted, now).join(review_claims, mine)
    return [_item(row) for row in tx.execute(query.order_by(*_order(wanted)))]


def n_new(tx: Connection, who: Moderator, wanted: Wanted, since: datetime, now: datetime) -> int:
    """Count what entered a queue for someone since a time."""
    query = waiting_for(who, wanted, now).where(review_items.c.entered_at > since)
    return int(tx.execute(query.with_only_columns(func.count())).scalar_one())


def n_waiting(tx: Connection, who: Moderator, wanted: Wanted, now: datetime) -> int:
    """Count what waits for someone in the part of a queue that is wanted."""
    return int(tx.execute(waiting_for(who, wanted, now).with_only_columns(func.count())).scalar_one())


def still_waiting(tx: Connection, comment_ids: Collection[int]) -> set[int]:
    """Tell which of these comments wait in any queue."""
    return set(tx.execute(_WAITING, {"asked": list(comment_ids)}).scalars())


def everything_waiting(tx: Connection) -> list[Waiting]:
    """Count what waits anywhere, by queue, site, section, language and whether it is for editors only."""
    is_escalated = review_items.c.escalated_at.is_not(None).label("is_escalated")
    place = (review_items.c.queue, review_items.c.site_id, review_items.c.section, review_items.c.language)
    parts = (*place, is_escalated)
    query = select(*parts, func.count().label("n"), func.min(review_items.c.entered_at).label("oldest_at"))
    rows = tx.execute(query.where(review_items.c.decision_id.is_(None)).group_by(*parts))
    return [
        Waiting(Queue(row.queue), row.site_id, row.section, row.language, bool(row.is_escalated), row.n, row.oldest_at)
        for row in rows
    ]


def arrivals_since(tx: Connection, since: datetime) -> dict[tuple[Queue, int], int]:
    """Count what entered each queue since a time, by queue and site; what was decided meanwhile counts too."""
    # Grouped by a sum, which no index has: else SQLite reads all decisions in the order of their sites.
    place = (decisions.c.site_id + literal_column("0")).label("place")
    held = select(place, func.count().label("n")).where(
        decisions.c.decided_at > since, decisions.c.status == Status.HELD.value, decisions.c.by != Actor.MODERATOR.value
    )
    found = {(Queue.HELD, row.place): row.n for row in tx.execute(held.group_by(place))}
    for queue, table, at in (
        (Queue.REPORTED, reports, reports.c.created_at),
        (Queue.APPEALED, appeals, appeals.c.created_at),
        (Queue.SECOND_OPINION, second_opinions, second_opinions.c.asked_at),
    ):
        of_site = select(comments.c.site_id, func.count(func.distinct(table.c.comment_id)).label("n"))
        of_site = of_site.join(table, table.c.comment_id == comments.c.id).where(at > since)
        found |= {(queue, row.site_id): row.n for row in tx.execute(of_site.group_by(comments.c.site_id))}
    return found


def waiting_for(who: Moderator, wanted: Wanted, now: datetime) -> Select[Any]:
    """Give the query for what waits for someone in a part of a queue, in anybody's hand or in nobody's."""
    query = select(*_ITEM).where(review_items.c.queue == wanted.queue.value, review_items.c.decision_id.is_(None))
    query = query.where(or_(review_items.c.not_before.is_(None), review_items.c.not_before <= now), *_in_sight_of(who))
    query = query.where(or_(review_items.c.asked_by.is_(None), review_items.c.asked_by != who.id))
    for column, value in (
        (review_items.c.site_id, wanted.site_id),
        (review_items.c.section, wanted.section),
        (review_items.c.article_id, wanted.article_id),
        (review_items.c.language, wanted.language),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.guideline is not None:
        query = query.where(review_items.c.guidelines.contains(f" {wanted.guideline} ", autoescape=True))
    if not who.role.may(Role.EDITOR):
        return query.where(review_items.c.escalated_at.is_(None))
    return query.where(review_items.c.escalated_at.is_not(None)) if wanted.only_escalated else query


def _order(wanted: Wanted) -> tuple[ColumnElement[Any], ...]:
    """Give the order asked for. What was drawn by lot comes as it was drawn: else some would never be answered."""
    return _FIRST[Order.AGE if wanted.queue is Queue.SAMPLED else wanted.order]


def _in_sight_of(who: Moderator) -> list[ColumnElement[bool]]:
    limits: list[ColumnElement[bool]] = []
    if who.site_ids is not None:
        limits.append(review_items.c.site_id.in_(who.site_ids))
    if who.sections is not None:
        limits.append(review_items.c.section.in_(who.sections))
    return limits


def _item(row: Any) -> Item:
    return Item(
        row.comment_id,
        Queue(row.queue),
        row.attribute,
        tuple(row.guidelines.split()),
        row.severity,
        row.entered_at,
        row.escalated_at,
    )
