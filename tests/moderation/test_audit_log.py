"""The audit log at the console: whose acts someone may read, and how it is paged."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from moderation import audit_log
from moderation.store import audit
from moderation.store.audit import Sought

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.database import Database


@pytest.mark.parametrize(
    ("role", "actors"), [("moderator", {"mine"}), ("editor", {"mine", "ada"}), ("admin", {"mine", "ada"})]
)
def test_moderators_read_what_they_did_and_others_what_all_did(
    database: Database, add_moderator: Callable[..., Moderator], now: datetime, role: str, actors: set[str]
) -> None:
    who = add_moderator(role=role)
    with database.writing() as tx:
        audit.log(tx, who.actor, "comment.approved", "comment 1", now)
        audit.log(tx, "ada", "comment.approved", "comment 2", now)
    found = audit_log.read(database, who, Sought(action="comment.approved"))
    assert {"mine" if one.actor == who.actor else one.actor for one in found.entries} == actors
    others = audit_log.read(database, who, Sought(actor="ada"))
    assert {one.subject for one in others.entries if one.actor == "ada"} == (
        {"comment 2"} if "ada" in actors else set()
    )


def test_the_log_is_read_page_by_page(
    database: Database, add_moderator: Callable[..., Moderator], now: datetime
) -> None:
    who = add_moderator(role="admin")
    with database.writing() as tx:
        for number in range(audit_log.PAGE * 2):
            audit.log(tx, who.actor, "comment.held", f"comment {number}", now + timedelta(seconds=number))
    sought = Sought(who.actor, "comment.held")
    first = audit_log.read(database, who, sought)
    second = audit_log.read(database, who, sought, first.next_before)
    assert [one.subject for one in (*first.entries, *second.entries)] == [
        f"comment {number}" for number in reversed(range(audit_log.PAGE * 2))
    ]
    assert second.next_before is None


def test_the_log_is_read_by_day(database: Database, add_moderator: Callable[..., Moderator], now: datetime) -> None:
    who = add_moderator(role="admin")
    with database.writing() as tx:
        for days in (-1, 0, 1):
            audit.log(tx, who.actor, "comment.held", f"day {days}", now + timedelta(days=days))
    found = audit_log.read(database, who, Sought(action="comment.held", begin=now, end=now + timedelta(days=1)))
    assert [one.subject for one in found.entries] == ["day 0"]
