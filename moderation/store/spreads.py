"""How scores are spread in the record: of what waits, and of what people decided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Float, Integer, Select, Text, and_, cast, func, select, true

from moderation.desk_tables import moderators, review_items
from moderation.domain import Status
from moderation.spreads import N_COLUMNS, Measure, Reach, Spread, spread
from moderation.store import sight
from moderation.store.claims import is_claimed_by_another
from moderation.store.waiting_items import waiting_for
from moderation.tables import articles, comments, decisions, revisions

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.waiting_items import Wanted

_ROUNDING = 1e-9
"""Keeps .29, which a computer multiplies to 28.999…, in column 29."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A comment, and the column of its spread that it stands in."""

    comment_id: int
    column: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided, spread by score: approved, rejected by the guideline in question, rejected by another."""

    approved: Spread
    rejected: Spread
    rejected_otherwise: Spread


def of_waiting(tx: Connection, who: Moderator, wanted: Wanted, measure: Measure, now: datetime) -> Spread:
    """Spread what waits for someone in a part of a queue, and is in nobody else's hand, by a measure."""
    column = column_of(measure, tx.dialect.name).label("column")
    each = _scored(who, wanted, now).with_only_columns(column).subquery()
    query = select(each.c.column, func.count().label("n")).group_by(each.c.column)
    return spread({row.column: row.n for row in tx.execute(query)})


def waiting_within(
    tx: Connection, who: Moderator, wanted: Wanted, measure: Measure, reach: Reach, now: datetime, limit: int
) -> list[Placed]:
    """List the comments of that spread that stand within a stretch of scores, in the order of their numbers."""
    column = column_of(measure, tx.dialect.name)
    query = _scored(who, wanted, now).with_only_columns(comments.c.id, column.label("column"))
    query = query.where(stands_within(column, reach)).order_by(comments.c.id).limit(limit)
    return [Placed(row.id, row.column) for row in tx.execute(query)]


def of_decided(
    tx: Connection, who: Moderator, site_id: int, measure: Measure, since: datetime, guideline: str | None = None
) -> Decided:
    """Spread what moderators approved and rejected one by one since a time, and did not undo, by a measure.

    Each decision counts by the scores of the revision that it was made on. What was decided in batches says nothing:
    nobody read each of these. With a guideline, rejections that name it are told from the others.
    """
    is_its = and_(revisions.c.comment_id == decisions.c.comment_id, revisions.c.number == decisions.c.revision)
    names_it = _names(guideline) if guideline is not None else true()
    each = select(
        decisions.c.status, names_it.label("names_it"), column_of(measure, tx.dialect.name).label("column")
    ).join(revisions, is_its)
    # Only the index on moderators serves: policy's own decisions, which the others hold too, are many more.
    site, batch = decisions.c.site_id + 0, decisions.c.batch_id + 0
    if who.sections is not None:
        each = each.join(comments, comments.c.id == decisions.c.comment_id)
        each = each.join(articles, articles.c.id == comments.c.article_id)
        each = each.where(articles.c.section.in_(sorted(who.sections)))
    each = each.where(
        *sight.of_sites(who, site, site_id),
        decisions.c.moderator_id.in_(select(moderators.c.id)),
        decisions.c.decided_at >= since,
        decisions.c.undone_at.is_(None),
        batch.is_(None),
        decisions.c.status.in_([Status.APPROVED.value, Status.REJECTED.value]),
    )
    one = each.subquery()
    parts = (one.c.status, one.c.names_it, one.c.column)
    counts: dict[tuple[str, bool], dict[int | None, int]] = defaultdict(lambda: defaultdict(int))
    for row in tx.execute(select(*parts, func.count().label("n")).group_by(*parts)):
        is_named = bool(row.names_it) or row.status == Status.APPROVED.value
        counts[row.status, is_named][row.column] += row.n
    return Decided(
        spread(counts[Status.APPROVED.value, True]),
        spread(counts[Status.REJECTED.value, True]),
        spread(counts[Status.REJECTED.value, False]),
    )


def _names(guideline: str) -> ColumnElement[bool]:
    """Give the SQL condition that a decision's reasons name a guideline; both databases write JSON with that space."""
    return cast(decisions.c.reasons, Text).contains(f'"guideline": "{guideline}"', autoescape=True)


def _scored(who: Moderator, wanted: Wanted, now: datetime) -> Select[Any]:
    latest = and_(revisions.c.comment_id == comments.c.id, revisions.c.number == comments.c.revision)
    query = waiting_for(who, wanted, now).where(~is_claimed_by_another(who.id, now))
    query = query.where(review_items.c.entered_at <= now)
    return query.join(comments, comments.c.id == review_items.c.comment_id).join(revisions, latest)


def stands_within(column: ColumnElement[int | None], reach: Reach) -> ColumnElement[bool]:
    """Give the SQL condition that a column belongs to a stretch of scores."""
    begins = column >= reach.low
    return begins if reach.high == N_COLUMNS else and_(begins, column < reach.high)


def column_of(measure: Measure, dialect: str) -> ColumnElement[int | None]:
    """Give the SQL of the column that a revision's score stands in: 100 of a score of 1, NULL of one unknown."""
    scores = [revisions.c.scores[attribute].as_float() for attribute in measure.attributes]
    highest = scores[0] if len(scores) == 1 else _highest(scores, dialect)
    hundredths = highest * N_COLUMNS + _ROUNDING
    return cast(func.floor(hundredths) if dialect == "postgresql" else hundredths, Integer)  # SQLite's cast cuts off


def _highest(scores: list[ColumnElement[float]], dialect: str) -> ColumnElement[Any]:
    """Give the highest of several; those that are unknown do not count, and NULL is the highest of none."""
    if dialect == "postgresql":
        return func.greatest(*scores, type_=Float())
    return func.nullif(func.max(*(func.coalesce(score, -1.0) for score in scores)), -1.0, type_=Float())
