"""Rejects under articles, minute by minute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import decisions, intake
from moderation.decisions import Draft
from moderation.desk import Moderator, Role
from moderation.domain import Actor, Article, Status
from moderation.store import threads
from moderation.store.threads import Piece

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Submission
    from moderation.store.database import Database
    from moderation.store.sites import Site
    from moderation.store.threads import Thread

MARA = Moderator(1, "mara@news.example", "Mara Lindqvist", Role.EDITOR)
MINUTE = timedelta(minutes=1)
BRIDGE = Article("https://news.example/bridge", "The bridge", "Town")
ROVERS = Article("https://news.example/rovers", "Rovers lose")


@pytest.fixture
def fallen(database: Database, site: Site, submission: Callable[..., Submission], now: datetime) -> Callable[..., None]:
    """Let a comment be rejected as it comes, some minutes ago."""
    n = 0

    def reject(minutes_ago: float, article: Article = BRIDGE, status: Status = Status.REJECTED) -> None:
        nonlocal n
        n += 1
        at = now - minutes_ago * MINUTE
        comment = intake.accept(database, site.id, submission(f"c-{n}", article=article), at).comment
        with database.writing() as tx:
            decisions.record(tx, [Draft(comment.id, 1, status, Actor.POLICY)], at)

    return reject


def found(database: Database, now: datetime, **changes: Any) -> list[Thread]:
    with database.reading() as tx:
        return threads.roughest(tx, changes.get("who", MARA), changes.get("site_id"), now, changes.get("limit", 9))


def test_a_thread_is_told_by_minute_and_by_what_came_before(
    database: Database, fallen: Callable[..., None], now: datetime
) -> None:
    for minutes_ago in (24 * 60, 100, 16, 2.5, 2.2, 0.5):
        fallen(minutes_ago)
    fallen(1, status=Status.APPROVED)
    (thread,) = found(database, now)
    assert thread.by_minute == (*(0,) * 14, 1, *(0,) * 12, 2, 0, 1)
    assert (thread.n_now, thread.n_before) == (3, 3)
    assert thread.minutes_before == 24 * 60 - 15


def test_a_thread_that_began_lately_has_a_short_past(
    database: Database, fallen: Callable[..., None], now: datetime
) -> None:
    fallen(45)
    fallen(1)
    fallen(1, ROVERS)
    by_past = sorted(thread.minutes_before for thread in found(database, now))
    assert by_past == [15, 30]


def test_only_the_roughest_are_found_and_none_that_is_over(
    database: Database, fallen: Callable[..., None], now: datetime
) -> None:
    for minutes_ago in (20, 21, 22):
        fallen(minutes_ago, ROVERS)
    assert found(database, now) == []
    fallen(3, ROVERS)
    fallen(2)
    fallen(1)
    first, _second = found(database, now)
    assert first.n_now == 2
    assert found(database, now, limit=1) == [first]


def test_only_what_someone_sees_is_found(
    database: Database, site: Site, fallen: Callable[..., None], now: datetime
) -> None:
    fallen(1)
    fallen(1, ROVERS)
    town = Moderator(2, "jonas@news.example", "Jonas Behr", Role.EDITOR, None, frozenset({"Town"}))
    assert len(found(database, now, who=town)) == 1
    assert found(database, now, site_id=site.id + 1) == []


def test_articles_are_called_by_title_section_and_site(
    database: Database, site: Site, fallen: Callable[..., None], now: datetime
) -> None:
    fallen(1)
    (thread,) = found(database, now)
    with database.reading() as tx:
        assert threads.pieces(tx, [thread.article_id]) == {
            thread.article_id: Piece(thread.article_id, "The bridge", "Town", site.name)
        }
