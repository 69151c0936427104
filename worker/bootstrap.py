"""What a worker process is made of, put together once, and the worker itself."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import structlog
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker, Worker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker, DequeueStrategy, WorkerStatus

from models.errors import ModelError
from moderation import dispatch, logs, settings
from moderation.dispatch import Bell, Dispatcher
from moderation.errors import VersionUnusable
from moderation.scorers import Scorers
from moderation.store.database import Database
from worker.alarms import Telling
from worker.deliver import Deliverer
from worker.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from rq.job import Job

    from moderation.domain import Scorer
    from moderation.settings import Settings

_TTL_SECONDS = 30
"""RQ then wakes, and gives a sign of life, every 15 s."""

_RECONNECT_SECONDS = 0.5

_NICE = 10
_LOOK_FOR_PARENT_SECONDS = 0.5
_SERVED = {
    Bell.SCORE: (Bell.SCORE, Bell.SHADOW, Bell.RESCORE),
    Bell.DELIVER: (Bell.DELIVER, Bell.BATCH),
    Bell.RETRAIN: (Bell.RETRAIN,),
}
"""What a worker works besides its own, in turns. Challengers and rescoring need a classifier in memory, and make way
for comments that wait; batches go in turns with deliveries, and so never keep a comment unscored."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that jobs need besides the classifier."""

    settings: Settings
    database: Database
    dispatcher: Dispatcher
    stopping: threading.Event


@cache
def parts() -> Parts:
    """Put the process's parts together, once."""
    read = settings.read()
    logs.configure(as_json=read.wants_json_logs)
    dispatcher = Dispatcher(dispatch.connect(read.redis_url))
    return Parts(read, Database(read.database_url), dispatcher, threading.Event())


def followed() -> Scorers:
    """Follow the champions and challengers that the record names."""
    from models import scorer  # noqa: PLC0415  only the process that scores pays for the classifier's libraries
    from models.registry import Registry  # noqa: PLC0415  the same

    made = parts()
    registry = Registry(made.settings.models_folder, address=made.settings.models_address)
    mode = scorer.mode(made.settings.scoring)

    def load(version: str) -> Scorer:
        try:
            return scorer.load(version, registry, mode)
        except (ModelError, OSError, ValueError) as error:
            raise VersionUnusable(version, str(error)) from error

    return Scorers(made.database, load, registry.newest_shipped(), has_challengers=True)


_scorers: list[Scorers] = []


def scorers(make: Callable[[], Scorers] = followed) -> Scorers:
    """Give the process's champions, followed from the first time on: whoever asks first says how."""
    if not _scorers:
        made = make()
        made.start()
        _scorers.append(made)
    return _scorers[0]


@cache
def sender() -> Sender:
    """Make the process's one sender; its connections outlive single jobs."""
    return Sender(parts().settings.webhook_allow)


def telling() -> Telling:
    """Make what tells endpoints of alarms."""
    made = parts()
    return Telling(made.database, sender(), made.settings.secret, made.stopping)


@cache
def deliverer() -> Deliverer:
    """Make the process's one deliverer; its threads outlive single jobs."""
    made = parts()
    return Deliverer(
        made.database,
        sender(),
        secret=made.settings.secret,
        lease_seconds=made.settings.claim_seconds * 1.25,
        stopping=made.stopping,
    )


class _KnownByBell(BaseWorker):
    """What every worker of ours does: gives signs of life, waits for a lost Redis, stops when it is told to."""

    max_connection_wait_time = 2.0

    def __init__(self, bell: Bell, made: Parts) -> None:
        self._bell = bell
        self._parts = made
        connection = dispatch.connect(made.settings.redis_url, wait_seconds=None)
        queues = [Queue(one.value, connection=connection, serializer=JSONSerializer) for one in _SERVED[bell]]
        super().__init__(queues, connection=connection, serializer=JSONSerializer, worker_ttl=_TTL_SECONDS)

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        """Give a sign of life, ours too: RQ's list of workers does not come back after Redis lost its data."""
        super().heartbeat(*args, **kwargs)
        self._parts.dispatcher.beat(self._bell)

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job. A Redis that went away meanwhile is waited for: how the job ended, the record knows."""
        try:
            super().execute_job(job, queue)
        except RedisError as error:
            log.warning("worker.lost_redis", bell=self._bell.value, error=type(error).__name__)
            self._state = WorkerStatus.IDLE
            self._await_redis()

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop after the running job, which is told to hurry."""
        self._parts.stopping.set()
        with suppress(RedisError):  # RQ notes it there too, and can do without
            super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ's own

    def teardown(self) -> None:
        """Take leave of Redis, if it is there; the last to leave gives no sign of life any more."""
        with suppress(RedisError):
            super().teardown()  # type: ignore[no-untyped-call]  # RQ's own
            if not self.is_horse and not self.count(queue=self.queues[0]):
                self._parts.dispatcher.fall_silent(self._bell)

    def _await_redis(self) -> None:
        while not self._parts.stopping.is_set():
            try:
                self.connection.ping()
            except RedisError:
                time.sleep(_RECONNECT_SECONDS)
            else:
                return
        raise StopRequested


class OneBellWorker(_KnownByBell, SimpleWorker):
    """A worker known by one bell. It does not fork for a job: a loaded classifier would not survive that well."""


class ForkingWorker(_KnownByBell, Worker):
    """A worker known by one bell that forks for each job: what training takes, it gives back when it is done."""

    def setup_work_horse_signals(self) -> None:
        """Have a job that is told to stop clean up after itself, and end with the worker if that is killed."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]  # RQ's own
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        threading.Thread(target=_end_with, args=(self.pid,), daemon=True).start()

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop, and the running job with it: whoever starts next takes its run up again."""
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)
        super().request_stop(signum, frame)


def _end_with(parent: int) -> None:
    """End this process when its parent is gone: whoever is killed leaves nobody behind."""
    while os.getppid() == parent:
        time.sleep(_LOOK_FOR_PARENT_SECONDS)
    os._exit(1)


def work(bell: Bell, follow: Callable[[], Scorers] = followed) -> None:
    """Work until told to stop."""
    made = parts()
    if bell is Bell.RETRAIN:
        os.nice(_NICE)  # whatever else runs on this machine comes first
        ForkingWorker(bell, made).work(logging_level="WARNING")
        return
    if bell is Bell.SCORE:
        scorers(follow)
    else:
        deliverer()
    OneBellWorker(bell, made).work(logging_level="WARNING", dequeue_strategy=DequeueStrategy.ROUND_ROBIN)
    if bell is Bell.DELIVER:
        deliverer().close()
