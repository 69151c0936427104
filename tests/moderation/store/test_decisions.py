"""Decisions in the record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from moderation import decisions as use_case
from moderation.decisions import Draft
from moderation.domain import Actor, Reason, Span, Status
from moderation.store import decisions
from moderation.store.decisions import Fate

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

REASONS = (
    Reason("no-spam", "SPAM", 0.99, 0.97, None, (Span(0, 6), Span(9, 12))),
    Reason("respectful", "INSULT", None, None, "no words"),
)


def test_a_decision_comes_back_as_it_was_appended(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comment = accept()
    draft = Draft(comment.id, 1, Status.REJECTED, Actor.POLICY, REASONS, "words-1", "g-1")
    with database.writing() as tx:
        (made,) = use_case.record(tx, [draft], now)
    with database.reading() as tx:
        assert decisions.by_ids(tx, [made.id, "dec_404"]) == {made.id: made}
        assert decisions.of_comment(tx, comment.id) == [made]
        assert decisions.latest_of(tx, comment.id, 1) == made
        assert decisions.after(tx, site.id, 0, 10) == [made]
    assert made.reasons == REASONS


def test_the_latest_is_that_of_the_revision_asked_for(
    database: Database, accept: Callable[..., CommentRow], decide: Callable[..., Decision], now: datetime
) -> None:
    comment = accept(text="one")
    decide(comment, Status.HELD)
    first = decide(comment, Status.REJECTED, at=now - timedelta(hours=1))
    accept(text="two")
    with database.reading() as tx:
        assert decisions.latest_of(tx, comment.id, 1) == first
        assert decisions.latest_of(tx, comment.id, 2) is None


def test_appending_nothing_is_no_error(database: Database) -> None:
    with database.writing() as tx:
        decisions.append(tx, [], {})


def test_nothing_is_looked_up_or_undone_where_nothing_is_given(database: Database, now: datetime) -> None:
    with database.writing() as tx:
        assert decisions.unreleased_of(tx, []) == decisions.undo_of(tx, [], now) == decisions.fates(tx, [], 1) == {}
        assert decisions.comment_of(tx, "dec_404") is None


def test_what_waits_is_found_by_its_time_its_comment_and_its_batch(
    database: Database,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    now: datetime,
) -> None:
    comments = [scored(f"c-{number}") for number in range(3)]
    made = [decide_later(one, seconds=3 - number, batch_id=number % 2) for number, one in enumerate(comments)]
    second = timedelta(seconds=1)
    with database.writing() as tx:
        assert not decisions.has_due(tx, now)
        assert decisions.has_due(tx, now + second)
        assert list(decisions.due(tx, now + 2 * second, 9)) == [made[2].id, made[1].id]
        assert list(decisions.due(tx, now + 2 * second, 1)) == [made[2].id]
        assert decisions.unreleased_of(tx, [one.id for one in comments[:2]]) == {
            comments[0].id: made[0],
            comments[1].id: made[1],
        }
        assert decisions.comment_of(tx, made[1].id) == comments[1].id
        assert decisions.comments_of_batch(tx, 0) == [comments[0].id, comments[2].id]
        assert decisions.comments_of_batch(tx, 0, 1) == [comments[0].id]
        assert decisions.undo_of(tx, [comments[1].id], now) == {made[1].id: comments[1].id}
        assert decisions.undo_of(tx, [comments[1].id], now) == {}
        assert list(decisions.due(tx, now + 3 * second, 9)) == [made[2].id, made[0].id]


def test_only_what_waits_of_a_batch_is_released_at_another_time(
    database: Database,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    now: datetime,
) -> None:
    second = timedelta(seconds=1)
    released = decide_later(scored("released"), seconds=1, batch_id=7)
    release(now + second)
    of_batch, other = decide_later(scored("c-1"), batch_id=7), decide_later(scored("c-2"), batch_id=8)
    with database.writing() as tx:
        decisions.release_batch_at(tx, 7, now + 60 * second)
        found = decisions.by_ids(tx, [released.id, of_batch.id, other.id])
    assert [found[one.id].release_at for one in (released, of_batch, other)] == [
        now + second,
        now + 60 * second,
        now + 10 * second,
    ]


def test_what_became_of_comments_is_told_but_not_to_who_did_it(
    database: Database,
    scored: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    decide_later: Callable[..., Decision],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
) -> None:
    by_policy, by_site, by_mara, undone = (scored(f"c-{number}") for number in range(4))
    at = now + timedelta(minutes=1)
    decide(by_site, Status.REJECTED, Actor.SITE, at)
    decide_later(by_mara, Status.REJECTED, at=at)
    decide_later(undone, at=at)
    with database.writing() as tx:
        decisions.undo_of(tx, [undone.id], at)
        ids = [one.id for one in (by_policy, by_site, by_mara, undone)]
        held = Status.HELD, Actor.POLICY, None, now
        told = {
            by_policy.id: Fate(by_policy.id, *held),
            by_site.id: Fate(by_site.id, Status.REJECTED, Actor.SITE, None, at),
            by_mara.id: Fate(by_mara.id, Status.REJECTED, Actor.MODERATOR, "Mara Lindqvist", at),
            undone.id: Fate(undone.id, *held),
        }
        assert decisions.fates(tx, ids, jonas.id) == told
        assert decisions.fates(tx, ids, mara.id) == {**told, by_mara.id: Fate(by_mara.id, *held)}


def test_what_authors_were_told_can_be_forgotten(
    database: Database, scored: Callable[..., CommentRow], decide_later: Callable[..., Decision]
) -> None:
    made = [decide_later(scored(f"c-{number}"), message="You wrote: idiot.") for number in range(2)]
    with database.writing() as tx:
        comment_id = decisions.comment_of(tx, made[0].id)
        assert comment_id is not None
        decisions.erase_messages(tx, comment_id)
        found = decisions.by_ids(tx, [one.id for one in made])
    assert [found[one.id].message for one in made] == [None, "You wrote: idiot."]
