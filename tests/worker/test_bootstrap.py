"""A worker process: its parts, its signs of life, and its end."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest
from rq.exceptions import StopRequested

from moderation import endpoints, intake
from moderation.dispatch import Bell
from moderation.domain import Status
from moderation.endpoints import ALL_EVENTS
from moderation.scorers import Scorers
from worker import bootstrap
from worker.bootstrap import OneBellWorker, Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from moderation.dispatch import Dispatcher
    from moderation.settings import Settings
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Leave signal handlers as they were: RQ installs its own."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, former in before.items():
        signal.signal(number, former)


@pytest.fixture
def process(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make this process a worker's, with parts of its own."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    yield
    if bootstrap.deliverer.cache_info().currsize:
        bootstrap.deliverer().close()
    bootstrap.parts().database.close()
    bootstrap.parts().dispatcher.redis.close()
    bootstrap.deliverer.cache_clear()
    bootstrap.sender.cache_clear()
    bootstrap.parts.cache_clear()
    bootstrap._scorers.clear()


@pytest.fixture
def worker(settings: Settings, database: Database, dispatcher: Dispatcher) -> OneBellWorker:
    return OneBellWorker(Bell.SCORE, Parts(settings, database, dispatcher, threading.Event()))


def test_a_heartbeat_lets_it_be_known_that_the_work_is_done(worker: OneBellWorker, dispatcher: Dispatcher) -> None:
    worker.heartbeat()
    assert dispatcher.is_worked(Bell.SCORE)
    assert not dispatcher.is_worked(Bell.DELIVER)


def test_the_last_worker_that_stops_is_not_taken_for_alive(worker: OneBellWorker, dispatcher: Dispatcher) -> None:
    other = OneBellWorker(Bell.SCORE, worker._parts)
    for one in (worker, other):
        one.register_birth()
        one.heartbeat()
    other.teardown()
    assert dispatcher.is_worked(Bell.SCORE)
    worker.teardown()
    assert not dispatcher.is_worked(Bell.SCORE)


def test_a_worker_told_to_stop_tells_its_running_job_to_hurry(worker: OneBellWorker) -> None:
    with pytest.raises(StopRequested):
        worker.request_stop(signal.SIGTERM, None)
    assert worker._parts.stopping.is_set()


def test_a_process_has_its_parts_once(process: None) -> None:
    assert process is None
    assert bootstrap.parts() is bootstrap.parts()
    assert bootstrap.deliverer() is bootstrap.deliverer()


def test_champions_are_followed_from_one_place(process: None, tiny_scorer: Any) -> None:
    assert process is None
    followed = Scorers.only(tiny_scorer)
    assert bootstrap.scorers(lambda: followed) is followed
    assert bootstrap.scorers(lambda: None) is followed  # type: ignore[arg-type,return-value]
    assert bootstrap.parts()


def test_two_rings_take_a_comment_from_pending_to_the_site_s_webhook(
    process: None,
    database: Database,
    dispatcher: Dispatcher,
    site: Site,
    receiver: Any,
    tiny_scorer: Any,
    accept: Callable[..., CommentRow],
    secret: str,
    now: datetime,
) -> None:
    assert process is None
    allowed = bootstrap.parts().settings.webhook_allow
    endpoints.add(database, site.id, receiver.url(), ALL_EVENTS, secret, allowed, now)
    bootstrap.scorers(lambda: Scorers.only(tiny_scorer))
    accept(text="You idiot")
    dispatcher.ring(Bell.SCORE)
    for bell in (Bell.SCORE, Bell.DELIVER):
        OneBellWorker(bell, bootstrap.parts()).work(burst=True, logging_level="WARNING")
    assert intake.look_up(database, site.id, "c-1").comment.status is Status.REJECTED
    assert len(receiver.received) == 1
