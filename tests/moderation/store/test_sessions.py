"""Sessions, one-time links and failed sign-ins in the record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from moderation.store import sessions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.database import Database

DAY = timedelta(days=1)


@pytest.fixture
def mara(add_moderator: Callable[..., Moderator]) -> Moderator:
    return add_moderator()


def test_sessions_are_listed_by_when_they_were_seen(database: Database, mara: Moderator, now: datetime) -> None:
    with database.writing() as tx:
        for name in "abc":
            sessions.begin(tx, mara.id, name * 64, f"Browser {name}", now, now + DAY)
        first = sessions.find(tx, "a" * 64, now)
        assert first is not None
        assert sessions.last_seen(tx) == {mara.id: now}
        sessions.see(tx, first.id, now + timedelta(hours=1))
        assert sessions.last_seen(tx) == {mara.id: now + timedelta(hours=1)}
        assert sessions.of_moderator(tx, mara.id, now)[0].user_agent == "Browser a"
        assert sessions.revoke(tx, mara.id, now, but=first.id) == 2
        assert [one.id for one in sessions.of_moderator(tx, mara.id, now)] == [first.id]
        assert sessions.revoke(tx, mara.id + 1, now, session_id=first.id) == 0
        assert sessions.of_moderator(tx, mara.id, now + DAY) == []
        assert sessions.find(tx, "a" * 64, now + DAY) is None


def test_a_link_is_used_once_and_can_be_cancelled(database: Database, mara: Moderator, now: datetime) -> None:
    with database.writing() as tx:
        for name in "ab":
            sessions.add_link(tx, mara.id, name * 64, "invite", now, now + DAY)
        assert sessions.find_link(tx, "a" * 64, "invite", now) == mara.id
        assert sessions.find_link(tx, "a" * 64, "sign-in", now) is None
        assert [sessions.use_link(tx, "a" * 64, now) for _ in range(2)] == [True, False]
        sessions.cancel_links(tx, mara.id, now)
        assert sessions.find_link(tx, "b" * 64, "invite", now) is None


def test_failures_add_up_until_they_are_forgiven(database: Database, now: datetime) -> None:
    with database.writing() as tx:
        assert sessions.failures(tx, "k") is None
        for minute in range(3):
            sessions.fail(tx, "k", now + timedelta(minutes=minute))
        assert sessions.failures(tx, "k") == (3, now + timedelta(minutes=2))
        sessions.forgive(tx, "k")
        assert sessions.failures(tx, "k") is None


def test_what_is_over_is_forgotten(database: Database, mara: Moderator, now: datetime) -> None:
    with database.writing() as tx:
        for name, begun in (("a", now - 3 * DAY), ("b", now)):
            sessions.begin(tx, mara.id, name * 64, "", begun, begun + DAY)
            sessions.add_link(tx, mara.id, name * 64, "sign-in", begun, begun + DAY)
            sessions.fail(tx, name, begun)
        sessions.forget_before(tx, now - DAY)
        sessions.forget_failures_before(tx, now - DAY)
        assert [sessions.failures(tx, name) is None for name in "ab"] == [True, False]
        assert [sessions.find(tx, name * 64, now - 3 * DAY) is None for name in "ab"] == [True, False]
        assert [sessions.find_link(tx, name * 64, "sign-in", now - 3 * DAY) is None for name in "ab"] == [True, False]
