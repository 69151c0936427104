"""Decisions: the only place where a status changes, and the feed's order."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from moderation import decisions, endpoints, feed, intake, site_decisions, tables
from moderation.decisions import Draft
from moderation.domain import Actor, Judgement, Reason, Span, Status, Verdict
from moderation.endpoints import ALL_EVENTS
from moderation.store import comments as comment_store
from moderation.store import outbox
from moderation.store.outbox import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

LEASE = timedelta(seconds=60)
JUDGEMENT = Judgement(
    Verdict.REJECT, (Reason("kind", "INSULT", 0.99, 0.9, None, (Span(0, 5),)),), {"INSULT": 0.99}, "words-1", "g-1"
)


@pytest.fixture
def listen(database: Database, site: Site, secret: str, now: datetime) -> Callable[..., str]:
    """Add an endpoint of `site`."""

    def add(*events: str, url: str = "https://news.example/hook", site_id: int = site.id) -> str:
        return endpoints.add(database, site_id, url, events or ALL_EVENTS, secret, [], now)[0].id

    return add


def record(database: Database, drafts: list[Draft], now: datetime) -> list[Decision]:
    with database.writing() as tx:
        return decisions.record(tx, drafts, now)


def approve(*found: CommentRow) -> list[Draft]:
    return [Draft(one.id, one.revision, Status.APPROVED, Actor.POLICY) for one in found]


def deliveries(database: Database) -> list[Any]:
    with database.reading() as tx:
        return list(tx.execute(select(tables.deliveries).order_by(tables.deliveries.c.sequence)))


def status_of(database: Database, site: Site, external_id: str = "c-1") -> Status:
    return intake.look_up(database, site.id, external_id).comment.status


# What is recorded


def test_a_judgement_becomes_a_decision_with_all_that_explains_it(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comment = accept()
    with database.writing() as tx:
        comment_store.claim_pending(tx, "token", 10, now, LEASE)
        (made,) = decisions.record(tx, [decisions.by_policy(comment.id, 1, "token", JUDGEMENT)], now)
    assert (made.status, made.previous_status, made.by) == (Status.REJECTED, Status.PENDING, Actor.POLICY)
    assert (made.reasons, made.model_version, made.policy_version) == (JUDGEMENT.reasons, "words-1", "g-1")
    assert (made.sequence, made.decided_at, made.released_at) == (1, now, now)
    assert intake.look_up(database, site.id, "c-1").decision == made
    assert status_of(database, site) is Status.REJECTED


def test_a_decision_is_appended_and_the_older_one_stays(
    database: Database, site: Site, accept: Callable[..., CommentRow], decide: Callable[..., Decision]
) -> None:
    comment = accept()
    made = [decide(comment, status) for status in (Status.HELD, Status.REJECTED, Status.APPROVED)]
    assert intake.history(database, site.id, "c-1")[1] == made
    assert [one.previous_status for one in made] == [Status.PENDING, Status.HELD, Status.REJECTED]


def test_nothing_to_decide_is_no_error(database: Database, now: datetime) -> None:
    assert record(database, [], now) == []


# What no longer holds


def test_a_decision_about_an_old_revision_is_not_made(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    before = accept(text="one")
    accept(text="two")
    assert record(database, approve(before), now) == []
    assert status_of(database, site) is Status.PENDING
    assert feed.read(database, site.id, feed.START, 10) == ([], "0")


def test_a_claim_that_someone_else_took_over_decides_nothing(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comment = accept()
    with database.writing() as tx:
        comment_store.claim_pending(tx, "slow", 10, now, LEASE)
        comment_store.claim_again(tx, "quick", now + LEASE, LEASE)
    assert record(database, [decisions.by_policy(comment.id, 1, "slow", JUDGEMENT)], now) == []
    assert len(record(database, [decisions.by_policy(comment.id, 1, "quick", JUDGEMENT)], now)) == 1
    assert record(database, [decisions.by_policy(comment.id, 1, "quick", JUDGEMENT)], now) == []
    assert len(intake.history(database, site.id, "c-1")[1]) == 1


def test_policy_does_not_overrule_the_site_that_was_quicker(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comment = accept()
    with database.writing() as tx:
        comment_store.claim_pending(tx, "token", 10, now, LEASE)
    site_decisions.decide(database, site.id, "c-1", Status.APPROVED, None, now)
    assert record(database, [decisions.by_policy(comment.id, 1, "token", JUDGEMENT)], now) == []
    assert status_of(database, site) is Status.APPROVED


def test_a_removed_comment_is_not_decided(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comment = accept()
    site_decisions.withdraw(database, site.id, "c-1", now)
    assert record(database, approve(comment), now) == []
    assert status_of(database, site) is Status.REMOVED


def test_a_comment_that_is_not_there_is_not_decided(database: Database, now: datetime) -> None:
    assert record(database, [Draft(404, 1, Status.APPROVED, Actor.POLICY)], now) == []


def test_what_holds_is_decided_though_others_do_not(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comments = [accept(f"c-{number}") for number in range(4)]
    accept("c-1", text="edited")
    made = record(database, approve(*comments), now)
    assert [one.comment_id for one in made] == ["c-0", "c-2", "c-3"]
    assert [one.sequence for one in made] == [1, 2, 3]


# The feed's order


def test_each_site_counts_without_gaps(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    submission: Callable[..., Any],
    now: datetime,
) -> None:
    other, _ = add_site("other.example")
    comments = [
        intake.accept(database, where.id, submission(f"c-{number}"), now).comment
        for number in range(3)
        for where in (other, site)
    ]
    made = record(database, approve(*comments), now)
    for where in (site, other):
        assert [one.sequence for one in made if one.site_id == where.id] == [1, 2, 3]


def test_a_rolled_back_decision_leaves_no_gap(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comment = accept()

    def fail() -> None:
        with database.writing() as tx:
            decisions.record(tx, approve(comment), now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    (made,) = record(database, approve(comment), now)
    assert made.sequence == 1


def test_concurrent_decisions_of_a_site_have_no_gaps(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    comments = [accept(f"c-{number}") for number in range(24)]
    groups = [comments[start::6] for start in range(6)]
    at_once(*[lambda group=group: record(database, approve(*group), now) for group in groups])
    made, cursor = feed.read(database, site.id, feed.START, 100)
    assert [one.sequence for one in made] == list(range(1, 25))
    assert cursor == "24"


def test_two_transactions_committing_in_reverse_order_lose_nothing_from_the_feed(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    now: datetime,
    eventually: Callable[..., None],
) -> None:
    """The later transaction would like to commit first; it must wait, or a reader would pass over the earlier one."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    early, late = accept("early"), accept("late")
    made: list[Decision] = []
    second = threading.Thread(target=lambda: made.extend(record(database, approve(late), now)))
    read: list[str] = []

    def waits() -> bool:
        with database.reading() as tx:
            return bool(tx.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())

    with database.writing() as tx:
        decisions.record(tx, approve(early), now)
        second.start()
        eventually(waits)
        found, cursor = feed.read(database, site.id, feed.START, 10)
        read += [one.comment_id for one in found]
    second.join(10)
    found, _ = feed.read(database, site.id, cursor, 10)
    read += [one.comment_id for one in found]
    assert read == ["early", "late"]
    assert made[0].sequence == 2


