"""How much waits in the record."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from moderation.domain import Status
from moderation.tables import comments, deliveries


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
    n_due = select(func.count()).select_from(deliveries).where(deliveries.c.state == "DUE")
    return Counts(*(tx.execute(query).scalar_one() for query in (n_pending, n_held, n_due)))
