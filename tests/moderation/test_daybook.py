"""Reading the numbers of the desk, and not counting twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import daybook, decisions, intake
from moderation.daybook import Daybook
from moderation.decisions import Draft
from moderation.desk import Moderator, Role
from moderation.domain import Actor, Article, Status
from moderation.store import moderators
from moderation.store.figures import Arrived, Asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from moderation.domain import Submission
    from moderation.store.database import Database
    from moderation.store.sites import Site

NOW = datetime(2026, 3, 4, 12, 34, tzinfo=UTC)
DAY = timedelta(days=1)
BRIDGE = Article("https://news.example/bridge", "The bridge", "Town")


@pytest.fixture
def mara(database: Database) -> Moderator:
    with database.writing() as tx:
        return moderators.add(tx, "mara@news.example", "Mara Lindqvist", Role.EDITOR, None, None, NOW)


@pytest.fixture
def come(database: Database, site: Site, submission: Callable[..., Submission]) -> Callable[..., None]:
    """Let a comment come and be decided on."""

    def take_in(name: str, at: datetime, *statuses: Status, by: Moderator | None = None) -> None:
        comment = intake.accept(database, site.id, submission(name, article=BRIDGE), at).comment
        with database.writing() as tx:
            for n, status in enumerate(statuses):
                actor = Actor.POLICY if n == 0 else Actor.MODERATOR
                draft = Draft(comment.id, 1, status, actor, moderator_id=by.id if n and by else None)
                decisions.record(tx, [draft], at + n * timedelta(minutes=1))

    return take_in


def test_an_editor_is_told_everything(database: Database, mara: Moderator, come: Callable[..., None]) -> None:
    come("c-1", NOW - DAY, Status.APPROVED)
    come("c-2", NOW - DAY, Status.HELD, Status.REJECTED, by=mara)
    come("c-3", NOW - timedelta(minutes=5), Status.REJECTED)
    come("c-4", NOW - timedelta(minutes=5))
    found = Daybook().look(database, mara, 7, None, NOW)
    assert (found.n, found.n_policy, found.n_people, found.n_waiting) == (4, 2, 1, 1)
    assert (found.as_of, found.people_pace.p50) == (NOW, 60.0)
    assert [(person.name, person.n) for person in found.people] == [("Mara Lindqvist", 1)]
    assert found.articles is not None
    assert [(piece.title, n) for piece, n in found.articles] == [("The bridge", 2)]
    assert found.weather is not None
    assert [one.piece.title for one in found.weather] == ["The bridge"]
    assert found.agreements is not None
    assert found.agreements[0].agreement.n_pairs == 0
    assert found.telling is not None
    assert (found.telling.period.days, found.telling.n_disagreeing) == (7, 0)


def test_messages_are_told_for_a_week_at_most(database: Database, mara: Moderator) -> None:
    assert [
        found.telling.period.days
        for days in (1, 7, 90)
        if (found := Daybook().look(database, mara, days, None, NOW)).telling
    ] == [1, 7, 7]


def test_a_moderator_is_told_volumes_and_their_own_part(
    database: Database, mara: Moderator, come: Callable[..., None]
) -> None:
    with database.writing() as tx:
        ted = moderators.add(tx, "ted@news.example", "Ted Marlow", Role.MODERATOR, None, None, NOW)
    come("c-1", NOW - DAY, Status.HELD, Status.APPROVED, by=ted)
    come("c-2", NOW - DAY, Status.HELD, Status.APPROVED, by=mara)
    found = Daybook().look(database, ted, 1, None, NOW)
    assert found.n == 2 - 2 * (found.period.since > NOW - DAY)
    week = Daybook().look(database, ted, 7, None, NOW)
    assert (week.n, [person.name for person in week.people]) == (2, ["Ted Marlow"])
    assert (week.reversals, week.agreements, week.articles, week.weather, week.telling) == (None,) * 5


def test_everyone_is_told_of_what_they_see(
    database: Database, site: Site, mara: Moderator, come: Callable[..., None]
) -> None:
    come("c-1", NOW - DAY, Status.APPROVED)
    book = Daybook()
    assert book.look(database, mara, 7, site.id, NOW).n == 1
    assert book.look(database, mara, 7, site.id + 1, NOW).n == 0
    assert book.look(database, replace(mara, site_ids=frozenset({site.id + 1})), 7, None, NOW).n == 0
    assert book.look(database, replace(mara, sections=frozenset({"Sport"})), 7, None, NOW).n == 0


def test_a_page_serves_for_a_minute(database: Database, mara: Moderator, come: Callable[..., None]) -> None:
    clock = 100.0
    book = Daybook(monotonic=lambda: clock)
    assert book.look(database, mara, 7, None, NOW).n == 0
    come("c-1", NOW - timedelta(minutes=1), Status.APPROVED)
    clock = 159.0
    assert book.look(database, mara, 7, None, NOW).n == 0
    clock = 160.0
    assert book.look(database, mara, 7, None, NOW).n == 1


def counted(database: Database, book: Daybook, mara: Moderator, since: datetime, **more: Any) -> list[tuple[int, int]]:
    """Count with a counter that keeps its books; tells which days it was asked for, first and last."""
    asked: list[tuple[int, int]] = []

    def arrived(_tx: Connection, given: Asked) -> list[Arrived]:
        asked.append((given.since.day, (given.until - timedelta(microseconds=1)).day))
        return [Arrived(given.since, 1)]

    with database.reading() as tx:
        until = more.pop("until", NOW)
        book.rows(arrived, tx, Asked(mara, None, since, until, by_hour=more.pop("by_hour", False)), **more)
    return asked


@pytest.fixture
def midnight() -> datetime:
    return NOW.replace(hour=0, minute=0)


def test_days_that_are_over_are_counted_once(database: Database, mara: Moderator, midnight: datetime) -> None:
    book = Daybook()
    assert counted(database, book, mara, midnight - 3 * DAY) == [(1, 4)]
    assert counted(database, book, mara, midnight - 3 * DAY) == [(4, 4)]
    assert counted(database, book, mara, midnight - 5 * DAY) == [(27, 28), (4, 4)]
    assert counted(database, book, replace(mara, sections=frozenset()), midnight - DAY) == [(3, 4)]


def test_some_counts_go_day_by_day_on_sqlite(database: Database, mara: Moderator, midnight: datetime) -> None:
    asked = counted(database, Daybook(), mara, midnight - 2 * DAY, day_by_day=True)
    assert asked == ([(2, 2), (3, 3), (4, 4)] if database.is_sqlite else [(2, 4)])


def test_a_day_is_not_over_for_another_hour(database: Database, mara: Moderator, midnight: datetime) -> None:
    book = Daybook()
    soon = midnight + timedelta(minutes=59)
    for _ in range(2):
        assert counted(database, book, mara, midnight - DAY, until=soon) == [(3, 4)]


def test_hours_are_counted_each_time(database: Database, mara: Moderator) -> None:
    book = Daybook()
    for _ in range(2):
        assert counted(database, book, mara, NOW - DAY, by_hour=True) == [(3, 4)]


def test_the_days_looked_at_longest_ago_are_forgotten(
    database: Database, mara: Moderator, midnight: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daybook, "_MOST_DAYS", 2)
    book = Daybook()
    counted(database, book, mara, midnight - 3 * DAY)
    assert counted(database, book, mara, midnight - 3 * DAY) == [(1, 1), (4, 4)]
