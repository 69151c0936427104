"""What waits in the review queues, as it is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import desk_tables
from moderation.desk import Moderator, Queue
from moderation.domain import Article, Decision, Status
from moderation.store import review_items
from moderation.store.review_items import Entry, Waiter
from moderation.urgency import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database

GRAVE = Urgency(0.9, 0.2, "THREAT", ("no-threats", "respectful"))
MILD = Urgency(0.3, 0.6, None, ())


def found(database: Database) -> list[Any]:
    with database.reading() as tx:
        return list(tx.execute(select(desk_tables.review_items).order_by(desk_tables.review_items.c.id)))


def enter(database: Database, *entries: Entry) -> None:
    with database.writing() as tx:
        review_items.enter(tx, entries)


def test_nothing_enters_leaves_or_is_freed_where_nothing_is_given(
    database: Database, scored: Callable[..., CommentRow]
) -> None:
    scored()
    before = found(database)
    with database.writing() as tx:
        review_items.enter(tx, [])
        review_items.leave(tx, [])
        review_items.mark_waiting(tx, [])
        review_items.mark_decided(tx, {})
    assert found(database) == before


def test_a_comment_enters_with_its_place(
    database: Database, accept: Callable[..., CommentRow], mara: Moderator, now: datetime
) -> None:
    article = Article("https://news.example/match", "The match", "Sport")
    comment = accept(article=article, language="de", metadata={"reach": 42})
    later = now + timedelta(minutes=30)
    enter(database, Entry(Queue.SAMPLED, comment.id, GRAVE, now, later, mara.id))
    (item,) = found(database)
    assert (item.queue, item.comment_id, item.site_id) == ("sampled", comment.id, comment.site_id)
    assert (item.section, item.language, item.reach) == ("Sport", "de", 42)
    assert (item.guidelines, item.attribute) == (" no-threats respectful ", "THREAT")
    assert (item.severity, item.uncertainty) == (0.9, 0.2)
    assert (item.entered_at, item.not_before, item.asked_by) == (now, later, mara.id)


def test_who_waits_already_keeps_the_place_and_is_brought_up_to_date(
    database: Database, accept: Callable[..., CommentRow], mara: Moderator, now: datetime
) -> None:
    comment = accept()
    enter(database, Entry(Queue.HELD, comment.id, GRAVE, now, now, mara.id))
    accept(article=Article("https://news.example/bridge", "The bridge", "Local"), metadata={"reach": 9})
    enter(database, Entry(Queue.HELD, comment.id, MILD, now + timedelta(hours=1)))
    (item,) = found(database)
    assert (item.entered_at, item.section, item.reach) == (now, "Local", 9)
    assert (item.severity, item.uncertainty, item.attribute, item.guidelines) == (0.3, 0.6, None, "")
    assert (item.not_before, item.asked_by) == (None, None)


@pytest.mark.parametrize(
    ("metadata", "reach"),
    [
        ({}, 0),
        ({"reach": 0}, 0),
        ({"reach": 1200}, 1200),
        ({"reach": -5}, 0),
        ({"reach": 10**12}, 2_000_000_000),
        ({"reach": True}, 0),
        ({"reach": "many"}, 0),
        ({"reach": 1.5}, 0),
        ({"reach": None}, 0),
        ({"reach": [1]}, 0),
    ],
)
def test_reach_is_what_the_site_tells_where_it_is_a_count(
    database: Database, accept: Callable[..., CommentRow], now: datetime, metadata: dict[str, Any], reach: int
) -> None:
    enter(database, Entry(Queue.HELD, accept(metadata=metadata).id, GRAVE, now))
    assert [item.reach for item in found(database)] == [reach]


def test_comments_leave_the_queues_that_are_named_or_all(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    first, second = accept("c-1"), accept("c-2")
    enter(database, *(Entry(queue, one.id, GRAVE, now) for one in (first, second) for queue in Queue))
    with database.writing() as tx:
        review_items.leave(tx, [first.id], {Queue.HELD, Queue.REPORTED})
        review_items.leave(tx, [second.id])
    assert {(item.comment_id, item.queue) for item in found(database)} == {
        (first.id, queue.value) for queue in (Queue.APPEALED, Queue.SECOND_OPINION, Queue.SAMPLED)
    }


def test_a_comment_is_escalated_wherever_it_waits(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    first, second, nowhere = accept("c-1"), accept("c-2"), accept("c-3")
    enter(database, *(Entry(queue, one.id, GRAVE, now) for one in (first, second) for queue in Queue))
    with database.writing() as tx:
        assert review_items.escalate(tx, first.id, now)
        assert not review_items.escalate(tx, nowhere.id, now)
    assert {(item.comment_id, item.escalated_at) for item in found(database)} == {(first.id, now), (second.id, None)}


def test_a_comment_is_told_with_its_status_and_its_latest_scores(
    database: Database, scored: Callable[..., CommentRow], accept: Callable[..., CommentRow]
) -> None:
    comment = scored(scores={"SPAM": 0.5})
    with database.reading() as tx:
        assert review_items.waiter(tx, comment.id) == Waiter(Status.HELD, 1, {"SPAM": 0.5})
    accept(text="Another text.")
    with database.reading() as tx:
        assert review_items.waiter(tx, comment.id) == Waiter(Status.PENDING, 2, None)


def test_what_enters_while_a_decision_about_it_waits_is_marked_with_it(
    database: Database, scored: Callable[..., CommentRow], decide_later: Callable[..., Decision], now: datetime
) -> None:
    comment, other = scored(), scored("c-2")
    made = decide_later(comment)
    enter(database, *(Entry(queue, one.id, GRAVE, now) for one in (comment, other) for queue in Queue))
    assert {(item.comment_id, item.decision_id) for item in found(database)} == {
        (comment.id, made.id),
        (other.id, None),
    }
