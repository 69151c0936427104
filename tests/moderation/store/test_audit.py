"""The audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from moderation import tables
from moderation.store import audit

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.store.database import Database


def test_entries_are_appended_with_or_without_details(database: Database, now: datetime) -> None:
    with database.writing() as tx:
        audit.log(tx, "ida", "site.added", "daily", now)
        audit.log(tx, "ida", "key.added", "daily", now, {"key_id": 7})
        entries = tx.execute(select(tables.audit).order_by(tables.audit.c.id)).all()
    assert [(one.at, one.actor, one.action, one.subject, one.details) for one in entries] == [
        (now, "ida", "site.added", "daily", {}),
        (now, "ida", "key.added", "daily", {"key_id": 7}),
    ]
