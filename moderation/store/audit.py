"""The audit log in the record: who did what to what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from moderation.tables import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: by whom, what, to what."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries someone looks for; None is no limit. Times are from the first to before the second."""

    actor: str | None = None
    action: str | None = None
    begin: datetime | None = None
    end: datetime | None = None


def log(
    tx: Connection, actor: str, action: str, subject: str, now: datetime, details: Mapping[str, Any] | None = None
) -> None:
    """Append an entry. Details hold ids and numbers, never a comment's text or a secret."""
    tx.execute(insert(audit).values(at=now, actor=actor, action=action, subject=subject, details=dict(details or {})))


def read(tx: Connection, sought: Sought, limit: int, before: int | None = None) -> list[Entry]:
    """List entries, the latest first, from before the one that was seen last."""
    query = select(audit.c.id, audit.c.at, audit.c.actor, audit.c.action, audit.c.subject, audit.c.details)
    if sought.actor is not None:
        query = query.where(audit.c.actor == sought.actor)
    if sought.action is not None:
        query = query.where(audit.c.action == sought.action)
    if sought.begin is not None:
        query = query.where(audit.c.at >= sought.begin)
    if sought.end is not None:
        query = query.where(audit.c.at < sought.end)
    if before is not None:
        query = query.where(audit.c.id < before)
    return [Entry(*row) for row in tx.execute(query.order_by(audit.c.id.desc()).limit(limit))]
