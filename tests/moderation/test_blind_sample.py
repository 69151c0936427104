"""The blind sample: what is drawn waits, tells nothing, and is answered once, by whoever decides first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import decisions, intake, moderator_decisions, review, site_decisions
from moderation.decisions import Draft
from moderation.desk import Order, Queue
from moderation.domain import Actor, Judgement, Lot, Reason, Status, Verdict
from moderation.learning_tables import sample_frames, samples
from moderation.moderator_decisions import Act
from moderation.store import comments, labels, waiting_items
from moderation.store.waiting_items import Wanted
from moderation.tables import labels as label_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.domain import Decision, Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

ALL, NONE = Lot("far", 1.0), Lot("far", 0.0)
SAMPLED = Wanted(Queue.SAMPLED)
VERDICTS = {Status.APPROVED: Verdict.APPROVE, Status.REJECTED: Verdict.REJECT, Status.HELD: Verdict.HOLD}


@pytest.fixture
def judged(database: Database, accept: Callable[..., CommentRow], now: datetime) -> Callable[..., CommentRow]:
    """Have policy decide about a comment as the worker does."""

    def record(
        id: str = "c-1",  # noqa: A002  the field's name
        status: Status = Status.APPROVED,
        lot: Lot | None = ALL,
        at: datetime = now,
        **changes: Any,
    ) -> CommentRow:
        comment = accept(id, **changes)
        reasons = (Reason("respectful", "INSULT", 0.97, 0.95),) if status is Status.REJECTED else ()
        judgement = Judgement(VERDICTS[status], reasons, {"INSULT": 0.97}, "words-1", "g-1", lot)
        with database.writing() as tx:
            (one,) = comments.claim_pending(tx, "token", 1, at, timedelta(seconds=60))
            decisions.record(tx, [decisions.by_policy(one.id, one.revision, "token", judgement)], at)
            row = {"comment_id": one.id, "revision": one.revision, "model_version": "words-1"}
            comments.keep_scores(tx, [{**row, "scores": judgement.scores}])
        return comment

    return record


def rows(database: Database) -> list[Any]:
    with database.reading() as tx:
        return list(tx.execute(select(samples).order_by(samples.c.id)))


def queues_of(database: Database, comment: CommentRow) -> set[Queue]:
    with database.reading() as tx:
        return {
            Queue(name)
            for name in tx.execute(
                select(waiting_items.review_items.c.queue).where(waiting_items.review_items.c.comment_id == comment.id)
            ).scalars()
        }


def test_what_is_drawn_waits_and_all_that_could_have_been_is_counted(
    database: Database, judged: Callable[..., CommentRow], now: datetime
) -> None:
    drawn, left = judged(), judged("left", lot=NONE)
    judged("again", lot=NONE)
    judged("rejected", Status.REJECTED, Lot("near", 0.0))
    judged("held", Status.HELD, None)
    (row,) = rows(database)
    assert (row.comment_id, row.revision, row.status, row.stratum, row.probability) == (
        drawn.id,
        1,
        "APPROVED",
        "far",
        1,
    )
    assert (row.drawn_at, row.answer, row.ended_at) == (now, None, None)
    assert queues_of(database, drawn) == {Queue.SAMPLED}
    assert queues_of(database, left) == set()
    with database.reading() as tx:
        frame = {(one.status, one.stratum, one.probability): one.n for one in tx.execute(select(sample_frames))}
    assert frame == {("APPROVED", "far", 1.0): 1, ("APPROVED", "far", 0.0): 2, ("REJECTED", "near", 0.0): 1}


def test_what_waits_tells_nothing_and_comes_as_it_was_drawn(
    database: Database, judged: Callable[..., CommentRow], mara: Moderator, now: datetime
) -> None:
    first = judged("b", Status.REJECTED)
    second = judged("a", Status.APPROVED, at=now + timedelta(seconds=1))
    hand = review.take(database, mara, Wanted(Queue.SAMPLED, Order.SEVERITY), now + timedelta(seconds=2))
    assert [item.comment_id for item in hand.items] == [first.id, second.id]
    assert {(item.severity, item.attribute, item.guidelines) for item in hand.items} == {(0.5, None, ())}


@pytest.mark.parametrize(
    ("of_policy", "of_person", "names"),
    [
        pytest.param(Status.APPROVED, Status.APPROVED, (), id="confirmed"),
        pytest.param(Status.APPROVED, Status.REJECTED, ("no-spam",), id="missed"),
        pytest.param(Status.REJECTED, Status.APPROVED, (), id="wrongly rejected"),
    ],
)
def test_an_answer_is_a_decision_and_a_label_that_knows_how_likely_it_was(
    database: Database,
    judged: Callable[..., CommentRow],
    release: Callable[[datetime], list[Decision]],
    mara: Moderator,
    now: datetime,
    of_policy: Status,
    of_person: Status,
    names: tuple[str, ...],
) -> None:
    comment = judged(status=of_policy)
    review.take(database, mara, SAMPLED, now)
    made = moderator_decisions.decide(database, mara, Act(comment.id, 1, of_person, names), now, 10)
    assert rows(database)[0].answer is None  # it can be undone
    release(now + timedelta(seconds=10))
    (row,) = rows(database)
    assert (row.answer, row.answer_id, row.is_blind) == (of_person.value, made.id, True)
    assert row.answered_at == now + timedelta(seconds=10)
    assert queues_of(database, comment) == set()
    with database.reading() as tx:
        found = comments.find_by_id(tx, comment.id)
        taught = {(one.chosen_by, one.probability) for one in tx.execute(select(label_table))}
    assert found is not None
    assert found.comment.status is of_person
    assert taught == {("sampled", 1.0)}


def test_who_undoes_an_answer_can_give_another(
    database: Database,
    judged: Callable[..., CommentRow],
    release: Callable[[datetime], list[Decision]],
    mara: Moderator,
    now: datetime,
) -> None:
    comment = judged()
    review.take(database, mara, SAMPLED, now)
    first = moderator_decisions.decide(database, mara, Act(comment.id, 1, Status.APPROVED), now, 10)
    moderator_decisions.undo(database, mara, first.id, now)
    at = now + timedelta(seconds=1)
    moderator_decisions.decide(database, mara, Act(comment.id, 1, Status.REJECTED, ("no-spam",)), at, 10)
    release(at + timedelta(seconds=10))
    (row,) = rows(database)
    assert (row.answer, row.is_blind) == ("REJECTED", True)


def test_who_could_have_seen_the_verdict_answers_too_but_not_blindly(
    database: Database, site: Site, judged: Callable[..., CommentRow], mara: Moderator, now: datetime
) -> None:
    found, of_site, kept = judged("found"), judged("of site"), judged("kept")
    moderator_decisions.decide(database, mara, Act(found.id, 1, Status.REJECTED, ("no-spam",)), now, 0)
    site_decisions.decide(database, site.id, "of site", Status.REJECTED, None, now)
    moderator_decisions.decide(database, mara, Act(kept.id, 1, Status.HELD), now, 0)
    answers = {row.comment_id: (row.answer, row.is_blind) for row in rows(database)}
    assert answers == {found.id: ("REJECTED", False), of_site.id: ("REJECTED", False), kept.id: (None, None)}
    with database.reading() as tx:
        chosen = {one.comment_id: (one.chosen_by, one.probability) for one in tx.execute(select(label_table))}
    assert chosen == {found.id: ("search", None), of_site.id: ("site", None)}


def test_what_is_changed_or_withdrawn_is_answered_by_nobody(
    database: Database,
    site: Site,
    judged: Callable[..., CommentRow],
    submission: Callable[..., Submission],
    now: datetime,
) -> None:
    changed, gone = judged("changed"), judged("gone")
    intake.accept(database, site.id, submission("changed", "Other words."), now)
    site_decisions.withdraw(database, site.id, "gone", now)
    assert [(row.ended_at, row.answer) for row in rows(database)] == [(now, None)] * 2
    assert queues_of(database, changed) == queues_of(database, gone) == set()


def test_a_second_person_is_asked_as_blindly(
    database: Database,
    judged: Callable[..., CommentRow],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
) -> None:
    comment = judged(status=Status.REJECTED)
    review.take(database, mara, SAMPLED, now)
    moderator_decisions.ask_opinion(database, mara, comment.id, Status.REJECTED, "Is it?", now)
    (item,) = review.take(database, jonas, Wanted(Queue.SECOND_OPINION), now).items
    assert (item.severity, item.attribute) == (0.5, None)
    moderator_decisions.decide(database, jonas, Act(comment.id, 1, Status.APPROVED), now, 0)
    (row,) = rows(database)
    assert (row.answer, row.is_blind) == ("APPROVED", True)
    with database.reading() as tx:
        taught = [
            (one.source, one.moderator_id, one.value, one.weight, one.chosen_by, one.probability)
            for one in tx.execute(select(label_table).order_by(label_table.c.id))
            if one.attribute == "LIKELY_TO_REJECT"
        ]
        assert labels.labels_of(tx, comment.id)["LIKELY_TO_REJECT"] == 0  # of two, the later one
    assert taught == [
        ("opinion", mara.id, 1.0, 0.5, "second", 1.0),
        ("moderator", jonas.id, 0.0, 0.5, "second", 1.0),
    ]


def test_who_draws_again_draws_nothing_new(
    database: Database, judged: Callable[..., CommentRow], now: datetime
) -> None:
    comment = judged()
    again = Draft(comment.id, 1, Status.REJECTED, Actor.POLICY, lot=ALL)
    with database.writing() as tx:
        decisions.record(tx, [again], now)
    assert len(rows(database)) == 1
