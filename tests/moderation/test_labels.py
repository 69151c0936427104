"""Labels: what a person's decision teaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import (
    appeals,
    decisions,
    guidelines,
    labels,
    moderator_decisions,
    reports,
    review,
    site_decisions,
    tables,
)
from moderation.desk import Queue
from moderation.domain import Span, Status
from moderation.moderator_decisions import Act
from moderation.store import labels as store
from moderation.store.waiting_items import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

GUIDELINES = guidelines.default()
SPAM = ("no-spam",)
SECOND = timedelta(seconds=1)
FOUND = labels.Choice(labels.ChosenBy.SEARCH)


def named(*ids: str) -> list[guidelines.Guideline]:
    return [one for one in GUIDELINES.members if one.id in ids]


@pytest.fixture
def learn(
    database: Database, decide_later: Callable[..., Decision], now: datetime
) -> Callable[..., tuple[Decision, dict[str, float]]]:
    """Decide as Mara, learn from it, and tell what stands now."""

    def record(
        comment: CommentRow,
        status: Status,
        rests_on: tuple[str, ...] = (),
        unticked: tuple[str, ...] = (),
        spans: tuple[Span, ...] | None = None,
        at: datetime = now,
        **more: Any,
    ) -> tuple[Decision, dict[str, float]]:
        decision = decide_later(comment, status, at=at, **more)
        with database.writing() as tx:
            labels.learn_from_desk(tx, comment, decision, named(*rests_on), named(*unticked), spans, at, FOUND)
            return decision, store.labels_of(tx, comment.id)

    return record


@pytest.fixture
def standing(database: Database) -> Callable[[CommentRow], dict[str, float]]:
    def read(comment: CommentRow) -> dict[str, float]:
        with database.reading() as tx:
            return store.labels_of(tx, comment.id)

    return read


def test_a_person_s_newest_decision_is_what_stands(
    database: Database, accept: Callable[..., CommentRow], decide: Callable[..., Decision], now: datetime
) -> None:
    comment, guideline = accept(), guidelines.default().find("no-hate")
    for status, learned in (
        (Status.REJECTED, {"LIKELY_TO_REJECT": 1.0, "IDENTITY_ATTACK": 1.0}),
        (Status.APPROVED, {"LIKELY_TO_REJECT": 0.0}),
        (Status.HELD, {}),
    ):
        decision = decide(comment, status)
        with database.writing() as tx:
            labels.learn(tx, comment, decision, guideline, now)
            assert store.labels_of(tx, comment.id) == learned


@pytest.mark.parametrize(
    ("status", "rests_on", "unticked", "learned"),
    [
        pytest.param(Status.APPROVED, (), (), {"LIKELY_TO_REJECT": 0.0}, id="an approval says that nothing is wrong"),
        pytest.param(
            Status.REJECTED,
            ("respectful", "no-spam"),
            (),
            {"LIKELY_TO_REJECT": 1.0, "TOXICITY": 1.0, "INSULT": 1.0, "SPAM": 1.0},
            id="a rejection says what its guidelines measure",
        ),
        pytest.param(
            Status.REJECTED,
            ("no-spam",),
            ("respectful",),
            {"LIKELY_TO_REJECT": 1.0, "SPAM": 1.0, "TOXICITY": 0.0, "INSULT": 0.0},
            id="what was suggested and not ticked is not there",
        ),
        pytest.param(
            Status.APPROVED,
            ("no-spam",),
            ("respectful",),
            {"LIKELY_TO_REJECT": 0.0, "TOXICITY": 0.0, "INSULT": 0.0},
            id="an approval blames no guideline",
        ),
        pytest.param(Status.HELD, ("no-spam",), ("respectful",), {}, id="a hold teaches nothing"),
    ],
)
def test_what_a_moderator_s_decision_teaches(
    scored: Callable[..., CommentRow],
    learn: Callable[..., Any],
    status: Status,
    rests_on: tuple[str, ...],
    unticked: tuple[str, ...],
    learned: dict[str, float],
) -> None:
    assert learn(scored(), status, rests_on, unticked)[1] == learned


def test_what_one_guideline_blames_outweighs_another_that_was_not_ticked(
    database: Database, scored: Callable[..., CommentRow], decide_later: Callable[..., Decision], now: datetime
) -> None:
    comment = scored()
    decision = decide_later(comment, Status.REJECTED)
    (links,) = named("no-spam")
    adverts = replace(links, id="no-adverts", attributes=("SPAM", "PROFANITY"))
    with database.writing() as tx:
        labels.learn_from_desk(tx, comment, decision, [links], [adverts], None, now, FOUND)
        assert store.labels_of(tx, comment.id) == {"LIKELY_TO_REJECT": 1.0, "SPAM": 1.0, "PROFANITY": 0.0}


@pytest.mark.parametrize(
    ("spans", "kept"),
    [(None, None), ((), []), ((Span(2, 5), Span(7, 9)), [{"begin": 2, "end": 5}, {"begin": 7, "end": 9}])],
    ids=["not corrected", "none to blame", "two stretches"],
)
def test_a_label_knows_who_said_it_of_which_words_and_of_what_text(
    database: Database,
    scored: Callable[..., CommentRow],
    learn: Callable[..., Any],
    mara: Moderator,
    now: datetime,
    spans: tuple[Span, ...] | None,
    kept: list[dict[str, int]] | None,
) -> None:
    comment = scored(text="Buy now, buy here.", language="en")
    decision, _ = learn(comment, Status.REJECTED, SPAM, (), spans)
    with database.reading() as tx:
        rows = tx.execute(select(tables.labels)).all()
    assert {row.attribute for row in rows} == {"LIKELY_TO_REJECT", "SPAM"}
    for row in rows:
        assert (row.decision_id, row.moderator_id, row.source, row.spans) == (decision.id, mara.id, "moderator", kept)
        assert (row.text, row.language, row.created_at) == ("Buy now, buy here.", "en", now)


def test_what_an_undone_decision_taught_is_withdrawn_and_what_it_replaced_stands_again(
    database: Database,
    scored: Callable[..., CommentRow],
    release: Callable[[datetime], list[Decision]],
    learn: Callable[..., Any],
    standing: Callable[[CommentRow], dict[str, float]],
    mara: Moderator,
    now: datetime,
) -> None:
    comment, other = scored(), scored("other")
    _, before = learn(comment, Status.REJECTED, SPAM)
    _, untouched = learn(other, Status.REJECTED, SPAM)
    release(now + 10 * SECOND)
    at = now + 60 * SECOND
    for status in (Status.APPROVED, Status.HELD, Status.REJECTED):
        decision, learned = learn(comment, status, at=at)
        assert learned != before
        at += SECOND
        with database.writing() as tx:
            decisions.undo(tx, decision.id, mara.id, at)
        assert standing(comment) == before
        at += SECOND
    assert standing(other) == untouched


def test_what_was_withdrawn_earlier_stays_withdrawn_when_a_later_decision_is_undone(
    database: Database,
    scored: Callable[..., CommentRow],
    release: Callable[[datetime], list[Decision]],
    learn: Callable[..., Any],
    standing: Callable[[CommentRow], dict[str, float]],
    mara: Moderator,
    now: datetime,
) -> None:
    comment = scored()
    learn(comment, Status.REJECTED, SPAM)
    release(now + 10 * SECOND)
    _, second = learn(comment, Status.APPROVED, at=now + 20 * SECOND)
    release(now + 30 * SECOND)
    third, _ = learn(comment, Status.REJECTED, ("respectful",), at=now + 40 * SECOND)
    with database.writing() as tx:
        decisions.undo(tx, third.id, mara.id, now + 41 * SECOND)
    assert standing(comment) == second == {"LIKELY_TO_REJECT": 0.0}


def test_the_site_s_own_decision_takes_the_place_of_what_waits_in_what_is_learned_too(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    learn: Callable[..., Any],
    standing: Callable[[CommentRow], dict[str, float]],
    now: datetime,
) -> None:
    comment = scored()
    learn(comment, Status.REJECTED, SPAM)
    site_decisions.decide(database, site.id, "c-1", Status.APPROVED, None, now + SECOND)
    assert standing(comment) == {"LIKELY_TO_REJECT": 0.0}


def test_labels_that_were_erased_do_not_stand_again(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    release: Callable[[datetime], list[Decision]],
    learn: Callable[..., Any],
    standing: Callable[[CommentRow], dict[str, float]],
    now: datetime,
) -> None:
    comment = scored()
    learn(comment, Status.REJECTED, SPAM)
    release(now + 10 * SECOND)
    learn(comment, Status.APPROVED, at=now + 20 * SECOND)
    site_decisions.withdraw(database, site.id, "c-1", now + 21 * SECOND)
    assert standing(comment) == {}
    with database.reading() as tx:
        assert set(tx.execute(select(tables.labels.c.text)).scalars()) == {None}


# Verdicts that came over other services' routes


@pytest.fixture
def hear(database: Database, site: Site, now: datetime) -> Callable[..., None]:
    """Hear a verdict about a text that is perhaps no comment of ours."""

    def tell(
        external_id: str | None = "coral-1", value: float = 1.0, text: str = "Vile.", at: datetime = now, **more: Any
    ) -> None:
        told = {"language": "en", "said": {"TOXICITY": value}, "source": "perspective", **more}
        with database.writing() as tx:
            labels.hear(tx, site.id, labels.Heard(text=text, external_id=external_id, **told), at)

    return tell


@pytest.fixture
def heard(database: Database) -> Callable[[], list[Any]]:
    """Read the labels that stand, oldest first."""

    def read() -> list[Any]:
        with database.reading() as tx:
            query = select(tables.labels).where(tables.labels.c.withdrawn_at.is_(None)).order_by(tables.labels.c.id)
            return list(tx.execute(query).all())

    return read


def test_a_verdict_about_a_text_of_nobody_s_is_kept_with_its_text(
    hear: Callable[..., None], heard: Callable[[], list[Any]], site: Site, now: datetime
) -> None:
    hear(said={"TOXICITY": 0.8, "SPAM": 0.0}, weight=0.5, author_ref="reader-9")
    rows = heard()
    assert [(row.attribute, row.value, row.weight) for row in rows] == [("TOXICITY", 0.8, 0.5), ("SPAM", 0.0, 0.5)]
    for row in rows:
        assert (row.site_id, row.comment_id, row.external_id, row.author_ref) == (site.id, None, "coral-1", "reader-9")
        assert (row.text, row.language, row.source, row.created_at) == ("Vile.", "en", "perspective", now)


def test_a_verdict_about_a_comment_of_ours_is_its_label_and_gives_way_to_a_moderator_s(
    hear: Callable[..., None],
    scored: Callable[..., CommentRow],
    learn: Callable[..., Any],
    standing: Callable[[CommentRow], dict[str, float]],
) -> None:
    comment = scored()
    hear("c-1")
    assert standing(comment) == {"TOXICITY": 1.0}
    assert learn(comment, Status.APPROVED)[1] == {"LIKELY_TO_REJECT": 0.0}


def test_the_last_verdict_of_a_source_about_a_comment_is_what_stands(
    hear: Callable[..., None], heard: Callable[[], list[Any]], now: datetime
) -> None:
    hear(value=1.0)
    hear(value=1.0, source="akismet")
    hear("coral-2")
    hear(None)
    hear(None)
    hear(value=0.0, at=now + SECOND)
    found = [(row.source, row.external_id, row.value) for row in heard()]
    assert sorted(found, key=str) == [
        ("akismet", "coral-1", 1.0),
        ("perspective", "coral-1", 0.0),
        ("perspective", "coral-2", 1.0),
        ("perspective", None, 1.0),
        ("perspective", None, 1.0),
    ]


@pytest.mark.parametrize(
    ("verdicts", "weight"),
    [((1.0,), 1.0), ((1.0, 1.0), 1.0), ((1.0, 0.9), 1.0), ((1.0, 0.0), labels.WEAK), ((0.0, 1.0), labels.WEAK)],
    ids=["one", "said again", "said less surely", "overturned", "overturned to a rejection"],
)
def test_a_reversal_is_weak(
    hear: Callable[..., None],
    heard: Callable[[], list[Any]],
    now: datetime,
    verdicts: tuple[float, ...],
    weight: float,
) -> None:
    for n, value in enumerate(verdicts):
        hear(value=value, at=now + n * SECOND)
    assert [row.weight for row in heard()] == [weight]


def test_all_of_a_burst_are_weak_and_what_is_told_one_by_one_is_not(
    hear: Callable[..., None], heard: Callable[[], list[Any]], now: datetime
) -> None:
    for n in range(labels.BURST):
        hear(f"slow-{n}", at=now + n * SECOND)
    later = now + timedelta(hours=1)
    hear("other", value=0.0, at=later)
    for n in range(labels.BURST):
        hear(f"fast-{n}", at=later + n * timedelta(milliseconds=100))
    assert {row.weight for row in heard()} == {1.0}
    hear("fast-last", weight=0.1, at=later + 3 * SECOND)
    rows = {row.external_id: row.weight for row in heard()}
    assert rows.pop("fast-last") == 0.1
    assert {weight for name, weight in rows.items() if name.startswith("fast")} == {labels.WEAK}
    assert {weight for name, weight in rows.items() if not name.startswith("fast")} == {1.0}


def test_of_a_withdrawn_comment_nothing_is_kept_and_what_was_heard_before_is_forgotten(
    database: Database,
    site: Site,
    hear: Callable[..., None],
    heard: Callable[[], list[Any]],
    accept: Callable[..., CommentRow],
    now: datetime,
) -> None:
    hear("c-1")  # before the comment itself came
    accept("c-1")
    site_decisions.withdraw(database, site.id, "c-1", now)
    hear("c-1")
    assert heard() == []
    with database.reading() as tx:
        assert set(tx.execute(select(tables.labels.c.text)).scalars()) == {None}


# How a comment came before a person


@pytest.mark.parametrize(
    ("queue", "is_claimed", "chosen_by", "probability"),
    [
        (Queue.HELD, True, "held", 1.0),
        (Queue.HELD, False, "held", 1.0),
        (Queue.REPORTED, True, "reported", None),
        (Queue.REPORTED, False, "reported", None),
        (Queue.APPEALED, True, "appealed", None),
    ],
)
def test_a_label_says_how_its_comment_came_before_a_person(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    mara: Moderator,
    now: datetime,
    queue: Queue,
    is_claimed: bool,  # noqa: FBT001  a parameter of the test
    chosen_by: str,
    probability: float | None,
) -> None:
    status = {Queue.HELD: Status.HELD, Queue.REPORTED: Status.APPROVED, Queue.APPEALED: Status.REJECTED}[queue]
    comment = scored(status=status)
    if queue is Queue.REPORTED:
        reports.report(database, site.id, "c-1", "reader-9", "rude", now)
    if queue is Queue.APPEALED:
        appeals.appeal(database, site.id, "c-1", "Why?", now)
    if is_claimed:
        assert review.take(database, mara, Wanted(queue), now).items
    moderator_decisions.decide(database, mara, Act(comment.id, 1, Status.REJECTED, SPAM), now, 10)
    with database.reading() as tx:
        told = tx.execute(select(tables.labels)).all()
    assert {(one.chosen_by, one.probability, one.weight) for one in told} == {(chosen_by, probability, 1.0)}


def test_an_appeal_upheld_withdraws_what_the_rejection_taught(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    standing: Callable[[CommentRow], dict[str, float]],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
) -> None:
    comment = scored()
    moderator_decisions.decide(database, mara, Act(comment.id, 1, Status.REJECTED, SPAM), now, 0)
    assert standing(comment) == {"LIKELY_TO_REJECT": 1.0, "SPAM": 1.0}
    appeals.appeal(database, site.id, "c-1", "It was no advert.", now + SECOND)
    moderator_decisions.decide(database, jonas, Act(comment.id, 1, Status.APPROVED), now + 2 * SECOND, 0)
    assert set(standing(comment).values()) == {0.0}
    with database.reading() as tx:
        withdrawn = tx.execute(select(tables.labels).where(tables.labels.c.withdrawn_at.is_not(None))).all()
    assert {(one.moderator_id, one.value) for one in withdrawn} == {(mara.id, 1.0)}


def test_two_people_who_agree_weigh_as_much_as_ever(
    database: Database, scored: Callable[..., CommentRow], mara: Moderator, jonas: Moderator, now: datetime
) -> None:
    comment = scored()
    moderator_decisions.ask_opinion(database, mara, comment.id, Status.APPROVED, None, now)
    moderator_decisions.decide(database, jonas, Act(comment.id, 1, Status.APPROVED), now, 10)
    with database.reading() as tx:
        query = select(tables.labels).where(tables.labels.c.attribute == "LIKELY_TO_REJECT")
        told = {(one.source, one.moderator_id, one.value, one.weight) for one in tx.execute(query)}
    assert told == {("opinion", mara.id, 0.0, 1.0), ("moderator", jonas.id, 0.0, 1.0)}


def test_a_burst_of_a_site_s_own_decisions_is_weak(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "BURST", 2)
    for number in range(5):
        accept(f"c-{number}")
        at = now + ((number == 0 and -60) or number) * SECOND
        site_decisions.decide(database, site.id, f"c-{number}", Status.REJECTED, "no-spam", at)
    accept("other")
    site_decisions.decide(database, site.id, "other", Status.APPROVED, None, now + 4 * SECOND)
    with database.reading() as tx:
        told = tx.execute(select(tables.labels).order_by(tables.labels.c.id)).all()
    assert {one.chosen_by for one in told} == {"site"}
    weights = {one.comment_id: one.weight for one in told if one.attribute == "LIKELY_TO_REJECT"}
    assert list(weights.values()) == [1.0, *[labels.WEAK] * 4, 1.0]
