"""Batches at work: in pieces, for about two seconds, and found again when nobody rang."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from rq import Queue as Jobs
from rq.serializers import JSONSerializer

from moderation import batches, decisions
from moderation.batches import Act, Choice
from moderation.decisions import Draft
from moderation.desk import Queue, Role
from moderation.dispatch import Bell
from moderation.domain import Actor, Status
from moderation.spreads import Measure, Reach
from moderation.store import comments, moderators
from moderation.store.waiting_items import Wanted
from worker import sweep
from worker.batches import Batching
from worker.bootstrap import OneBellWorker, Parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from redis import Redis

    from moderation.dispatch import Dispatcher
    from moderation.settings import Settings
    from moderation.store.batches import Batch
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

N = 5


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "CHUNK", 2)


@pytest.fixture
def batch(database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime) -> Batch:
    """A batch of five comments that nothing of is done yet."""
    held = [accept(f"c-{number}") for number in range(N)]
    with database.writing() as tx:
        mara = moderators.add(tx, "mara@news.example", "Mara", Role.MODERATOR, None, None, now)
        decisions.record(tx, [Draft(one.id, 1, Status.HELD, Actor.POLICY) for one in held], now)
        comments.keep_scores(
            tx,
            [{"comment_id": one.id, "revision": 1, "scores": {"SPAM": 0.7}, "model_version": "m"} for one in held],
        )
    choice = Choice(Wanted(Queue.HELD, site_id=site.id), site.id, Measure("SPAM", ("SPAM",)), now)
    return batches.begin(database, mara, choice, Act(Reach(60, 80), Status.APPROVED), now)


def n_jobs(redis: Redis) -> int:
    return Jobs(Bell.BATCH.value, connection=redis, serializer=JSONSerializer).count


def n_done(database: Database, batch: Batch) -> int:
    with database.reading() as tx:
        found = batches.store.find(tx, batch.id)
    assert found is not None
    return found.n_done


def test_a_job_works_all_that_is_open(
    database: Database, dispatcher: Dispatcher, redis: Redis, batch: Batch, now: datetime
) -> None:
    working = Batching(database, dispatcher, threading.Event(), clock=lambda: now)
    assert working.drain() == 3
    assert n_done(database, batch) == N
    assert working.drain() == 0
    assert n_jobs(redis) == 0


def test_a_job_that_took_long_leaves_the_rest_to_another(
    database: Database, dispatcher: Dispatcher, redis: Redis, batch: Batch, now: datetime
) -> None:
    working = Batching(database, dispatcher, threading.Event(), longest_seconds=0, clock=lambda: now)
    assert working.drain() == 1
    assert (n_done(database, batch), n_jobs(redis)) == (2, 1)
    working.drain()
    working.drain()
    assert n_done(database, batch) == N


def test_a_worker_that_is_told_to_stop_begins_no_further_piece(
    database: Database, dispatcher: Dispatcher, batch: Batch
) -> None:
    stopping = threading.Event()
    stopping.set()
    assert Batching(database, dispatcher, stopping).drain() == 0
    assert n_done(database, batch) == 0


def test_the_sweep_rings_for_what_is_open_and_no_longer(
    database: Database, dispatcher: Dispatcher, redis: Redis, batch: Batch, now: datetime
) -> None:
    assert batch.n_all == N
    sweep.sweep(database, dispatcher, now)
    assert n_jobs(redis) == 1
    Batching(database, dispatcher, threading.Event(), clock=lambda: now).drain()
    redis.flushall()
    sweep.sweep(database, dispatcher, now)
    assert n_jobs(redis) == 0


def test_the_worker_that_delivers_works_batches_too(
    settings: Settings, database: Database, dispatcher: Dispatcher
) -> None:
    made = Parts(settings, database, dispatcher, threading.Event())
    assert [queue.name for queue in OneBellWorker(Bell.DELIVER, made).queues] == ["deliver", "batch"]
    assert [queue.name for queue in OneBellWorker(Bell.SCORE, made).queues] == ["score", "shadow", "rescore"]
