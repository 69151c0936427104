"""Bells on a real Valkey, and on none."""

from __future__ import annotations

import importlib
import json
import socket
import time
import zlib
from typing import TYPE_CHECKING

import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from moderation import dispatch
from moderation.dispatch import Bell, Dispatcher
from moderation.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from redis import Redis


def n_jobs(redis: Redis, bell: Bell) -> int:
    return Queue(bell.value, connection=redis, serializer=JSONSerializer).count


@pytest.fixture(params=["gone", "silent"])
def deaf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Dispatcher]:
    """Bells on a Redis that is not there, or that accepts connections and then says nothing."""
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listening:
        if request.param == "silent":
            listening.bind(str(path))
            listening.listen(8)
        with dispatch.connect(f"unix://{path}") as redis:
            yield Dispatcher(redis)


@pytest.mark.parametrize("bell", Bell)
def test_a_bell_that_rings_already_is_not_rung_again(dispatcher: Dispatcher, redis: Redis, bell: Bell) -> None:
    for _ in range(5):
        dispatcher.ring(bell)
    assert n_jobs(redis, bell) == 1


def test_each_work_has_a_bell_of_its_own(dispatcher: Dispatcher, redis: Redis) -> None:
    dispatcher.ring(Bell.SCORE)
    dispatcher.ring(Bell.DELIVER)
    assert (n_jobs(redis, Bell.SCORE), n_jobs(redis, Bell.DELIVER)) == (1, 1)


def test_an_answered_bell_rings_again(dispatcher: Dispatcher, redis: Redis) -> None:
    dispatcher.ring(Bell.SCORE)
    dispatcher.answer(Bell.SCORE)
    dispatcher.ring(Bell.SCORE)
    assert n_jobs(redis, Bell.SCORE) == 2


def test_a_bell_falls_silent_by_itself(dispatcher: Dispatcher, redis: Redis) -> None:
    dispatcher.ring(Bell.SCORE)
    assert 0 < redis.ttl("score:doorbell") <= 5


def test_the_sweep_rings_bell_or_no_bell_until_enough_jobs_wait(dispatcher: Dispatcher, redis: Redis) -> None:
    dispatcher.ring(Bell.SCORE)
    for _ in range(5):
        dispatcher.ring_anyway(Bell.SCORE)
    assert n_jobs(redis, Bell.SCORE) == 2


@pytest.mark.parametrize("bell", Bell)
def test_a_job_is_json_and_names_a_function_that_is_there(dispatcher: Dispatcher, redis: Redis, bell: Bell) -> None:
    dispatcher.ring(bell)
    (job_id,) = Queue(bell.value, connection=redis, serializer=JSONSerializer).job_ids
    name, instance, args, kwargs = json.loads(zlib.decompress(redis.hget(f"rq:job:{job_id}", "data")))
    assert (name, instance, args, kwargs) == (dispatch.JOBS[bell], None, [], {})
    module, _, function = name.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))


def test_a_worker_is_alive_for_a_minute_after_its_sign(dispatcher: Dispatcher, redis: Redis) -> None:
    assert not dispatcher.is_worked(Bell.SCORE)
    dispatcher.beat(Bell.SCORE)
    assert dispatcher.is_worked(Bell.SCORE)
    assert not dispatcher.is_worked(Bell.DELIVER)
    assert 0 < redis.ttl("score:alive") <= 60


def test_a_redis_that_is_there_gives_a_sign_of_life(dispatcher: Dispatcher) -> None:
    dispatcher.check()


def test_a_redis_that_is_gone_or_silent_fails_no_request_and_holds_none_up(deaf: Dispatcher) -> None:
    began = time.monotonic()
    deaf.ring(Bell.SCORE)
    assert time.monotonic() - began < 0.45
    deaf.ring_anyway(Bell.SCORE)
    deaf.answer(Bell.SCORE)
    deaf.beat(Bell.SCORE)
    deaf.fall_silent(Bell.SCORE)


def test_a_redis_that_failed_is_rung_at_again_after_five_seconds(
    valkey_socket: Path, redis: Redis, tmp_path: Path
) -> None:
    clock = [0.0]
    with dispatch.connect(f"unix://{tmp_path / 'late.sock'}") as late:
        bells = Dispatcher(late, clock=lambda: clock[0])
        bells.ring(Bell.SCORE)
        (tmp_path / "late.sock").symlink_to(valkey_socket)
        clock[0] = 4.9
        bells.ring(Bell.SCORE)
        assert n_jobs(redis, Bell.SCORE) == 0
        clock[0] = 5.0
        bells.ring(Bell.SCORE)
        assert n_jobs(redis, Bell.SCORE) == 1


def test_a_redis_that_is_gone_or_silent_holds_only_one_ring_up(deaf: Dispatcher) -> None:
    deaf.ring(Bell.SCORE)
    began = time.monotonic()
    for _ in range(20):
        deaf.ring(Bell.SCORE)
        deaf.ring(Bell.DELIVER)
    assert time.monotonic() - began < 0.1


def test_a_redis_that_is_gone_or_silent_is_told_to_who_asks(deaf: Dispatcher) -> None:
    with pytest.raises(Unreachable, match="Redis cannot be reached"):
        deaf.check()
    with pytest.raises(Unreachable, match="Redis cannot be reached"):
        deaf.is_worked(Bell.SCORE)


def test_workers_wait_as_long_as_they_must(valkey_url: str) -> None:
    with dispatch.connect(valkey_url, wait_seconds=None) as redis:
        assert redis.connection_pool.connection_kwargs["socket_timeout"] is None
        assert redis.ping()
