"""Batches: many waiting comments chosen by score, decided piece by piece, and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from moderation import batches, decisions, desk_tables, labels, policies, tables
from moderation.batches import Act, Choice
from moderation.decisions import Draft
from moderation.desk import Moderator, Queue, Role
from moderation.domain import Actor, Article, Reason, Status
from moderation.errors import (
    NoGuideline,
    NothingChosen,
    TooLateForBatch,
    TooManyChosen,
    UnknownBatch,
    UnknownGuideline,
)
from moderation.spreads import Measure, Reach
from moderation.store import claims, comments, moderators, review_items
from moderation.store.waiting_items import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

INSULT = Measure("INSULT", ("INSULT",))
RESPECTFUL = Measure("respectful", ("TOXICITY", "INSULT"))
MIDDLE = Reach(60, 80)
REJECT = Act(MIDDLE, Status.REJECTED, "respectful")
APPROVE = Act(MIDDLE, Status.APPROVED)


@pytest.fixture
def add_moderator(database: Database, now: datetime) -> Callable[..., Moderator]:
    """Add someone to the desk."""

    def add(name: str = "mara", role: Role = Role.MODERATOR, **limits: Any) -> Moderator:
        with database.writing() as tx:
            return moderators.add(
                tx,
                f"{name}@news.example",
                name.title(),
                role,
                limits.get("site_ids"),
                limits.get("sections"),
                now,
            )

    return add


@pytest.fixture
def mara(add_moderator: Callable[..., Moderator]) -> Moderator:
    return add_moderator()


@pytest.fixture
def hold(database: Database, accept: Callable[..., CommentRow], now: datetime) -> Callable[..., CommentRow]:
    """Take a comment in and have policy hold it by its scores."""

    def take_in(id: str, insult: float | None = 0.7, at: datetime = now, **changes: Any) -> CommentRow:  # noqa: A002  the field's name
        comment = accept(id, **changes)
        scores = {"TOXICITY": 0.1} if insult is None else {"TOXICITY": 0.1, "INSULT": insult}
        reason = Reason("respectful", "INSULT", insult, 0.4)
        with database.writing() as tx:
            decisions.record(tx, [Draft(comment.id, 1, Status.HELD, Actor.POLICY, (reason,))], at)
            row = {"comment_id": comment.id, "revision": 1, "scores": scores, "model_version": "m"}
            comments.keep_scores(tx, [row])
        return comment

    return take_in


@pytest.fixture
def choice(site: Site, now: datetime) -> Choice:
    return Choice(Wanted(Queue.HELD, site_id=site.id), site.id, INSULT, now)


@pytest.fixture
def status_of(database: Database) -> Callable[[CommentRow], Status]:
    def read(comment: CommentRow) -> Status:
        with database.reading() as tx:
            found = comments.find_by_id(tx, comment.id)
        assert found is not None
        return found.comment.status

    return read


@pytest.fixture
def finish(database: Database) -> Callable[[datetime], int]:
    """Work all that is open; answers with the number of pieces."""

    def work(at: datetime) -> int:
        n = 0
        while batches.go_on(database, at):
            n += 1
        return n

    return work


@pytest.fixture
def release(database: Database) -> Callable[[datetime], int]:
    def let_go(at: datetime) -> int:
        with database.writing() as tx:
            return len(decisions.release_due(tx, at))

    return let_go


# Looking


def test_what_waits_is_spread_by_score(
    database: Database, mara: Moderator, hold: Callable[..., CommentRow], choice: Choice
) -> None:
    for number, score in enumerate((0.0, 0.29, 0.2999, 0.7, 1.0, None)):
        hold(f"c-{number}", score)
    waiting = batches.look(database, mara, choice).waiting
    assert {column: n for column, n in enumerate(waiting.counts) if n} == {0: 1, 29: 2, 70: 1, 99: 1}
    assert waiting.n_unknown == 1


def test_a_guideline_s_score_is_the_highest_of_its_attributes_known(
    database: Database, mara: Moderator, hold: Callable[..., CommentRow], choice: Choice
) -> None:
    hold("insult", 0.7)
    hold("no insult", 0.05)
    hold("unknown", None)
    waiting = batches.look(database, mara, replace(choice, measure=RESPECTFUL)).waiting
    assert {column: n for column, n in enumerate(waiting.counts) if n} == {10: 2, 70: 1}
    unheard = Measure("other", ("SPAM", "THREAT"))
    assert batches.look(database, mara, replace(choice, measure=unheard)).waiting.n_unknown == 3


def test_only_what_can_be_chosen_is_shown(
    database: Database,
    mara: Moderator,
    add_moderator: Callable[..., Moderator],
    hold: Callable[..., CommentRow],
    choice: Choice,
    now: datetime,
) -> None:
    hold("free")
    claimed, escalated = hold("claimed"), hold("escalated")
    hold("later", at=now + timedelta(seconds=1))
    hold("sport", article=Article("https://news.example/match", "The match", section="Sport"))
    jonas = add_moderator("jonas")
    with database.writing() as tx:
        claims.take(tx, jonas.id, Queue.HELD, [claimed.id], now, now + timedelta(minutes=10))
        review_items.escalate(tx, escalated.id, now)
    assert batches.look(database, mara, choice).waiting.n == 2
    assert batches.look(database, add_moderator("edda", Role.EDITOR), choice).waiting.n == 3
    assert batches.look(database, add_moderator("ole", sections=["Sport"]), choice).waiting.n == 1
    assert batches.look(database, add_moderator("uwe", site_ids=[99]), choice).waiting.n == 0


def test_what_people_decided_in_a_stretch_is_told(
    database: Database, mara: Moderator, hold: Callable[..., CommentRow], choice: Choice, now: datetime
) -> None:
    drafts = []
    for number, (score, status, days) in enumerate(
        (
            (0.7, Status.REJECTED, 1),
            (0.7, Status.REJECTED, 29),
            (0.71, Status.APPROVED, 2),
            (0.7, Status.REJECTED, 31),
            (0.3, Status.APPROVED, 1),
            (0.7, Status.HELD, 1),
        )
    ):
        comment = hold(f"c-{number}", score)
        drafts.append((Draft(comment.id, 1, status, Actor.MODERATOR, moderator_id=mara.id), days))
    with database.writing() as tx:
        for draft, days in drafts:
            decisions.record(tx, [draft], now - timedelta(days=days))
    found = batches.look(database, mara, choice)
    share = found.rejected_within(MIDDLE)
    assert share is not None
    assert (share.n, share.n_all) == (2, 3)
    assert found.rejected_within(Reach(90, 100)) is None


def test_a_lot_draws_ten_of_a_stretch_and_the_same_ones_again(
    database: Database, mara: Moderator, hold: Callable[..., CommentRow], choice: Choice
) -> None:
    scores = {hold(f"c-{number}", 0.6 + number / 100).id: 0.6 + number / 100 for number in range(20)}
    hold("outside", 0.9)
    drawn = batches.peek(database, mara, choice, MIDDLE, lot=1)
    assert len(drawn) == 10
    assert drawn == batches.peek(database, mara, choice, MIDDLE, lot=1)
    assert [scores[one] for one in drawn] == sorted((scores[one] for one in drawn), reverse=True)
    assert any(drawn != batches.peek(database, mara, choice, MIDDLE, lot=lot) for lot in (2, 3))
    assert batches.peek(database, mara, choice, Reach(90, 100), lot=1)
    assert batches.peek(database, mara, choice, Reach(0, 1), lot=1) == []


# Beginning


def test_a_batch_holds_what_was_seen_but_for_what_was_taken_out(
    database: Database, mara: Moderator, hold: Callable[..., CommentRow], choice: Choice, now: datetime
) -> None:
    first, second, out = hold("first"), hold("second"), hold("out")
    hold("lower", 0.5)
    hold("later", at=now + timedelta(seconds=1))
    act = replace(REJECT, without=frozenset({out.id}))
    batch = batches.begin(database, mara, choice, act, now + timedelta(seconds=9))
    assert batch.comment_ids == (first.id, second.id)
    assert (batch.reach, batch.n_all, batch.n_worked, batch.guideline) == (MIDDLE, 2, 0, "respectful")
    assert batches.look_up(database, mara, batch.id) == batch
    assert batches.recent(database, mara) == [batch]
    with database.reading() as tx:
        logged = tx.execute(select(tables.audit).where(tables.audit.c.actor == mara.actor)).one()
    assert (logged.actor, logged.action, logged.details["n"]) == (mara.actor, "batch.begun", 2)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        pytest.param(replace(REJECT, guideline=None), NoGuideline, id="a rejection without a guideline"),
        pytest.param(replace(REJECT, guideline="no-such"), UnknownGuideline, id="an unknown guideline"),
        pytest.param(Act(Reach(90, 100), Status.APPROVED), NothingChosen, id="an empty stretch"),
    ],
)
def test_what_cannot_be_a_batch_is_refused(
    database: Database,
    mara: Moderator,
    hold: Callable[..., CommentRow],
    choice: Choice,
    now: datetime,
    act: Act,
    error: type[Exception],
) -> None:
    hold("one")
    with pytest.raises(error):
        batches.begin(database, mara, choice, act, now)


def test_a_batch_of_too_many_is_refused(
    database: Database,
    mara: Moderator,
    hold: Callable[..., CommentRow],
    choice: Choice,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = hold("one")
    hold("two")
    monkeypatch.setattr(batches, "MOST_COMMENTS", 1)
    with pytest.raises(TooManyChosen, match="at most 1 "):
        batches.begin(database, mara, choice, APPROVE, now)
    assert batches.begin(database, mara, choice, replace(APPROVE, without=frozenset({out.id})), now).n_all == 1


def test_a_batch_of_a_site_out_of_sight_is_not_told_of(
    database: Database,
    mara: Moderator,
    add_moderator: Callable[..., Moderator],
    hold: Callable[..., CommentRow],
    choice: Choice,
    now: datetime,
) -> None:
    hold("one")
    batch = batches.begin(database, mara, choice, APPROVE, now)
    with pytest.raises(UnknownBatch):
        batches.look_up(database, add_moderator("uwe", site_ids=[99]), batch.id)
    with pytest.raises(UnknownBatch):
        batches.look_up(database, mara, 999)
    assert batches.look_up(database, add_moderator("ole", site_ids=[choice.site_id]), batch.id) == batch


# Working


def test_a_batch_is_worked_in_pieces_and_the_site_hears_five_minutes_after_the_last(
    database: Database,
    mara: Moderator,
    hold: Callable[..., CommentRow],
    choice: Choice,
    status_of: Callable[[CommentRow], Status],
    finish: Callable[[datetime], int],
    release: Callable[[datetime], int],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = [hold(f"c-{number}") for number in range(5)]
    monkeypatch.setattr(batches, "CHUNK", 2)
    batch = batches.begin(database, mara, choice, REJECT, now)
    assert batches.go_on(database, now)
    assert batches.look_up(database, mara, batch.id).n_done == 2
    later = now + timedelta(minutes=7)  # slow, and yet nothing is released before the end
    assert release(later) == 0
    assert finish(later) == 2
    done = batches.look_up(database, mara, batch.id)
    assert (done.n_done, done.n_skipped, done.finished_at, done.release_at) == (5, 0, later, later + batches.UNDO)
    assert release(later + timedelta(minutes=4, seconds=59)) == 0
    assert status_of(held[0]) is Status.HELD
    assert release(later + batches.UNDO) == 5
    assert {status_of(one) for one in held} == {Status.REJECTED}
    with database.reading() as tx:
        made = tx.execute(select(tables.decisions).where(tables.decisions.c.batch_id == batch.id)).first()
        assert made is not None
        assert made.moderator_id == mara.id
        assert made.reasons[0]["guideline"] == "respectful"
        assert (made.reasons[0]["attribute"], made.reasons[0]["score"]) == ("INSULT", 0.7)
        taught = tx.execute(select(tables.labels)).all()
    assert {(one.attribute, one.value) for one in taught} == {
        ("LIKELY_TO_REJECT", 1.0),
        ("TOXICITY", 1.0),
        ("INSULT", 1.0),
    }
    assert {(one.chosen_by, one.probability, one.weight) for one in taught} == {("batch", 1.0, labels.WEAK)}


def test_a_batch_teaches_little_and_an_approval_needs_no_guideline(
    database: Database,
    mara: Moderator,
    hold: Callable[..., CommentRow],
    choice: Choice,
    finish: Callable[[datetime], int],
    release: Callable[[datetime], int],
    status_of: Callable[[CommentRow], Status],
    now: datetime,
) -> None:
    held = hold("one")
    batch = batches.begin(database, mara, choice, replace(APPROVE, guideline="respectful"), now)
    assert batch.guideline is None
    finish(now)
    assert release(now + batches.UNDO) == 1
    assert status_of(held) is Status.APPROVED
    with database.reading() as tx:
        (taught,) = tx.execute(select(tables.labels)).all()
    assert (taught.comment_id, taught.text, taught.attribute, taught.value) == (
        held.id,
        held.text,
        "LIKELY_TO_REJECT",
        0,
    )
    assert (taught.chosen_by, taught.weight, taught.moderator_id) == ("batch", labels.WEAK, mara.id)


def test_a_batch_that_keeps_on_hold_teaches_nothing(
    database: Database,
    mara: Moderator,
    hold: Callable[..., CommentRow],
    choice: Choice,
    finish: Callable[[datetime], int],
    now: datetime,
) -> None:
    hold("one")
    batches.begin(database, mara, choice, replace(APPROVE, status=Status.HELD), now)
    assert finish(now) == 1
    with database.reading() as tx:
        assert tx.execute(select(tables.labels)).all() == []


def test_what_changed_meanwhile_is_left_as_it_is(
    database: Database,
    mara: Moderator,
    add_moderator: Callable[..., Moderator],
    hold: Callable[..., CommentRow],
    choice: Choice,
    finish: Callable[[datetime], int],
    now: datetime,
) -> None:
    kept = hold("kept")
    claimed, decided, rescored, asked, escalated = (
        hold(name) for name in ("claimed", "decided", "rescored", "asked", "escalated")
    )
    batch = batches.begin(database, mara, choice, REJECT, now)
    jonas = add_moderator("jonas")
    with database.writing() as tx:
        claims.take(tx, jonas.id, Queue.HELD, [claimed.id], now, now + timedelta(minutes=10))
        decisions.record(tx, [Draft(decided.id, 1, Status.APPROVED, Actor.SITE)], now)
        row = {"comment_id": rescored.id, "revision": 1, "scores": {"INSULT": 0.1}, "model_version": "m"}
        comments.keep_scores(tx, [row])
        items = desk_tables.review_items
        tx.execute(update(items).where(items.c.comment_id == asked.id).values(asked_by=mara.id))
        review_items.escalate(tx, escalated.id, now)
    finish(now)
    done = batches.look_up(database, mara, batch.id)
    assert (done.n_done, done.n_skipped) == (1, 5)
    with database.reading() as tx:
        of_batch = select(tables.decisions.c.comment_id).where(tables.decisions.c.batch_id == batch.id)
        assert tx.execute(of_batch).scalars().all() == [kept.id]


def test_editors_batches_hold_what_was_escalated(
    database: Database,
    add_moderator: Callable[..., Moderator],
    hold: Callable[..., CommentRow],
    choice: Choice,
    finish: Callable[[datetime], int],
    now: datetime,
) -> None:
    escalated = hold("escalated")
    with database.writing() as tx:
        review_items.escalate(tx, escalated.id, now)
    edda = add_moderator("edda", Role.EDITOR)
    batch = batches.begin(database, edda, choice, REJECT, now)
    finish(now)
    assert batches.look_up(database, edda, batch.id).n_done == 1


def test_a_batch_of_someone_who_left_decides_nothing(
    database: Database,
    mara: Moderator,
    hold: Callable[..., CommentRow],
    choice: Choice,
    finish: Callable[[datetime], int],
    now: datetime,
) -> None:
    hold("one")
    batch = batches.begin(database, mara, choice, REJECT, now)
    with database.writing() as tx:
        people = desk_tables.moderators
        tx.execute(update(people).where(people.c.id == mara.id).values(disabled_at=now))
    finish(now)
    done = batches.look_up(database, mara, batch.id)
    assert (done.n_done, done.n_skipped, done.finished_at) == (0, 1, now)


SHORT = """
[[guideline]]
id = "no-spam"
title = "No spam"
wording = "No advertising."
attributes = ["SPAM"]
approve_below = 0.5
reject_above = 0.9
"""


@pytest.mark.parametrize(
    ("source", "n_done"),
    [
        pytest.param(SHORT, 0, id="the measure is gone"),
        pytest.param(SHORT + SHORT.replace("no-spam", "civil").replace('"SPAM"', '"INSULT"'), 1, id="its name is gone"),
    ],
)
def test_guidelines_that_changed_meanwhile_are_minded(
    database: Database,
    mara: Moderator,
    site: Site,
    hold: Callable[..., CommentRow],
    choice: Choice,
    finish: Callable[[datetime], int],
    now: datetime,
    source: str,
    n_done: int,
) -> None:
    hold("one")
    batch = batches.begin(database, mara, choice, REJECT, now)
    policies.adopt(database, site.id, source, now)
    finish(now)
    assert batches.look_up(database, mara, batch.id).n_done == n_done


def test_a_guideline_that_is_gone_measures_nothing(database: Database, site: Site) -> None:
    guidelines = policies.of_site(database, site.id)
    assert batches.measure_of(guidelines, "respectful") == RESPECTFUL
    assert batches.measure_of(guidelines, "no-such") is None
    assert batches.measure_of(guidelines, "NO_SUCH") is None


def test_with_nothing_open_there_is_nothing_to_do(database: Database, now: datetime) -> None:
    assert not batches.go_on(database, now)


# Taking back


@pytest.mark.parametrize("n_pieces", [0, 1, 3])
def test_a_batch_is_taken_back_while_it_runs_and_after(
    database: Database,
    mara: Moderator,
    hold: Callable[..., CommentRow],
    choice: Choice,
    finish: Callable[[datetime], int],
    release: Callable[[datetime], int],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    n_pieces: int,
) -> None:
    for number in range(5):
        hold(f"c-{number}")
    monkeypatch.setattr(batches, "CHUNK", 2)
    batch = batches.begin(database, mara, choice, REJECT, now)
    for _ in range(n_pieces):
        batches.go_on(database, now)
    last_moment = now + batches.UNDO - timedelta(seconds=1)
    batches.undo(database, mara, batch.id, last_moment)
    assert release(now + batches.UNDO) == 0  # though no worker has come round yet
    finish(last_moment)
    undone = batches.look_up(database, mara, batch.id)
    assert (undone.undone_at, undone.finished_at, undone.n_done) == (last_moment, last_moment, 0)
    assert batches.look(database, mara, choice).waiting.n == 5
    assert release(now + timedelta(days=1)) == 0


def test_what_the_site_has_heard_what_is_undone_and_what_is_another_s_stays(
    database: Database,
    mara: Moderator,
    add_moderator: Callable[..., Moderator],
    hold: Callable[..., CommentRow],
    choice: Choice,
    finish: Callable[[datetime], int],
    now: datetime,
) -> None:
    hold("one")
    first = batches.begin(database, mara, choice, REJECT, now)
    with pytest.raises(TooLateForBatch, match=f"batch {first.id} "):
        batches.undo(database, add_moderator("jonas", Role.ADMIN), first.id, now)
    batches.undo(database, mara, first.id, now)
    with pytest.raises(TooLateForBatch):
        batches.undo(database, mara, first.id, now)
    finish(now)
    second = batches.begin(database, mara, choice, REJECT, now)
    finish(now)
    with pytest.raises(TooLateForBatch):
        batches.undo(database, mara, second.id, now + batches.UNDO)


def test_what_is_taken_back_comes_before_what_is_to_be_decided(
    database: Database, mara: Moderator, hold: Callable[..., CommentRow], choice: Choice, now: datetime
) -> None:
    hold("one")
    hold("other", 0.9)
    older = batches.begin(database, mara, replace(choice, measure=INSULT), Act(Reach(90, 100), Status.APPROVED), now)
    newer = batches.begin(database, mara, choice, APPROVE, now)
    batches.undo(database, mara, newer.id, now)
    assert batches.go_on(database, now)
    assert batches.look_up(database, mara, newer.id).finished_at == now
    assert batches.look_up(database, mara, older.id).finished_at is None


def test_taking_a_batch_back_and_deciding_what_is_in_it_never_wait_in_a_circle(
    database: Database,
    mara: Moderator,
    hold: Callable[..., CommentRow],
    choice: Choice,
    finish: Callable[[datetime], int],
    now: datetime,
    crossing: Callable[..., None],
) -> None:
    first, second = hold("c-1"), hold("c-2")
    made = batches.begin(database, mara, choice, REJECT, now)
    finish(now)

    def decide(tx: Connection, comment: CommentRow) -> None:
        assert decisions.record(tx, [Draft(comment.id, 1, Status.APPROVED, Actor.SITE)], now)

    def hold_both(tx: Connection) -> None:
        comments.lock(tx, [first.id, second.id])
        decide(tx, second)

    crossing(hold_both, lambda: batches.undo(database, mara, made.id, now), lambda tx: decide(tx, first))
