"""Doubted labels go to a second person, once, and never to whoever gave them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from moderation import doubts, moderator_decisions, review, site_decisions
from moderation.desk import Queue, Role
from moderation.domain import Status
from moderation.moderator_decisions import Act
from moderation.store import agreement
from moderation.store.waiting_items import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

LATER = timedelta(minutes=1)


@pytest.fixture
def decided(
    database: Database, accept: Callable[..., CommentRow], decide: Callable[..., Decision], now: datetime
) -> Callable[..., int]:
    """Have a moderator decide about a held comment; gives its id in the record."""

    def make(id_: str, who: Moderator, undo_seconds: float = 0) -> int:
        comment = accept(id_)
        decide(comment, Status.HELD)
        act = Act(comment.id, comment.revision, Status.APPROVED)
        moderator_decisions.decide(database, who, act, now, undo_seconds)
        return comment.id

    return make


def waiting(database: Database, who: Moderator, now: datetime) -> set[int]:
    hand = review.take(database, who, Wanted(Queue.SECOND_OPINION), now)
    found = {item.comment_id for item in hand.items}
    review.leave(database, who, Queue.SECOND_OPINION)
    return found


def test_a_doubted_label_waits_for_somebody_else_and_is_asked_about_once(
    database: Database, add_moderator: Callable[..., Moderator], decided: Callable[..., int], now: datetime
) -> None:
    mara, jon = add_moderator(), add_moderator("jon@news.example", "Jon Marsh")
    comment_id = decided("c-1", mara)
    assert doubts.send_back(database, [comment_id, comment_id], now + LATER) == 1
    assert waiting(database, mara, now + LATER) == set()
    assert waiting(database, jon, now + LATER) == {comment_id}
    assert doubts.send_back(database, [comment_id], now + 2 * LATER) == 0


def test_what_second_people_say_of_doubts_is_no_measure_of_how_often_people_agree(
    database: Database, add_moderator: Callable[..., Moderator], decided: Callable[..., int], now: datetime
) -> None:
    mara, jon = add_moderator(), add_moderator("jon@news.example", "Jon Marsh", Role.ADMIN)
    comment_id = decided("c-1", mara)
    doubts.send_back(database, [comment_id], now + LATER)
    moderator_decisions.decide(database, jon, Act(comment_id, 1, Status.REJECTED, ("respectful",)), now + LATER, 0)
    with database.reading() as tx:
        assert agreement.pairs(tx, jon, None, now) == []


def test_only_so_many_at_a_time(
    database: Database,
    add_moderator: Callable[..., Moderator],
    decided: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    monkeypatch.setattr(doubts, "MOST", 2)
    mara, jon = add_moderator(), add_moderator("jon@news.example", "Jon Marsh")
    ids = [decided(f"c-{n}", mara) for n in range(3)]
    assert doubts.send_back(database, ids, now + LATER) == 2
    assert waiting(database, jon, now + LATER) == set(ids[:2])


def test_what_nobody_can_decide_now_is_left_alone(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    add_moderator: Callable[..., Moderator],
    decided: Callable[..., int],
    now: datetime,
) -> None:
    mara = add_moderator()
    withdrawn = decided("withdrawn", mara)
    site_decisions.withdraw(database, site.id, "withdrawn", now)
    by_the_site = accept("by-the-site")
    decide(by_the_site)
    undoable = decided("undoable", mara)
    again = Act(undoable, 1, Status.REJECTED, ("respectful",))
    moderator_decisions.decide(database, mara, again, now, 60)
    held = accept("held")
    decide(held, Status.HELD)
    ids = [withdrawn, by_the_site.id, undoable, held.id, 999_999]
    assert doubts.send_back(database, ids, now + LATER) == 0
