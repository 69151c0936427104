"""The sweep: whatever Redis forgot is found again in the record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select

from moderation import endpoints, intake, tables
from moderation.dispatch import Bell
from moderation.endpoints import ALL_EVENTS
from moderation.intake import Once
from moderation.store import comments, outbox
from worker import sweep

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from redis import Redis

    from moderation.dispatch import Dispatcher
    from moderation.domain import Decision, Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

LEASE = timedelta(seconds=60)


@pytest.fixture
def jobs(redis: Redis) -> Callable[[], dict[str, int]]:
    return lambda: {bell.value: Queue(bell.value, connection=redis, serializer=JSONSerializer).count for bell in Bell}


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
    assert jobs() == {"score": 0, "deliver": 0, "batch": 0}


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
    assert jobs() == {"score": 1, "deliver": 1, "batch": 0}


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
    assert jobs() == {"score": 0, "deliver": 0, "batch": 0}
    sweep.sweep(database, dispatcher, now + LEASE)
    assert jobs() == {"score": 1, "deliver": 1, "batch": 0}


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
