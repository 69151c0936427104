"""What sites say of where comments stand, in the record, and where that differs from what was released to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select, update

from moderation.desk_tables import site_statuses
from moderation.domain import Status
from moderation.store import sight
from moderation.store.database import insert_into
from moderation.tables import comments, decisions, deliveries, sites

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from moderation.desk import Moderator

TIME_TO_HEAR = timedelta(minutes=5)
"""So long after a decision a site may not have heard of it: that it says otherwise is no disagreement yet."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A comment that stands otherwise with its site than with us. `decision_id` is our newest released decision."""

    comment_id: int
    external_id: str
    site_id: int
    site_name: str
    says: Status
    said_at: datetime
    status: Status
    decision_id: str
    decided_at: datetime


def keep(tx: Connection, comment_id: int, site_id: int, status: Status, now: datetime) -> None:
    """Keep what a site says, in the place of what it said before."""
    told = {"status": status.value, "said_at": now, "disagrees": False}
    fresh = insert_into(tx)(site_statuses).values(comment_id=comment_id, site_id=site_id, **told)
    tx.execute(fresh.on_conflict_do_update(index_elements=["comment_id"], set_=told))
    compare(tx, [comment_id])


def compare(tx: Connection, comment_ids: Collection[int]) -> None:
    """Note of each comment whether its site says otherwise. Where nothing is decided, nobody disagrees."""
    if not comment_ids:
        return
    differs = and_(comments.c.status != Status.PENDING.value, comments.c.status != site_statuses.c.status)
    ours = select(case((differs, True), else_=False)).where(comments.c.id == site_statuses.c.comment_id)
    changed = update(site_statuses).where(site_statuses.c.comment_id.in_(comment_ids))
    tx.execute(changed.values(disagrees=ours.scalar_subquery()))


def said(tx: Connection, comment_id: int) -> tuple[Status, datetime] | None:
    """Tell what a site said of a comment, and when; None when it said nothing."""
    query = select(site_statuses.c.status, site_statuses.c.said_at).where(site_statuses.c.comment_id == comment_id)
    row = tx.execute(query).one_or_none()
    return None if row is None else (Status(row.status), row.said_at)


def find(tx: Connection, who: Moderator, comment_id: int, now: datetime) -> Disagreement | None:
    """Look up on what a site and we disagree about a comment, if we do and someone may see it."""
    row = tx.execute(_disagreeing(who, None, now).where(site_statuses.c.comment_id == comment_id)).one_or_none()
    return None if row is None else _disagreement(row)


def disagreeing(
    tx: Connection, who: Moderator, site_id: int | None, now: datetime, limit: int, offset: int = 0
) -> list[Disagreement]:
    """List comments on which sites disagree although they had time to hear, what was said last first."""
    query = _disagreeing(who, site_id, now).order_by(site_statuses.c.said_at.desc(), site_statuses.c.comment_id)
    return [_disagreement(row) for row in tx.execute(query.limit(limit).offset(offset))]


def n_disagreeing(tx: Connection, who: Moderator, site_id: int | None, now: datetime, most: int) -> int:
    """Count them, up to `most`."""
    counted = _disagreeing(who, site_id, now).limit(most).subquery()
    return int(tx.execute(select(func.count()).select_from(counted)).scalar_one())


def _disagreeing(who: Moderator, site_id: int | None, now: datetime) -> Select[Any]:
    other = decisions.alias("other")
    newest = (
        select(other.c.id)
        .where(other.c.comment_id == site_statuses.c.comment_id, other.c.sequence.is_not(None))
        .order_by(other.c.sequence.desc())
        .limit(1)
    )
    query = (
        select(
            site_statuses.c.comment_id,
            comments.c.external_id,
            site_statuses.c.site_id,
            sites.c.name,
            site_statuses.c.status.label("says"),
            site_statuses.c.said_at,
            comments.c.status,
            decisions.c.id.label("decision_id"),
            decisions.c.decided_at,
        )
        .join(comments, comments.c.id == site_statuses.c.comment_id)
        .join(sites, sites.c.id == site_statuses.c.site_id)
        .join(decisions, decisions.c.id == newest.scalar_subquery())
        .where(site_statuses.c.disagrees, comments.c.status != Status.PENDING.value, _has_been_heard(now))
    )
    return sight.limited(who, query, site_statuses, site_id, has_comments=True)


def _has_been_heard(now: datetime) -> ColumnElement[bool]:
    of_decision = and_(deliveries.c.decision_id == decisions.c.id, deliveries.c.state == "DELIVERED")
    return or_(decisions.c.released_at <= now - TIME_TO_HEAR, select(deliveries.c.id).where(of_decision).exists())


def _disagreement(row: Row[Any]) -> Disagreement:
    return Disagreement(
        row.comment_id,
        row.external_id,
        row.site_id,
        row.name,
        Status(row.says),
        row.said_at,
        Status(row.status),
        row.decision_id,
        row.decided_at,
    )
