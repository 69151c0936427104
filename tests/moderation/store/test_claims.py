"""Claims: what is in whose hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation.desk import Queue
from moderation.desk_tables import review_claims
from moderation.store import claims

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database

LEASE = timedelta(minutes=10)


@pytest.fixture
def take(database: Database, now: datetime) -> Callable[..., set[int]]:
    def claim(who: Moderator, *comments: CommentRow, at: datetime = now, queue: Queue = Queue.HELD) -> set[int]:
        with database.writing() as tx:
            return claims.take(tx, who.id, queue, [one.id for one in comments], at, at + LEASE)

    return claim


@pytest.fixture
def held(database: Database) -> Callable[[], dict[int, tuple[int, datetime]]]:
    """Tell who has what, until when."""

    def read() -> dict[int, tuple[int, datetime]]:
        with database.reading() as tx:
            rows = tx.execute(select(review_claims)).all()
        return {row.comment_id: (row.moderator_id, row.until) for row in rows}

    return read


def test_taking_nothing_is_no_error(take: Callable[..., set[int]], mara: Moderator) -> None:
    assert take(mara) == set()


def test_what_someone_has_nobody_else_gets_until_the_lease_ends(
    accept: Callable[..., CommentRow],
    take: Callable[..., set[int]],
    held: Callable[[], Any],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
) -> None:
    first, second = accept("c-1"), accept("c-2")
    assert take(mara, first) == {first.id}
    assert take(jonas, first, second) == {second.id}
    assert take(jonas, first, at=now + LEASE - timedelta(seconds=1), queue=Queue.REPORTED) == set()
    assert held() == {first.id: (mara.id, now + LEASE), second.id: (jonas.id, now + LEASE)}
    assert take(jonas, first, at=now + LEASE) == {first.id}
    assert held()[first.id] == (jonas.id, now + 2 * LEASE)


def test_taking_one_s_own_again_renews_it(
    accept: Callable[..., CommentRow],
    take: Callable[..., set[int]],
    held: Callable[[], Any],
    mara: Moderator,
    now: datetime,
) -> None:
    comment = accept()
    take(mara, comment)
    assert take(mara, comment, at=now + LEASE / 2) == {comment.id}
    assert held() == {comment.id: (mara.id, now + LEASE * 1.5)}


def test_only_what_someone_still_has_of_the_queue_is_renewed(
    database: Database,
    accept: Callable[..., CommentRow],
    take: Callable[..., set[int]],
    held: Callable[[], Any],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
) -> None:
    fresh, over, elsewhere, another_s = (accept(f"c-{number}") for number in range(4))
    take(mara, over, at=now - LEASE)
    take(mara, fresh)
    take(mara, elsewhere, queue=Queue.REPORTED)
    take(jonas, another_s)
    later = now + timedelta(hours=1)
    with database.writing() as tx:
        claims.renew(tx, mara.id, Queue.HELD, now, later)
    assert {comment_id: until for comment_id, (_, until) in held().items()} == {
        fresh.id: later,
        over.id: now,
        elsewhere.id: now + LEASE,
        another_s.id: now + LEASE,
    }


def test_one_lets_go_of_comments_of_a_queue_or_of_everything(
    database: Database,
    accept: Callable[..., CommentRow],
    take: Callable[..., set[int]],
    held: Callable[[], Any],
    mara: Moderator,
    jonas: Moderator,
) -> None:
    comments = [accept(f"c-{number}") for number in range(4)]
    take(mara, *comments[:2])
    take(mara, comments[2], queue=Queue.REPORTED)
    take(jonas, comments[3])
    with database.writing() as tx:
        claims.let_go(tx, mara.id, comment_ids=[comments[0].id, comments[3].id])
    assert set(held()) == {one.id for one in comments[1:]}
    with database.writing() as tx:
        claims.let_go(tx, mara.id, Queue.REPORTED)
    assert set(held()) == {comments[1].id, comments[3].id}
    with database.writing() as tx:
        claims.let_go(tx, mara.id)
    assert set(held()) == {comments[3].id}


def test_claims_that_are_over_are_forgotten(
    database: Database,
    accept: Callable[..., CommentRow],
    take: Callable[..., set[int]],
    held: Callable[[], Any],
    mara: Moderator,
    now: datetime,
) -> None:
    over, fresh = accept("c-1"), accept("c-2")
    take(mara, over, at=now - LEASE)
    take(mara, fresh)
    with database.writing() as tx:
        claims.forget_before(tx, now)
    assert set(held()) == {fresh.id}


def test_who_works_a_queue_is_named_once(
    database: Database,
    accept: Callable[..., CommentRow],
    take: Callable[..., set[int]],
    mara: Moderator,
    jonas: Moderator,
    edda: Moderator,
    now: datetime,
) -> None:
    take(mara, accept("c-1"), accept("c-2"))
    take(jonas, accept("c-3"))
    take(edda, accept("c-4"), queue=Queue.REPORTED)
    take(edda, accept("c-5"), at=now - LEASE)
    with database.reading() as tx:
        assert claims.people_at(tx, Queue.HELD, now) == ["Jonas Weber", "Mara Lindqvist"]
        assert claims.people_at(tx, Queue.REPORTED, now) == ["Edda Holm"]
        assert claims.people_at(tx, Queue.APPEALED, now) == []
