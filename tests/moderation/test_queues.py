"""The review queues: what enters and leaves them, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import appeals, decisions, queues, reports, site_decisions
from moderation.decisions import Draft
from moderation.desk import Moderator, Queue
from moderation.desk_tables import review_items, second_opinions
from moderation.domain import Actor, Decision, Reason, Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

LATER = timedelta(seconds=10)
HELD, REPORTED, APPEALED, OPINION = Queue.HELD, Queue.REPORTED, Queue.APPEALED, Queue.SECOND_OPINION


@pytest.fixture
def items(database: Database) -> Callable[[], dict[str, Any]]:
    """Tell what is in the queues, by queue. For tests with one comment."""

    def find() -> dict[str, Any]:
        with database.reading() as tx:
            return {row.queue: row for row in tx.execute(select(review_items))}

    return find


@pytest.fixture
def report(database: Database, site: Site, now: datetime) -> Callable[..., bool]:
    def send(reader: str = "r-1", at: datetime = now) -> bool:
        return reports.report(database, site.id, "c-1", reader, "Rude.", at)

    return send


@pytest.fixture
def ask(database: Database, now: datetime) -> Callable[..., None]:
    def send(comment: CommentRow, who: Moderator, at: datetime = now) -> None:
        with database.writing() as tx:
            queues.asked_about(tx, comment.id, who.id, at)

    return send


@pytest.fixture
def scored_anew(database: Database, now: datetime) -> Callable[..., None]:
    """Have policy decide about a comment's latest revision."""

    def record(comment: CommentRow, status: Status) -> None:
        with database.writing() as tx:
            decisions.record(tx, [Draft(comment.id, comment.revision, status, Actor.POLICY)], now)

    return record


# Held


def test_what_policy_holds_waits_with_its_reasons(
    scored: Callable[..., CommentRow], items: Callable[[], dict[str, Any]], site: Site, now: datetime
) -> None:
    comment = scored(insult=0.75, language="en", metadata={"reach": 1200})
    (item,) = items().values()
    assert (item.queue, item.comment_id, item.site_id, item.language) == (HELD, comment.id, site.id, "en")
    assert (item.severity, item.uncertainty, item.attribute) == (0.75, 0.5, "INSULT")
    assert (item.guidelines, item.reach, item.entered_at) == (" respectful ", 1200, now)
    assert (item.not_before, item.asked_by, item.decision_id, item.escalated_at) == (None, None, None, None)


@pytest.mark.parametrize("status", [Status.APPROVED, Status.REJECTED])
def test_what_policy_decides_waits_for_nobody(
    scored: Callable[..., CommentRow], items: Callable[[], dict[str, Any]], status: Status
) -> None:
    scored(status=status)
    assert items() == {}


@pytest.mark.parametrize("by", [Actor.MODERATOR, Actor.SITE])
@pytest.mark.parametrize("status", [Status.APPROVED, Status.REJECTED, Status.REMOVED])
def test_what_people_decide_waits_nowhere_any_more(
    scored: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    report: Callable[..., bool],
    ask: Callable[..., None],
    mara: Moderator,
    items: Callable[[], dict[str, Any]],
    by: Actor,
    status: Status,
) -> None:
    comment = scored()
    ask(comment, mara)
    report()
    assert set(items()) == {OPINION, REPORTED}
    decide(comment, status, by)
    assert items() == {}


@pytest.mark.parametrize(
    ("by", "wait"), [(Actor.MODERATOR, timedelta(minutes=30)), (Actor.SITE, None)], ids=["a moderator", "the site"]
)
def test_what_someone_keeps_on_hold_waits_among_the_held_alone_and_a_while_for_nobody(
    scored: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    report: Callable[..., bool],
    items: Callable[[], dict[str, Any]],
    now: datetime,
    by: Actor,
    wait: timedelta | None,
) -> None:
    comment = scored(insult=0.75)
    report()
    decide(comment, Status.HELD, by, at=now + LATER)
    (item,) = items().values()
    assert (item.queue, item.entered_at) == (HELD, now)
    assert item.not_before == (None if wait is None else now + LATER + wait)


# New revisions


@pytest.mark.parametrize(
    ("status", "then"),
    [(Status.APPROVED, {REPORTED}), (Status.REJECTED, {REPORTED}), (Status.HELD, {REPORTED, HELD})],
)
def test_a_new_revision_waits_to_be_scored_and_what_readers_brought_still_waits(
    scored: Callable[..., CommentRow],
    accept: Callable[..., CommentRow],
    scored_anew: Callable[..., None],
    report: Callable[..., bool],
    items: Callable[[], dict[str, Any]],
    status: Status,
    then: set[Queue],
) -> None:
    scored()
    report()
    edited = accept(text="Another text.")
    assert set(items()) == {REPORTED}
    scored_anew(edited, status)
    assert set(items()) == then


def test_policy_s_approval_of_a_first_revision_ends_no_report(
    accept: Callable[..., CommentRow],
    scored_anew: Callable[..., None],
    report: Callable[..., bool],
    items: Callable[[], dict[str, Any]],
) -> None:
    comment = accept()
    report()
    scored_anew(comment, Status.APPROVED)
    assert set(items()) == {REPORTED}


# Reported and appealed


