"""The audit log in the record: who did what to what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from moderation.desk_tables import batches
from moderation.tables import articles, audit, comments

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
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


def places_of_comments(tx: Connection, ids: Collection[int]) -> dict[int, tuple[int, str | None]]:
    """Tell under which site and section comments stand, by the record's id."""
    query = select(comments.c.id, comments.c.site_id, articles.c.section)
    query = query.join(articles, articles.c.id == comments.c.article_id).where(comments.c.id.in_(ids))
    return {row.id: (row.site_id, row.section) for row in tx.execute(query)}


def sites_of_batches(tx: Connection, ids: Collection[int]) -> dict[int, int]:
    """Tell of which site batches are, by their ids."""
    query = select(batches.c.id, batches.c.site_id).where(batches.c.id.in_(ids))
    return {row.id: row.site_id for row in tx.execute(query)}
