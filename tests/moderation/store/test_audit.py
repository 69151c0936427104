"""The audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from moderation import tables
from moderation.store import audit
from moderation.store.audit import Sought

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


def test_entries_are_read_by_actor_action_time_and_place(database: Database, now: datetime) -> None:
    with database.writing() as tx:
        for number, (actor, action) in enumerate([("ida", "a"), ("jo", "a"), ("ida", "b"), ("ida", "a")]):
            audit.log(tx, actor, action, str(number), now + timedelta(hours=number), {"n": number})

        def subjects(limit: int = 9, before: int | None = None, **sought: Any) -> list[str]:
            return [one.subject for one in audit.read(tx, Sought(**sought), limit, before)]

        assert subjects() == ["3", "2", "1", "0"]
        assert subjects(actor="ida", action="a") == ["3", "0"]
        assert subjects(begin=now + timedelta(hours=1), end=now + timedelta(hours=3)) == ["2", "1"]
        last = audit.read(tx, Sought(), 2)[-1]
        assert subjects(limit=1, before=last.id) == ["1"]
        assert (last.at, last.actor, last.action, last.details) == (now + timedelta(hours=2), "ida", "b", {"n": 2})