@pytest.mark.parametrize(
    ("status", "waits"),
    [(Status.APPROVED, {REPORTED}), (Status.HELD, {HELD, REPORTED}), (Status.REJECTED, set())],
)
def test_what_a_reader_reports_waits_unless_it_is_off_the_site(
    scored: Callable[..., CommentRow],
    report: Callable[..., bool],
    items: Callable[[], dict[str, Any]],
    now: datetime,
    status: Status,
    waits: set[Queue],
) -> None:
    scored(insult=0.75, status=status)
    report(at=now + LATER)
    assert set(items()) == waits
    if waits:
        item = items()[REPORTED]
        assert (item.severity, item.attribute, item.guidelines) == (0.75, "INSULT", "")
        assert item.entered_at == now + LATER


def test_a_comment_reported_again_keeps_its_place(
    scored: Callable[..., CommentRow], report: Callable[..., bool], items: Callable[[], dict[str, Any]], now: datetime
) -> None:
    scored(status=Status.APPROVED)
    report()
    report("r-2", now + LATER)
    assert items()[REPORTED].entered_at == now


def test_a_removed_comment_enters_no_queue(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    items: Callable[[], dict[str, Any]],
    now: datetime,
) -> None:
    comment = scored(status=Status.APPROVED)
    site_decisions.withdraw(database, site.id, "c-1", now)
    with database.writing() as tx:
        queues.appealed(tx, comment.id, now)
        queues.reported(tx, comment.id, now)
    assert items() == {}


def test_what_an_author_appeals_waits(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    items: Callable[[], dict[str, Any]],
    now: datetime,
) -> None:
    scored(insult=0.99, status=Status.REJECTED)
    appeals.appeal(database, site.id, "c-1", "I quoted the minister.", now)
    assert {name: item.severity for name, item in items().items()} == {APPEALED: 0.99}


# While a decision waits to be released


def test_a_comment_about_which_a_decision_waits_is_in_nobody_s_reach_until_it_is_taken_back(
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    report: Callable[..., bool],
    database: Database,
    mara: Moderator,
    items: Callable[[], dict[str, Any]],
    now: datetime,
) -> None:
    comment = scored()
    report()
    made = decide_later(comment)
    assert {name: item.decision_id for name, item in items().items()} == {HELD: made.id, REPORTED: made.id}
    with database.writing() as tx:
        decisions.undo(tx, made.id, mara.id, now)
    assert {name: item.decision_id for name, item in items().items()} == {HELD: None, REPORTED: None}


@pytest.mark.parametrize("was_reported", [False, True], ids=["reported for the first time", "reported again"])
def test_a_report_meanwhile_hands_it_to_nobody_either(
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    report: Callable[..., bool],
    items: Callable[[], dict[str, Any]],
    now: datetime,
    *,
    was_reported: bool,
) -> None:
    comment = scored()
    if was_reported:
        report()
    made = decide_later(comment)
    report("r-2", now + LATER / 2)
    assert {item.decision_id for item in items().values()} == {made.id}
    assert set(items()) == {HELD, REPORTED}
    release(now + LATER)
    assert items() == {}


# Second opinions


def test_what_someone_asked_about_waits_for_others_alone(
    scored: Callable[..., CommentRow],
    report: Callable[..., bool],
    ask: Callable[..., None],
    mara: Moderator,
    items: Callable[[], dict[str, Any]],
    now: datetime,
) -> None:
    comment = scored(insult=0.75)
    report()
    ask(comment, mara, now + LATER)
    (item,) = items().values()
    assert (item.queue, item.asked_by, item.severity, item.entered_at) == (OPINION, mara.id, 0.75, now + LATER)


def test_who_asked_last_is_not_handed_it(
    scored: Callable[..., CommentRow],
    ask: Callable[..., None],
    mara: Moderator,
    jonas: Moderator,
    items: Callable[[], dict[str, Any]],
) -> None:
    comment = scored()
    ask(comment, mara)
    ask(comment, jonas)
    assert items()[OPINION].asked_by == jonas.id


@pytest.mark.parametrize(
    ("status", "by", "answer"),
    [
        (Status.APPROVED, "jonas", Status.APPROVED),
        (Status.REJECTED, "jonas", Status.REJECTED),
        (Status.HELD, "jonas", None),
        (Status.APPROVED, "mara", None),
        (Status.APPROVED, "the site", None),
    ],
)
def test_what_a_second_person_decides_answers_once_it_is_released(
    database: Database,
    scored: Callable[..., CommentRow],
    ask: Callable[..., None],
    release: Callable[[datetime], list[Decision]],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
    status: Status,
    by: str,
    answer: Status | None,
) -> None:
    comment = scored()
    with database.writing() as tx:
        queues.opinions.ask(tx, comment.id, 1, mara.id, Status.APPROVED, "Irony?", now)
    ask(comment, mara)
    who = {"jonas": jonas.id, "mara": mara.id}.get(by)
    draft = Draft(
        comment.id,
        1,
        status,
        Actor.MODERATOR if who else Actor.SITE,
        (Reason("respectful"),),
        moderator_id=who,
        release_at=now + LATER if who else None,
    )
    with database.writing() as tx:
        decisions.record(tx, [draft], now)

    def views() -> list[Any]:
        with database.reading() as tx:
            return [
                tuple(row) for row in tx.execute(select(second_opinions.c.second_view, second_opinions.c.answered_by))
            ]

    assert views() == [(None, None)]
    release(now + LATER)
    assert views() == [(None, None) if answer is None else (answer.value, who)]
