"""The sweep: whatever Redis forgot is found again in the record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select

from moderation import coral_memory, decisions, desk, desk_tables, endpoints, feed, intake, tables, trainings
from moderation.compat_tables import coral_passages
from moderation.coral_memory import Asked
from moderation.decisions import Draft
from moderation.dispatch import Bell
from moderation.domain import Actor, Status
from moderation.endpoints import ALL_EVENTS
from moderation.intake import Once
from moderation.store import claims, comments, exposures, outbox, sessions
from worker import sweep

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from redis import Redis

    from moderation.desk import Moderator
    from moderation.dispatch import Dispatcher
    from moderation.domain import Decision, Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

LEASE = timedelta(seconds=60)


@pytest.fixture
def jobs(redis: Redis) -> Callable[[], dict[str, int]]:
    """How many jobs wait, of the kinds of which any do."""
    queues = [Queue(bell.value, connection=redis, serializer=JSONSerializer) for bell in Bell]
    return lambda: {queue.name: queue.count for queue in queues if queue.count}


@pytest.fixture
def due(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    secret: str,
    now: datetime,
) -> None:
    """Make a delivery due."""
    endpoints.add(database, site.id, "https://news.example/hook", ALL_EVENTS, secret, [], now)
    decide(accept("decided"))


def test_with_nothing_to_do_no_job_is_made(
    database: Database, dispatcher: Dispatcher, jobs: Callable[[], dict[str, int]], now: datetime
) -> None:
    sweep.sweep(database, dispatcher, now)
    assert jobs() == {}


def test_what_waits_is_found_after_redis_lost_everything(
    database: Database,
    dispatcher: Dispatcher,
    redis: Redis,
    accept: Callable[..., CommentRow],
    due: None,
    jobs: Callable[[], dict[str, int]],
    now: datetime,
) -> None:
    assert due is None
    accept("pending")
    for bell in Bell:
        dispatcher.ring(bell)
    redis.flushall()
    sweep.sweep(database, dispatcher, now)
    assert jobs() == {"score": 1, "deliver": 1}


def test_what_waits_is_found_though_the_bell_still_rings(
    database: Database,
    dispatcher: Dispatcher,
    redis: Redis,
    accept: Callable[..., CommentRow],
    jobs: Callable[[], dict[str, int]],
    now: datetime,
) -> None:
    accept()
    dispatcher.ring(Bell.SCORE)
    redis.delete("rq:queue:score")
    sweep.sweep(database, dispatcher, now)
    assert jobs()["score"] == 1


def test_what_is_being_worked_on_is_left_alone_until_its_lease_ends(
    database: Database,
    dispatcher: Dispatcher,
    accept: Callable[..., CommentRow],
    due: None,
    jobs: Callable[[], dict[str, int]],
    now: datetime,
) -> None:
    assert due is None
    accept("pending")
    with database.writing() as tx:
        comments.claim_pending(tx, "t", 9, now, LEASE)
        outbox.claim_due(tx, "t", {}, 9, now, LEASE)
    sweep.sweep(database, dispatcher, now)
    assert jobs() == {}
    sweep.sweep(database, dispatcher, now + LEASE)
    assert jobs() == {"score": 1, "deliver": 1}


def test_retraining_that_nobody_works_at_is_rung_for(
    database: Database, dispatcher: Dispatcher, redis: Redis, jobs: Callable[[], dict[str, int]], now: datetime
) -> None:
    trainings.ask(database, None, "command line", now)
    sweep.sweep(database, dispatcher, now)
    assert jobs() == {"retrain": 1}
    assert trainings.take(database, "t", now, LEASE) is not None
    redis.flushall()
    sweep.sweep(database, dispatcher, now)
    assert jobs() == {}
    sweep.sweep(database, dispatcher, now + LEASE)
    assert jobs() == {"retrain": 1}


def test_jobs_do_not_pile_up(
    database: Database,
    dispatcher: Dispatcher,
    accept: Callable[..., CommentRow],
    jobs: Callable[[], dict[str, int]],
    now: datetime,
) -> None:
    accept()
    for _ in range(10):
        sweep.sweep(database, dispatcher, now)
    assert jobs()["score"] == 2


def test_without_redis_the_sweep_goes_on(
    database: Database, deaf: Dispatcher, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept()
    sweep.sweep(database, deaf, now)


def test_idempotency_keys_are_forgotten_after_a_day(
    database: Database, site: Site, submission: Callable[..., Submission], now: datetime
) -> None:
    with database.reading() as tx:
        key_id = tx.execute(select(tables.site_keys.c.id).where(tables.site_keys.c.site_id == site.id)).scalar_one()
    for hours in (25, 23):
        at = now - timedelta(hours=hours)
        intake.accept(database, site.id, submission(f"c-{hours}"), at, Once(key_id, f"k-{hours}", "f"))
    assert sweep.purge(database, now) == 1
    assert sweep.purge(database, now) == 0
    with database.reading() as tx:
        assert tx.execute(select(tables.idempotency_keys.c.key)).scalars().all() == ["k-23"]


def test_what_coral_told_is_forgotten_after_the_hours_that_are_set(
    database: Database, site: Site, now: datetime
) -> None:
    for hours in (1, 5, 73):
        at = now - timedelta(hours=hours)
        asked = Asked(site.id, "s-1", "https://n.example", "author-7", f"{hours} h", None, "NONE", is_edit=False, at=at)
        coral_memory.keep(database, [asked])

    def kept() -> list[str]:
        with database.reading() as tx:
            return list(tx.execute(select(coral_passages.c.text).order_by(coral_passages.c.id)).scalars())

    sweep.purge(database, now)
    assert kept() == ["1 h", "5 h"]
    sweep.purge(database, now, timedelta(hours=2))
    assert kept() == ["1 h"]


# Decisions that wait to be released


@pytest.fixture
def decide_later(database: Database, accept: Callable[..., CommentRow], now: datetime) -> Callable[..., Decision]:
    """Take a comment in, and decide about it so that it waits before it is released."""

    def record(id: str = "c-1", seconds: float = 10) -> Decision:  # noqa: A002  the field's name
        release_at = now + timedelta(seconds=seconds)
        draft = Draft(accept(id).id, 1, Status.APPROVED, Actor.MODERATOR, release_at=release_at)
        with database.writing() as tx:
            (made,) = decisions.record(tx, [draft], now)
        return made

    return record


def test_every_decision_whose_time_has_come_is_released_however_many_there_are(
    database: Database, site: Site, decide_later: Callable[..., Decision], now: datetime
) -> None:
    due = [decide_later(f"c-{number}", 1 + number).id for number in range(3)]
    decide_later("later", 4)
    assert sweep.release(database, now) == 0
    assert sweep.release(database, now + timedelta(seconds=3)) == 3
    assert sweep.release(database, now + timedelta(seconds=3)) == 0
    made, _ = feed.read(database, site.id, feed.START, 10)
    assert [one.id for one in made] == due


def test_what_no_longer_fits_does_not_keep_the_sweep_busy(
    database: Database,
    accept: Callable[..., CommentRow],
    decide_later: Callable[..., Decision],
    now: datetime,
) -> None:
    decide_later()
    comment = accept()
    with database.writing() as tx:
        comments.set_statuses(tx, {comment.id: Status.HELD})
    assert sweep.release(database, now + timedelta(seconds=10)) == 0


def test_what_a_sweep_releases_it_rings_for(
    database: Database,
    site: Site,
    dispatcher: Dispatcher,
    decide_later: Callable[..., Decision],
    secret: str,
    jobs: Callable[[], dict[str, int]],
    now: datetime,
) -> None:
    endpoints.add(database, site.id, "https://news.example/hook", ALL_EVENTS, secret, [], now)
    decide_later()
    with database.writing() as tx:
        comments.claim_pending(tx, "t", 9, now, LEASE)
    sweep.sweep(database, dispatcher, now)
    assert "deliver" not in jobs()
    sweep.sweep(database, dispatcher, now + timedelta(seconds=10))
    assert jobs()["deliver"] == 1


# What is forgotten


def test_what_nobody_needs_any_more_is_forgotten(
    database: Database,
    accept: Callable[..., CommentRow],
    add_moderator: Callable[..., Moderator],
    now: datetime,
) -> None:
    old, fresh = accept("old"), accept("fresh")
    who = add_moderator().id
    second, day = timedelta(seconds=1), timedelta(days=1)
    month = 30 * day
    with database.writing() as tx:
        for name, comment, later in (("old", old, -second), ("fresh", fresh, second)):
            claims.take(tx, who, desk.Queue.HELD, [comment.id], now - day, now + later)
            exposures.add(tx, who, comment.id, now - day + later)
            sessions.fail(tx, name, now - day + later)
            sessions.begin(tx, who, name, "a test", now - 2 * month, now - month + later)
            sessions.add_link(tx, who, name, "sign-in", now - 2 * month, now - month + later)
    sweep.purge(database, now)
    with database.reading() as tx:
        for column, kept in (
            (desk_tables.review_claims.c.comment_id, [fresh.id]),
            (desk_tables.exposures.c.comment_id, [fresh.id]),
            (desk_tables.sign_in_failures.c.key, ["fresh"]),
            (desk_tables.moderator_sessions.c.digest, ["fresh"]),
        ):
            assert tx.execute(select(column)).scalars().all() == kept
        links = desk_tables.sign_in_links.c
        assert tx.execute(select(links.digest).where(links.purpose == "sign-in")).scalars().all() == ["fresh"]
