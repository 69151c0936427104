"""Claims in the record: what is in whose hand, so that no comment is shown to two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Exists, and_, delete, or_, select, update

from moderation.desk import Queue
from moderation.desk_tables import moderators, review_claims, review_items
from moderation.store.database import insert_into

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


def take(
    tx: Connection, moderator_id: int, queue: Queue, comment_ids: Collection[int], now: datetime, until: datetime
) -> set[int]:
    """Claim comments for someone; the answer holds those that nobody else has. One's own claims are renewed."""
    if not comment_ids:
        return set()
    fresh = insert_into(tx)(review_claims)
    is_free = or_(review_claims.c.until <= now, review_claims.c.moderator_id == moderator_id)
    upsert = fresh.on_conflict_do_update(
        index_elements=["comment_id"],
        set_={name: fresh.excluded[name] for name in ("moderator_id", "queue", "until")},
        where=is_free,
    )
    rows = [
        {"comment_id": comment_id, "moderator_id": moderator_id, "queue": queue.value, "until": until}
        for comment_id in sorted(comment_ids)
    ]
    taken = tx.execute(upsert.values(rows).returning(review_claims.c.comment_id))
    return set(taken.scalars())


def renew(tx: Connection, moderator_id: int, queue: Queue, now: datetime, until: datetime) -> None:
    """Renew the claims that someone still has in a queue."""
    mine = and_(
        review_claims.c.moderator_id == moderator_id, review_claims.c.queue == queue.value, review_claims.c.until > now
    )
    tx.execute(update(review_claims).where(mine).values(until=until))


def let_go(
    tx: Connection,
    moderator_id: int,
    queue: Queue | None = None,
    comment_ids: Collection[int] | None = None,
    until: datetime | None = None,
) -> None:
    """Let go of someone's claims: of all, of a queue's, of these comments, or of those that end by a time."""
    gone = delete(review_claims).where(review_claims.c.moderator_id == moderator_id)
    if queue is not None:
        gone = gone.where(review_claims.c.queue == queue.value)
    if comment_ids is not None:
        gone = gone.where(review_claims.c.comment_id.in_(comment_ids))
    if until is not None:
        gone = gone.where(review_claims.c.until <= until)
    tx.execute(gone)


def forget_before(tx: Connection, now: datetime) -> None:
    """Forget claims that are over, but for those that somebody is taking: nobody waits for this."""
    over = select(review_claims.c.comment_id).where(review_claims.c.until <= now).with_for_update(skip_locked=True)
    tx.execute(delete(review_claims).where(review_claims.c.comment_id.in_(over)))


def queue_of(tx: Connection, moderator_id: int, comment_id: int) -> Queue | None:
    """Tell from which queue someone claimed a comment; a claim that is over tells it too, until another takes it."""
    mine = and_(review_claims.c.comment_id == comment_id, review_claims.c.moderator_id == moderator_id)
    name = tx.execute(select(review_claims.c.queue).where(mine)).scalar_one_or_none()
    return None if name is None else Queue(name)


def people_at(tx: Connection, queue: Queue, now: datetime) -> list[str]:
    """Name who has anything of a queue in hand, by name."""
    query = select(moderators.c.name).join(review_claims, review_claims.c.moderator_id == moderators.c.id)
    query = query.where(review_claims.c.queue == queue.value, review_claims.c.until > now)
    return list(tx.execute(query.distinct().order_by(moderators.c.name)).scalars())


def is_claimed_by_another(moderator_id: int, now: datetime) -> Exists:
    """Give the SQL condition that someone else has an item of `review_items` in hand."""
    others = and_(
        review_claims.c.comment_id == review_items.c.comment_id,
        review_claims.c.until > now,
        review_claims.c.moderator_id != moderator_id,
    )
    return select(review_claims.c.comment_id).where(others).exists()
