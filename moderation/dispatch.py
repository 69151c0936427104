"""The doorbell: telling workers, by way of Redis, that the record holds work. Losing a ring loses nothing."""

from __future__ import annotations

import math
import time
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from moderation.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

_BELL_SECONDS = 5
_ENOUGH_JOBS = 2
_JOB_SECONDS = 120
_LONG_JOB_SECONDS = 12 * 3600
_RESULT_SECONDS = 60
_FAILURE_SECONDS = 24 * 3600
_WAIT_SECONDS = 0.2
_AVOID_REDIS_SECONDS = 5.0
_ALIVE_SECONDS = 60

log = structlog.get_logger()


class Bell(StrEnum):
    """A kind of work; also the name of its RQ queue."""

    SCORE = "score"
    SHADOW = "shadow"
    RESCORE = "rescore"
    DELIVER = "deliver"
    BATCH = "batch"
    RETRAIN = "retrain"


JOBS = {
    Bell.SCORE: "worker.jobs.score_pending",
    Bell.SHADOW: "worker.jobs.score_in_shadow",
    Bell.RESCORE: "worker.jobs.score_anew",
    Bell.DELIVER: "worker.jobs.deliver_due",
    Bell.BATCH: "worker.jobs.run_batches",
    Bell.RETRAIN: "worker.jobs.retrain_asked",
}
"""Job names are a wire contract: they live in Redis."""


def connect(url: str, *, wait_seconds: float | None = _WAIT_SECONDS) -> Redis:
    """Connect to Redis. A ring waits at most 200 ms; workers, which block on purpose, pass None."""
    return Redis.from_url(
        url,
        socket_timeout=wait_seconds,
        socket_connect_timeout=wait_seconds or _BELL_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


class Dispatcher:
    """Rings bells, as best it can: a Redis that is slow or gone never fails a request; the sweep rings again.

    Args:
        redis: where the bells are.
        clock: seconds that only go forward; they say when a Redis that failed is rung at again.
    """

    def __init__(self, redis: Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self.redis = redis
        self._clock = clock
        self._avoid_until = -math.inf
        self._queues = {bell: Queue(bell.value, connection=redis, serializer=JSONSerializer) for bell in Bell}

    def ring(self, bell: Bell) -> None:
        """Enqueue a job for this work, unless the bell is ringing already.

        After a failure it does not try for five seconds: a Redis that hangs would cost each request its 200 ms.
        """
        if self._clock() < self._avoid_until:
            return
        try:
            if self.redis.set(_name(bell), 1, nx=True, ex=_BELL_SECONDS):
                self._enqueue(bell)
        except RedisError as error:
            self._avoid_until = self._clock() + _AVOID_REDIS_SECONDS
            log.warning("bell.not_rung", bell=bell.value, error=type(error).__name__)

    def ring_anyway(self, bell: Bell) -> None:
        """Enqueue a job, bell or no bell, unless enough of them wait. For the sweep and for workers that found more."""
        try:
            if self._queues[bell].count < _ENOUGH_JOBS:
                self._enqueue(bell)
        except RedisError as error:
            log.warning("bell.not_rung", bell=bell.value, error=type(error).__name__)

    def answer(self, bell: Bell) -> None:
        """Stop the bell before looking for work, so that whatever comes later rings anew."""
        try:
            self.redis.delete(_name(bell))
        except RedisError as error:
            log.warning("bell.not_stopped", bell=bell.value, error=type(error).__name__)

    def check(self) -> None:
        """Ask Redis for a sign of life.

        Raises:
            Unreachable: it gives none.
        """
        try:
            self.redis.ping()
        except (RedisError, OSError) as error:
            raise Unreachable("Redis", str(error)) from error

    def beat(self, bell: Bell) -> None:
        """Let it be known for a minute that a worker for this work is alive."""
        try:
            self.redis.set(_alive(bell), 1, ex=_ALIVE_SECONDS)
        except RedisError as error:
            log.warning("worker.not_heard", bell=bell.value, error=type(error).__name__)

    def fall_silent(self, bell: Bell) -> None:
        """Let it be known that the last worker for this work has stopped: nobody need wait out its minute."""
        try:
            self.redis.delete(_alive(bell))
        except RedisError as error:
            log.warning("worker.not_heard", bell=bell.value, error=type(error).__name__)

    def is_worked(self, bell: Bell) -> bool:
        """Tell whether a worker for this work was alive within the last minute.

        Raises:
            Unreachable: Redis does not answer.
        """
        try:
            return bool(self.redis.exists(_alive(bell)))
        except (RedisError, OSError) as error:
            raise Unreachable("Redis", str(error)) from error

    def _enqueue(self, bell: Bell) -> None:
        self._queues[bell].enqueue(
            JOBS[bell],
            job_timeout=_LONG_JOB_SECONDS if bell is Bell.RETRAIN else _JOB_SECONDS,
            result_ttl=_RESULT_SECONDS,
            failure_ttl=_FAILURE_SECONDS,
        )


def _name(bell: Bell) -> str:
    return f"{bell.value}:doorbell"


def _alive(bell: Bell) -> str:
    return f"{bell.value}:alive"
