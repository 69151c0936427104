"""How much waits in the record."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from moderation.domain import Status
from moderation.tables import comments, deliveries, webhooks


@dataclass(frozen=True, slots=True)
class Counts:
    """Comments to be scored, comments for people, deliveries to be sent."""

    n_pending: int
    n_held: int
    n_due: int


def waiting(tx: Connection) -> Counts:
    """Count what waits; each count reads a partial index only."""
    n_pending = select(func.count()).select_from(comments).where(comments.c.status == Status.PENDING.value)
    n_held = select(func.count()).select_from(comments).where(comments.c.status == Status.HELD.value)
    is_open = and_(webhooks.c.disabled_at.is_(None), webhooks.c.removed_at.is_(None))
    due = deliveries.join(webhooks, and_(webhooks.c.id == deliveries.c.webhook_id, is_open))
    n_due = select(func.count()).select_from(due).where(deliveries.c.state == "DUE")
    return Counts(*(tx.execute(query).scalar_one() for query in (n_pending, n_held, n_due)))