# Deliveries


def test_every_endpoint_that_wants_an_event_gets_a_delivery(
    database: Database,
    listen: Callable[..., str],
    add_site: Callable[[str], tuple[Site, str]],
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
) -> None:
    everything, rejections = listen(), listen("comment.rejected")
    listen("comment.approved", "comment.held")
    listen(site_id=add_site("other.example")[0].id)
    decision = decide(accept(), Status.REJECTED)
    found = deliveries(database)
    assert {one.webhook_id for one in found} == {everything, rejections}
    assert {(one.decision_id, one.event, one.state, one.sequence) for one in found} == {
        (decision.id, "comment.rejected", "DUE", 1)
    }
    assert len({one.id for one in found}) == 2


def test_removed_and_disabled_endpoints_get_none(
    database: Database,
    site: Site,
    listen: Callable[..., str],
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    endpoints.remove(database, site.id, listen(), now)
    endpoints.change(database, site.id, listen(), url=None, events=None, is_enabled=False, allowed=[], now=now)
    decide(accept())
    assert deliveries(database) == []


def test_a_newer_decision_supersedes_what_was_not_delivered(
    database: Database,
    listen: Callable[..., str],
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
) -> None:
    listen()
    comment, other = accept(), accept("c-2")
    decide(comment, Status.HELD)
    decide(other, Status.HELD)
    decide(comment, Status.APPROVED)
    assert [(one.event, one.state) for one in deliveries(database)] == [
        ("comment.held", "SUPERSEDED"),
        ("comment.held", "DUE"),
        ("comment.approved", "DUE"),
    ]


def test_what_was_delivered_stays_delivered(
    database: Database,
    listen: Callable[..., str],
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    listen()
    comment = accept()
    decide(comment, Status.HELD)
    with database.writing() as tx:
        (sent,) = outbox.claim_due(tx, "token", {}, 9, now, LEASE)
        attempt = outbox.Attempt(sent.id, now, 12, 200, None)
        outbox.settle(tx, "token", [outbox.Outcome(attempt, State.DELIVERED, now)])
    decide(comment, Status.APPROVED)
    assert [one.state for one in deliveries(database)] == ["DELIVERED", "DUE"]


def test_a_newer_decision_and_the_settling_of_older_deliveries_never_wait_in_a_circle(
    database: Database,
    site: Site,
    listen: Callable[..., str],
    accept: Callable[..., CommentRow],
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    listen()
    comments = [accept(f"c-{number}") for number in range(30)]
    for round_ in range(3):
        record(database, approve(*comments), now)
        with database.writing() as tx:
            claimed = outbox.claim_due(tx, f"t-{round_}", {}, 99, now, LEASE)

        def settle(claimed: list[outbox.Delivery] = claimed, token: str = f"t-{round_}") -> None:
            with database.writing() as tx:
                outcomes = [
                    outbox.Outcome(outbox.Attempt(one.id, now, 1, 200, None), State.DELIVERED, now) for one in claimed
                ]
                outbox.settle(tx, token, outcomes[::-1])

        at_once(settle, lambda: record(database, approve(*comments), now))
    assert {one.state for one in deliveries(database)} <= {"DELIVERED", "SUPERSEDED", "DUE"}
    assert feed.read(database, site.id, "0", 500)[1] == "180"
