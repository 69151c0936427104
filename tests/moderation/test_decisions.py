"""Decisions: the only place where a status changes, and the feed's order."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from moderation import decisions, endpoints, feed, intake, site_decisions, tables
from moderation.decisions import Draft
from moderation.desk import Moderator, Queue
from moderation.domain import Actor, Judgement, Reason, Span, Status, Verdict
from moderation.endpoints import ALL_EVENTS
from moderation.errors import TooLateToUndo
from moderation.store import comments as comment_store
from moderation.store import outbox, waiting_items
from moderation.store.outbox import State
from moderation.store.waiting_items import Wanted

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


# What waits before it is released

A_SECOND = timedelta(seconds=1)
LATER = timedelta(seconds=10)


def undo(database: Database, decision_id: str, who: Moderator, now: datetime) -> int:
    with database.writing() as tx:
        return decisions.undo(tx, decision_id, who.id, now)


def waiting(database: Database, who: Moderator, now: datetime) -> list[int]:
    """Tell what waits for someone in the queue of held comments."""
    with database.reading() as tx:
        return [one.comment_id for one in waiting_items.next_for(tx, who, Wanted(Queue.HELD), now, 9, ())]


def undone(database: Database) -> dict[str, datetime | None]:
    with database.reading() as tx:
        query = select(tables.decisions.c.id, tables.decisions.c.undone_at)
        return {row.id: row.undone_at for row in tx.execute(query.where(tables.decisions.c.by == "moderator"))}


def test_nobody_outside_hears_of_a_decision_that_waits(
    database: Database,
    site: Site,
    listen: Callable[..., str],
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    now: datetime,
) -> None:
    comment = scored()
    listen()
    before = intake.history(database, site.id, "c-1")
    made = decide_later(comment)
    assert (made.sequence, made.released_at, made.release_at) == (None, None, now + LATER)
    assert (made.status, made.previous_status) == (Status.APPROVED, Status.HELD)
    assert status_of(database, site) is Status.HELD
    assert intake.history(database, site.id, "c-1") == before
    assert feed.read(database, site.id, feed.START, 10)[0] == before[1]
    assert deliveries(database) == []


def test_a_decision_that_waits_is_known_once_its_time_comes(
    database: Database,
    site: Site,
    listen: Callable[..., str],
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    now: datetime,
) -> None:
    comment = scored()
    listen()
    made = decide_later(comment, message="Thank you.")
    assert release(now + LATER - A_SECOND) == []
    (released,) = release(now + LATER)
    assert (released.id, released.sequence, released.released_at) == (made.id, 2, now + LATER)
    assert (released.decided_at, released.message) == (now, "Thank you.")
    assert status_of(database, site) is Status.APPROVED
    assert feed.read(database, site.id, "1", 10)[0] == [released]
    assert [(one.decision_id, one.event) for one in deliveries(database)] == [(made.id, "comment.approved")]
    assert release(now + LATER) == []


@pytest.mark.parametrize("seconds", [0, -1], ids=["no time to undo", "a time that is over"])
def test_what_has_no_time_to_wait_is_released_at_once(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    now: datetime,
    seconds: float,
) -> None:
    made = decide_later(scored(), seconds=seconds)
    assert (made.sequence, made.released_at) == (2, now)
    assert status_of(database, site) is Status.APPROVED


def test_a_comment_waits_for_nobody_while_a_decision_about_it_does(
    database: Database,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
) -> None:
    comment = scored()
    made = decide_later(comment)
    assert waiting(database, mara, now) == waiting(database, jonas, now) == []
    assert undo(database, made.id, mara, now + A_SECOND) == comment.id
    assert waiting(database, mara, now) == waiting(database, jonas, now) == [comment.id]


def test_a_second_decision_that_would_wait_is_not_made(
    database: Database,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    jonas: Moderator,
    now: datetime,
) -> None:
    comment = scored()
    first = decide_later(comment)
    second = Draft(comment.id, 1, Status.REJECTED, Actor.MODERATOR, moderator_id=jonas.id, release_at=now + LATER)
    assert record(database, [second], now) == []
    assert [one.id for one in release(now + LATER)] == [first.id]


def test_drafts_that_wait_and_others_are_answered_in_their_order(
    database: Database, scored: Callable[..., CommentRow], now: datetime
) -> None:
    found = [scored(f"c-{number}") for number in range(4)]
    drafts = [
        Draft(one.id, 1, Status.APPROVED, Actor.MODERATOR, release_at=now + LATER if number % 2 else None)
        for number, one in enumerate(found)
    ]
    made = record(database, drafts, now)
    assert [(one.comment_id, one.sequence) for one in made] == [("c-0", 5), ("c-1", None), ("c-2", 6), ("c-3", None)]


def test_what_is_due_longest_is_released_first(
    database: Database,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    now: datetime,
) -> None:
    for number, seconds in enumerate((3, 1, 2)):
        decide_later(scored(f"c-{number}"), seconds=seconds)
    made = []
    for _ in range(4):
        with database.writing() as tx:
            made.append([one.comment_id for one in decisions.release_due(tx, now + LATER, 1)])
    assert made == [["c-1"], ["c-2"], ["c-0"], []]


# Taking back


def test_what_is_undone_never_happened_for_anyone_outside(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    mara: Moderator,
    now: datetime,
) -> None:
    comment = scored()
    before = intake.history(database, site.id, "c-1")
    made = decide_later(comment)
    undo(database, made.id, mara, now + A_SECOND)
    assert undone(database) == {made.id: now + A_SECOND}
    assert release(now + LATER) == []
    assert intake.history(database, site.id, "c-1") == before
    again = decide_later(comment, Status.REJECTED, at=now + LATER)
    assert [one.id for one in release(now + 2 * LATER)] == [again.id]


@pytest.mark.parametrize("case", ["released", "undone", "replaced", "someone else's", "unknown"])
def test_what_cannot_be_undone(
    database: Database,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
    case: str,
) -> None:
    comment = scored()
    made = decide_later(comment, who=jonas if case == "someone else's" else mara)
    named = "dec_404" if case == "unknown" else made.id
    if case == "released":
        release(now + LATER)
    if case in {"undone", "replaced"}:
        undo(database, made.id, mara, now)
    if case == "replaced":
        decide_later(comment)
    before = undone(database)
    with pytest.raises(TooLateToUndo):
        undo(database, named, mara, now + A_SECOND)
    assert undone(database) == before


def test_undoing_and_releasing_at_the_same_moment_have_one_outcome(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    mara: Moderator,
    now: datetime,
    at_once: Callable[..., list[Any]],
) -> None:
    for number in range(8):
        made = decide_later(scored(f"c-{number}"))

        def take_back(decision_id: str = made.id) -> bool:
            try:
                undo(database, decision_id, mara, now)
            except TooLateToUndo:
                return False
            return True

        is_undone, released = at_once(take_back, lambda: release(now + LATER))
        assert is_undone is not bool(released)
        assert status_of(database, site, f"c-{number}") is (Status.HELD if is_undone else Status.APPROVED)


@pytest.mark.parametrize("limit", [None, 2])
def test_of_a_batch_what_is_not_released_is_taken_back(
    database: Database,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    now: datetime,
    limit: int | None,
) -> None:
    released = decide_later(scored("released"), seconds=1, batch_id=7)
    release(now + A_SECOND)
    mine = [decide_later(scored(f"c-{number}"), batch_id=7).id for number in range(3)]
    others = [decide_later(scored("other"), batch_id=8).id, decide_later(scored("single")).id]
    with database.writing() as tx:
        assert decisions.undo_batch(tx, 7, now + A_SECOND, limit) == (limit or 3)
    taken_back = mine[:limit]
    assert undone(database) == {
        one: now + A_SECOND if one in taken_back else None for one in [released.id, *mine, *others]
    }


# What overtakes a decision that waits


@pytest.mark.parametrize(
    ("by", "then"), [("site", Status.REJECTED), ("revision", Status.PENDING), ("removal", Status.REMOVED)]
)
def test_a_decision_that_waits_gives_way(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    accept: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    mara: Moderator,
    now: datetime,
    by: str,
    then: Status,
) -> None:
    made = decide_later(scored())
    if by == "site":
        site_decisions.decide(database, site.id, "c-1", Status.REJECTED, None, now)
    elif by == "revision":
        accept(text="Another text.")
    else:
        site_decisions.withdraw(database, site.id, "c-1", now)
    assert status_of(database, site) is then
    assert undone(database) == {made.id: now}
    assert release(now + LATER) == []
    assert status_of(database, site) is then
    with pytest.raises(TooLateToUndo):
        undo(database, made.id, mara, now)


def test_a_decision_that_no_longer_fits_is_dropped_and_the_others_are_released(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    now: datetime,
) -> None:
    pending = accept("pending")
    dropped = decide_later(pending, seconds=1)
    with database.writing() as tx:
        comment_store.claim_pending(tx, "token", 10, now, LEASE)
        decisions.record(tx, [decisions.by_policy(pending.id, 1, "token", JUDGEMENT)], now)
    assert release(now + A_SECOND) == []
    assert undone(database) == {dropped.id: now + A_SECOND}
    assert status_of(database, site, "pending") is Status.REJECTED
    kept = decide_later(scored("held"))
    assert [one.id for one in release(now + LATER)] == [kept.id]


@pytest.mark.parametrize("then", ["nothing", "another decision"])
def test_what_was_undone_while_the_release_waited_for_it_is_not_released(
    database: Database,
    scored: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    mara: Moderator,
    now: datetime,
    eventually: Callable[..., None],
    then: str,
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    comment = scored()
    made = decide_later(comment, batch_id=7)
    found: list[Decision] = []
    second = threading.Thread(target=lambda: found.extend(release(now + LATER)))

    def waits() -> bool:
        with database.reading() as tx:
            return bool(tx.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())

    with database.writing() as tx:
        decisions.undo(tx, made.id, mara.id, now)
        if then == "another decision":
            later = Draft(comment.id, 1, Status.REJECTED, Actor.MODERATOR, release_at=now + 2 * LATER)
            decisions.record(tx, [later], now)
        second.start()
        eventually(waits)
    second.join(10)
    assert found == []
    assert len(release(now + 2 * LATER)) == (1 if then == "another decision" else 0)
