"""Rescoring: handed out in pieces, kept only where the text is the same, sorted anew; decisions stand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import decisions, desk_tables, intake, queues, rescorings, site_decisions
from moderation.decisions import Draft
from moderation.domain import Actor, Judgement, Lot, Reason, Status, Verdict
from moderation.errors import UnknownRescoring
from moderation.store import rescorings as store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.rescorings import Piece
    from moderation.store.sites import Site

LEASE = timedelta(minutes=1)


def anew(score: float, *reasons: Reason) -> Judgement:
    return Judgement(Verdict.HOLD, reasons, {"INSULT": score, "SPAM": 0.01}, "v-2", "g-1")


@pytest.fixture
def claim(database: Database, now: datetime) -> Callable[..., Piece | None]:
    def take(by: str = "t", limit: int = 2, at: datetime = now) -> Piece | None:
        with database.writing() as tx:
            return store.claim(tx, by, limit, at, at + LEASE)

    return take


@pytest.fixture
def ask(database: Database, now: datetime) -> Callable[..., Any]:
    return lambda site_id=None, since=now, at=now: rescorings.ask(database, site_id, since, "mara", at)


def test_pieces_are_shared_and_one_that_was_let_fall_is_taken_up_again(
    database: Database,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    ask: Callable[..., Any],
    claim: Callable[..., Piece | None],
    now: datetime,
) -> None:
    rows = [accept(f"c-{place}") for place in range(5)]
    for one in rows:
        decide(one)
    asked = ask()
    assert (asked.n_all, asked.n_done, asked.finished_at) == (5, 0, None)
    assert ask().id == asked.id
    first, second, third = claim("a"), claim("b"), claim("c")
    assert first is not None
    assert second is not None
    assert third is not None
    assert claim("d") is None
    with database.reading() as tx:
        held = [[one.id for one in store.texts(tx, piece)] for piece in (first, second, third)]
        assert store.has_open(tx)
    assert held == [[rows[0].id, rows[1].id], [rows[2].id, rows[3].id], [rows[4].id]]
    rescorings.finish(database, first, "a", [], now)
    rescorings.finish(database, third, "c", [], now)
    again = claim("e", at=now + LEASE)
    assert again is not None
    assert (again.id, again.n_claims, again.after, again.until) == (second.id, 2, second.after, second.until)
    assert rescorings.finish(database, second, "b", [(one, anew(0.5)) for one in []], now) == 0
    assert rescorings.look_up(database, asked.id).n_done == 3
    rescorings.finish(database, again, "e", [], now + LEASE)
    done = rescorings.look_up(database, asked.id)
    assert (done.n_done, done.finished_at) == (5, now + LEASE)
    with database.reading() as tx:
        assert not store.has_open(tx)
        assert [one.id for one in store.recent(tx, 3)] == [asked.id]
    assert ask(at=now + LEASE).id != asked.id


def test_only_what_was_accepted_since_then_and_is_of_the_site_is_scored_anew(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    submission: Callable[..., Any],
    ask: Callable[..., Any],
    claim: Callable[..., Piece | None],
    now: datetime,
) -> None:
    other = add_site("other.example")[0]
    times = {"old": now - timedelta(days=2), "new": now - timedelta(hours=1), "later": now + timedelta(hours=1)}
    for name, at in times.items():
        intake.accept(database, site.id, submission(name), at)
    intake.accept(database, other.id, submission("theirs"), now)
    since = now - timedelta(days=1)
    assert [ask(one, since).n_all for one in (site.id, other.id, None)] == [1, 1, 2]
    empty = ask(site.id, now + timedelta(days=1), now + timedelta(days=2))
    assert (empty.n_all, empty.finished_at) == (0, now + timedelta(days=2))
    first = claim(limit=1)
    assert first is not None
    assert first.rescoring.site == site.name
    second = claim(limit=1)
    assert second is not None
    with database.reading() as tx:
        assert store.texts(tx, second) == []
    with pytest.raises(UnknownRescoring, match="99"):
        rescorings.look_up(database, 99)


def test_new_scores_are_kept_and_what_waits_is_sorted_by_them_but_nothing_is_decided(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    ask: Callable[..., Any],
    claim: Callable[..., Piece | None],
    now: datetime,
) -> None:
    held, calmer, reported, edited, gone = (accept(name) for name in ("held", "calmer", "reported", "edited", "gone"))
    for one in (held, calmer):
        decide(one, Status.HELD)
    for one in (reported, edited, gone):
        decide(one)
    with database.writing() as tx:
        queues.reported(tx, reported.id, now)
    ask()
    piece = claim(limit=9)
    assert piece is not None
    with database.reading() as tx:
        texts = store.texts(tx, piece)
    assert [one.passage.text for one in texts] == ["A fair point, well made."] * 5
    assert texts[0].passage.article_title == "The bridge will be rebuilt"
    accept("edited", "Another text.")
    site_decisions.withdraw(database, site.id, "gone", now)
    leading = Reason("respectful", "INSULT", 0.7, 0.4)
    said = {
        held.id: anew(0.7, leading),
        calmer.id: anew(0.1),
        reported.id: anew(0.8, leading),
        edited.id: anew(0.9),
        gone.id: anew(0.9),
    }
    assert rescorings.finish(database, piece, "t", [(one, said[one.id]) for one in texts], now) == 3
    looked = {name: intake.look_up(database, site.id, name) for name in ("held", "edited", "gone")}
    assert (looked["held"].comment.scores, looked["held"].comment.model_version) == (
        {"INSULT": 0.7, "SPAM": 0.01},
        "v-2",
    )
    assert looked["held"].comment.status is Status.HELD
    assert looked["held"].decision is not None
    assert looked["held"].decision.model_version is None
    assert [looked[name].comment.scores for name in ("edited", "gone")] == [None, None]
    with database.reading() as tx:
        items = {row.comment_id: row for row in tx.execute(select(desk_tables.review_items))}
    assert {one: (row.attribute, row.severity) for one, row in items.items()} == {
        held.id: ("INSULT", 0.7),
        calmer.id: ("INSULT", 0.1),
        reported.id: ("INSULT", 0.8),
    }


def test_what_was_drawn_by_lot_tells_nothing_by_its_new_scores_either(
    database: Database,
    accept: Callable[..., CommentRow],
    add_moderator: Callable[..., Moderator],
    ask: Callable[..., Any],
    claim: Callable[..., Piece | None],
    now: datetime,
) -> None:
    drawn, asked_about, plain = accept("drawn"), accept("asked about"), accept("plain")
    drafts = [
        Draft(one.id, 1, Status.APPROVED, Actor.POLICY, (), "words-1", "g-1", lot=Lot("far", probability))
        for one, probability in ((drawn, 1.0), (asked_about, 1.0), (plain, 0.0))
    ]
    mara = add_moderator()
    with database.writing() as tx:
        decisions.record(tx, drafts, now)
        for one in (asked_about, plain):
            queues.asked_about(tx, one.id, mara.id, now)
    ask()
    piece = claim(limit=9)
    assert piece is not None
    with database.reading() as tx:
        texts = store.texts(tx, piece)
    assert rescorings.finish(database, piece, "t", [(one, anew(0.9)) for one in texts], now) == 3
    with database.reading() as tx:
        items = {(row.comment_id, row.queue): row for row in tx.execute(select(desk_tables.review_items))}
    assert {key: (row.attribute, row.severity, row.uncertainty) for key, row in items.items()} == {
        (drawn.id, "sampled"): (None, 0.5, 1.0),
        (asked_about.id, "second-opinion"): (None, 0.5, 1.0),
        (plain.id, "second-opinion"): ("INSULT", 0.9, pytest.approx(0.2)),
    }


def test_where_nothing_waits_nothing_is_sorted(
    database: Database,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    ask: Callable[..., Any],
    claim: Callable[..., Piece | None],
    now: datetime,
) -> None:
    decide(accept())
    ask()
    piece = claim()
    assert piece is not None
    with database.reading() as tx:
        (one,) = store.texts(tx, piece)
    assert rescorings.finish(database, piece, "t", [(one, anew(0.2))], now) == 1
