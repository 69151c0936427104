"""What challengers say: asked once, kept beside the champion's word, compared, and forgotten with the comment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from moderation import champions, site_decisions
from moderation.domain import Judgement, Verdict
from moderation.learning_tables import shadow_scores as table
from moderation.store import shadow_scores as store
from moderation.store.shadow_scores import Agreement, Asked

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.champions import Shadow
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.shadow_scores import Unasked
    from moderation.store.sites import Site

LEASE = timedelta(minutes=1)
APPROVE, HOLD, REJECT = Verdict.APPROVE, Verdict.HOLD, Verdict.REJECT


def said(verdict: Verdict, insult: float, version: str = "v-1") -> Judgement:
    return Judgement(verdict, (), {"INSULT": insult, "SPAM": 0.02}, version, "g-1")


@pytest.fixture
def shadow(database: Database, now: datetime) -> Shadow:
    return champions.put_in_shadow(database, None, "v-2", 1.0, "mara", now)


@pytest.fixture
def ask(database: Database, shadow: Shadow, now: datetime) -> Callable[..., bool]:
    def write(*comments: CommentRow, verdict: Verdict = APPROVE, insult: float = 0.1) -> bool:
        with database.writing() as tx:
            asked = [Asked(shadow.id, one.id, one.revision, said(verdict, insult)) for one in comments]
            return store.ask(tx, asked, now)

    return write


@pytest.fixture
def claim(database: Database, now: datetime) -> Callable[..., list[Unasked]]:
    def take(by: str = "t", versions: tuple[str, ...] = ("v-2",), limit: int = 9, at: datetime = now) -> list[Unasked]:
        with database.writing() as tx:
            return store.claim(tx, by, versions, limit, at, at + LEASE)

    return take


@pytest.fixture
def n_rows(database: Database) -> Callable[[], int]:
    def count() -> int:
        with database.reading() as tx:
            return int(tx.execute(select(func.count()).select_from(table)).scalar_one())

    return count


def test_each_comment_is_asked_about_once_by_one_worker_at_a_time(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    ask: Callable[..., bool],
    claim: Callable[..., list[Unasked]],
    now: datetime,
) -> None:
    first, second = accept("c-1", "One"), accept("c-2", "Two", language="de")
    assert not ask()
    assert ask(first, second)
    assert ask(first)
    assert claim(versions=("v-9",)) == []
    (one,) = claim("a", limit=1)
    assert (one.comment_id, one.passage.text, one.site_id, one.version, one.n_claims) == (
        first.id,
        "One",
        site.id,
        "v-2",
        1,
    )
    assert one.champion_scores == {"INSULT": 0.1, "SPAM": 0.02}
    (two,) = claim("b")
    assert (two.comment_id, two.passage.language) == (second.id, "de")
    with database.reading() as tx:
        assert not store.has_unasked(tx, now)
        assert store.has_unasked(tx, now + LEASE)
        assert not store.has_unasked(tx, now + LEASE, ["v-9"])
    again, two_again = claim("c", at=now + LEASE)
    assert (again.comment_id, again.n_claims) == (first.id, 2)
    with database.writing() as tx:
        assert store.keep(tx, "a", [(one, said(HOLD, 0.6))]) == 0
        assert store.keep(tx, "c", [(again, said(HOLD, 0.6)), (two_again, said(APPROVE, 0.1))]) == 2
    assert claim("d", at=now + 9 * LEASE) == []


def test_what_was_edited_erased_or_is_out_of_shadow_is_not_asked_about_any_more(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    ask: Callable[..., bool],
    claim: Callable[..., list[Unasked]],
    n_rows: Callable[[], int],
    now: datetime,
) -> None:
    edited, gone, kept = accept("edited"), accept("gone"), accept("kept")
    ask(edited, gone, kept)
    accept("edited", "Another text.")
    site_decisions.withdraw(database, site.id, "gone", now)
    assert n_rows() == 2
    assert [one.comment_id for one in claim()] == [kept.id]
    assert n_rows() == 1
    champions.end_shadow(database, None, "mara", now)
    assert claim(at=now + 9 * LEASE) == []
    assert n_rows() == 0


def test_what_was_said_goes_with_the_comment_and_with_age(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    ask: Callable[..., bool],
    claim: Callable[..., list[Unasked]],
    n_rows: Callable[[], int],
    now: datetime,
) -> None:
    ask(accept("gone"), accept("old"))
    answers = [(one, said(HOLD, 0.6)) for one in claim()]
    with database.writing() as tx:
        store.keep(tx, "t", answers)
        store.forget_before(tx, now)
    assert n_rows() == 2
    site_decisions.withdraw(database, site.id, "gone", now)
    assert n_rows() == 1
    with database.writing() as tx:
        store.forget_before(tx, now + LEASE)
    assert n_rows() == 0


def test_agreement_and_the_widest_differences_are_told_of_what_someone_sees(
    database: Database,
    shadow: Shadow,
    accept: Callable[..., CommentRow],
    ask: Callable[..., bool],
    claim: Callable[..., list[Unasked]],
    add_moderator: Callable[..., Moderator],
    add_site: Callable[[str], tuple[Site, str]],
) -> None:
    spoken = {
        "same": (APPROVE, 0.1, APPROVE, 0.1),
        "near": (APPROVE, 0.1, APPROVE, 0.3),
        "held": (APPROVE, 0.1, HOLD, 0.5),
        "freed": (REJECT, 0.9, HOLD, 0.6),
        "even": (HOLD, 0.5, REJECT, 0.5),
        "edited": (APPROVE, 0.1, REJECT, 0.9),
    }
    rows = {name: accept(name) for name in spoken}
    for name, (verdict, insult, _, _) in spoken.items():
        ask(rows[name], verdict=verdict, insult=insult)
    names = {one.id: name for name, one in rows.items()}
    answers = [(one, said(*spoken[names[one.comment_id]][2:], "v-2")) for one in claim()]
    with database.writing() as tx:
        store.keep(tx, "t", answers)
    accept("edited", "Another text.")
    editor = add_moderator(role="editor")
    with database.reading() as tx:
        found = store.agreement(tx, editor, shadow.id)
        widest = store.widest(tx, editor, shadow.id, 9)
        first = store.widest(tx, editor, shadow.id, 1)
        assert store.n_judged(tx, shadow.id) == 6
    assert (found.n, found.n_agreed) == (6, 2)
    assert [found.champion(one) for one in (APPROVE, HOLD, REJECT)] == [4, 1, 1]
    assert [found.challenger(one) for one in (APPROVE, HOLD, REJECT)] == [2, 2, 2]
    assert [names[one.comment_id] for one in widest] == ["held", "freed", "even", "near"]
    assert first == widest[:1]
    assert (first[0].champion, first[0].champion_verdict, first[0].verdict) == ("v-1", APPROVE, HOLD)
    assert first[0].difference == pytest.approx(0.4)
    assert (first[0].champion_scores["INSULT"], first[0].scores["INSULT"]) == (0.1, 0.5)
    elsewhere = add_moderator("jo@news.example", site_names=(add_site("other.example")[0].name,))
    sports = add_moderator("ted@news.example", sections=("sport",))
    with database.reading() as tx:
        for who in (elsewhere, sports):
            assert store.agreement(tx, who, shadow.id) == Agreement({})
            assert store.widest(tx, who, shadow.id, 9) == []


def test_scores_that_share_no_attribute_do_not_differ() -> None:
    assert store.difference({"INSULT": 0.9}, {"SPAM": 0.1}) == 0.0
    assert store.difference({"INSULT": 0.9, "SPAM": 0.1}, {"SPAM": 0.4}) == pytest.approx(0.3)
