"""Delivering: what is due reaches a real receiver, again and again if it must."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select
from standardwebhooks import Webhook

from moderation import endpoints, tables
from moderation.dispatch import Bell
from moderation.domain import Status
from moderation.endpoints import ALL_EVENTS
from moderation.store import outbox
from moderation.webhooks import Answer
from worker import deliver
from worker.deliver import Deliverer
from worker.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from redis import Redis

    from moderation.dispatch import Dispatcher
    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

LOOPBACK = [ip_network("127.0.0.0/8")]


class Clock:
    """A clock that goes on when told."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Counting(Sender):
    """A sender that counts what is under way, to each address and in all."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lock = threading.Lock()
        self.under_way: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    def send(self, url: str, headers: Mapping[str, str], body: str) -> Answer:
        with self.lock:
            self.under_way.update((url, "all"))
            self.most |= self.under_way
        try:
            return super().send(url, headers, body)
        finally:
            with self.lock:
                self.under_way.subtract((url, "all"))


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def stopping() -> threading.Event:
    return threading.Event()


@pytest.fixture
def make(
    database: Database, secret: str, clock: Clock, stopping: threading.Event
) -> Iterator[Callable[..., Deliverer]]:
    """Make a deliverer."""
    made: list[Deliverer] = []

    def make_one(sender: Any = None, **options: Any) -> Deliverer:
        given: dict[str, Any] = {"secret": secret, "lease_seconds": 75, "stopping": stopping, "clock": clock}
        made.append(Deliverer(database, sender or Sender(LOOPBACK, timeout_seconds=5), **{**given, **options}))
        return made[-1]

    yield make_one
    for one in made:
        one.close()


@pytest.fixture
def deliverer(make: Callable[..., Deliverer]) -> Deliverer:
    return make()


@pytest.fixture
def listen(database: Database, site: Site, receiver: Any, secret: str, now: datetime) -> Callable[..., tuple[str, str]]:
    """Add an endpoint at a path of the receiver; answers with its id and its secret."""

    def add(path: str = "/hook") -> tuple[str, str]:
        url = receiver.url(path)
        endpoint, signing = endpoints.add(database, site.id, url, ALL_EVENTS, secret, LOOPBACK, now)
        return endpoint.id, signing

    return add


@pytest.fixture
def deliveries(database: Database) -> Callable[[], list[Any]]:
    def read() -> list[Any]:
        with database.reading() as tx:
            return list(tx.execute(select(tables.deliveries).order_by(tables.deliveries.c.sequence)))

    return read


@pytest.fixture
def attempts(database: Database) -> Callable[[], list[Any]]:
    def read() -> list[Any]:
        with database.reading() as tx:
            return list(tx.execute(select(tables.attempts).order_by(tables.attempts.c.id)))

    return read


@pytest.fixture
def decided(accept: Callable[..., CommentRow], decide: Callable[..., Decision]) -> Callable[..., list[Decision]]:
    """Make a number of decisions."""
    return lambda n=1: [decide(accept(f"c-{number}")) for number in range(n)]


def test_a_verdict_arrives_signed(
    make: Callable[..., Deliverer],
    receiver: Any,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    deliveries: Callable[[], list[Any]],
    attempts: Callable[[], list[Any]],
) -> None:
    _, signing = listen()
    (decision,) = decided()
    assert make(clock=lambda: datetime.now(UTC)).drain() == 1
    (got,) = receiver.received
    event = Webhook(signing).verify(got.body, got.headers)
    assert (event["type"], event["data"]["id"], event["data"]["sequence"]) == ("comment.approved", decision.id, 1)
    (delivery,) = deliveries()
    assert (delivery.id, delivery.state, delivery.n_attempts) == (got.headers["webhook-id"], "DELIVERED", 1)
    (attempt,) = attempts()
    assert (attempt.delivery_id, attempt.status_code, attempt.error) == (delivery.id, 204, None)
    assert attempt.milliseconds >= 0


def test_nothing_due_is_no_work(deliverer: Deliverer) -> None:
    assert deliverer.drain() == 0


def test_many_verdicts_arrive_each_once(
    deliverer: Deliverer,
    receiver: Any,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
) -> None:
    listen()
    made = decided(60)
    assert deliverer.drain() == 60
    assert sorted(json.loads(got.body)["data"]["id"] for got in receiver.received) == sorted(one.id for one in made)


def test_after_a_rotation_either_secret_verifies(
    make: Callable[..., Deliverer],
    database: Database,
    site: Site,
    receiver: Any,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    secret: str,
) -> None:
    endpoint_id, former = listen()
    new = endpoints.rotate(database, site.id, endpoint_id, secret, datetime.now(UTC))
    decided()
    make(clock=lambda: datetime.now(UTC)).drain()
    (got,) = receiver.received
    assert Webhook(former).verify(got.body, got.headers) == Webhook(new).verify(got.body, got.headers)


def test_a_receiver_down_for_an_hour_hears_of_it_under_the_same_webhook_id(
    deliverer: Deliverer,
    receiver: Any,
    clock: Clock,
    now: datetime,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    deliveries: Callable[[], list[Any]],
    attempts: Callable[[], list[Any]],
) -> None:
    listen()
    decided()
    receiver.answer("/hook", 500)
    while clock.now < now + timedelta(hours=1):
        deliverer.drain()
        clock.now += timedelta(minutes=1)
    (waiting,) = deliveries()
    assert (waiting.state, waiting.n_attempts) == ("DUE", 4)
    assert timedelta(hours=1) < waiting.due_at - now < timedelta(hours=4)
    del receiver.behaviours["/hook"]
    clock.now = waiting.due_at - timedelta(seconds=1)
    assert deliverer.drain() == 0
    clock.now = waiting.due_at
    assert deliverer.drain() == 1
    assert deliveries()[0].state == "DELIVERED"
    assert len({(got.headers["webhook-id"], got.body) for got in receiver.received}) == 1
    assert [one.status_code for one in attempts()] == [500, 500, 500, 500, 204]


def test_a_receiver_that_never_recovers_is_given_up_after_ten_attempts(
    deliverer: Deliverer,
    receiver: Any,
    clock: Clock,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    deliveries: Callable[[], list[Any]],
) -> None:
    listen()
    decided()
    receiver.answer("/hook", 500)
    for _ in range(12):
        deliverer.drain()
        clock.now += timedelta(days=2)
    (failed,) = deliveries()
    assert (failed.state, failed.n_attempts) == ("FAILED", 10)
    assert failed.finished_at is not None
    assert len(receiver.received) == 10


def test_gone_disables_the_endpoint_and_nothing_more_is_sent(
    deliverer: Deliverer,
    database: Database,
    receiver: Any,
    clock: Clock,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    deliveries: Callable[[], list[Any]],
) -> None:
    endpoint_id, _ = listen()
    decided(16)
    receiver.answer("/hook", 410)
    deliverer.drain()
    n_tried = len(receiver.received)
    assert 1 <= n_tried <= deliver.N_SENDS_PER_ENDPOINT * 2
    with database.reading() as tx:
        endpoint = tx.execute(select(tables.webhooks).where(tables.webhooks.c.id == endpoint_id)).one()
    assert (endpoint.disabled_at, endpoint.disabled_because) == (clock.now, "answered 410 Gone")
    assert {one.state for one in deliveries()} == {"FAILED", "DUE"}
    clock.now += timedelta(days=3)
    assert deliverer.drain() == 0
    assert len(receiver.received) == n_tried


def test_retry_after_is_obeyed(
    deliverer: Deliverer,
    receiver: Any,
    now: datetime,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    deliveries: Callable[[], list[Any]],
) -> None:
    listen()
    decided()
    receiver.answer("/hook", 429, Retry_After="3600")
    deliverer.drain()
    assert deliveries()[0].due_at == now + timedelta(hours=1)


def test_a_redirect_is_a_failure(
    deliverer: Deliverer,
    receiver: Any,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    deliveries: Callable[[], list[Any]],
) -> None:
    listen()
    decided()
    receiver.answer("/hook", 308, Location=receiver.url("/elsewhere"))
    deliverer.drain()
    assert (deliveries()[0].state, deliveries()[0].n_attempts) == ("DUE", 1)
    assert receiver.to("/elsewhere") == []


def test_what_no_connection_may_be_made_to_is_recorded_as_an_attempt(
    make: Callable[..., Deliverer],
    receiver: Any,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    attempts: Callable[[], list[Any]],
) -> None:
    listen()
    decided()
    make(Sender([])).drain()
    (attempt,) = attempts()
    assert attempt.status_code is None
    assert "127.0.0.1" in attempt.error
    assert receiver.received == []


# At once


@pytest.mark.parametrize(
    ("n_endpoints", "n_at_once"), [(1, deliver.N_SENDS_PER_ENDPOINT), (6, deliver.N_SENDS)], ids=["one", "six"]
)
def test_at_most_four_at_once_to_an_endpoint_and_sixteen_in_all(
    make: Callable[..., Deliverer],
    receiver: Any,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    n_endpoints: int,
    n_at_once: int,
) -> None:
    """Nobody is answered before so many wait, and a little longer, so that one too many would be seen."""
    counting = Counting(LOOPBACK)

    def answer(handler: Any) -> None:
        until = time.monotonic() + 2
        while counting.most["all"] < n_at_once and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(0.05)
        handler.send_response(204)
        handler.end_headers()

    paths = [f"/{number}" for number in range(n_endpoints)]
    for path in paths:
        listen(path)
        receiver.behaviours[path] = answer
    decided(8)
    assert make(counting).drain() == 8 * n_endpoints
    assert max(counting.most[receiver.url(path)] for path in paths) <= deliver.N_SENDS_PER_ENDPOINT
    assert counting.most["all"] == n_at_once


@pytest.mark.parametrize("n_slow", [1, 4])
def test_slow_receivers_block_no_fast_one(
    deliverer: Deliverer,
    receiver: Any,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    n_slow: int,
) -> None:
    """Four slow ones can hold all sixteen places; the fast one then gets each place that falls free first."""
    times: list[float] = []
    slow_times: list[float] = []
    for number in range(n_slow):
        listen(f"/slow-{number}")
        receiver.behaviours[f"/slow-{number}"] = lambda handler: (
            receiver.closing.wait(0.4),
            slow_times.append(time.monotonic()),
            handler.send_response(204),
            handler.end_headers(),
        )
    listen("/fast")
    receiver.behaviours["/fast"] = lambda handler: (
        times.append(time.monotonic()),
        handler.send_response(204),
        handler.end_headers(),
    )
    decided(12)
    deliverer.drain()
    assert (len(times), len(slow_times)) == (12, 12 * n_slow)
    rest = sorted(slow_times)[-4 * n_slow :]
    assert max(times) < min(rest), "the fast one had all before the slow ones' last round began to end"


def test_two_deliverers_send_each_verdict_once(
    make: Callable[..., Deliverer],
    receiver: Any,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    at_once: Callable[..., list[Any]],
) -> None:
    listen("/a")
    listen("/b")
    decided(30)
    assert sum(at_once(make().drain, make().drain)) == 60
    assert len({got.headers["webhook-id"] for got in receiver.received}) == len(receiver.received) == 60


# Interruptions


def test_what_a_killed_deliverer_had_claimed_is_sent_when_its_lease_ends(
    deliverer: Deliverer,
    database: Database,
    receiver: Any,
    clock: Clock,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
) -> None:
    listen()
    decided()
    with database.writing() as tx:
        outbox.claim_due(tx, "killed", {}, 9, clock.now, timedelta(seconds=75))
    assert deliverer.drain() == 0
    clock.now += timedelta(seconds=75)
    assert deliverer.drain() == 1
    assert len(receiver.received) == 1


def test_what_waited_longer_than_its_lease_is_left_to_others(
    make: Callable[..., Deliverer],
    clock: Clock,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    deliveries: Callable[[], list[Any]],
) -> None:
    listen()
    decided(12)

    class Dawdling:
        """A sender that takes longer than the lease."""

        n_sent = 0

        def send(self, _url: str, _headers: dict[str, str], _body: str) -> Answer:
            self.n_sent += 1
            if self.n_sent == 4:
                clock.now += timedelta(seconds=75)
            return Answer(204)

        def close(self) -> None:
            """Nothing is open."""

    deliverer = make(Dawdling())
    deliverer.drain()
    assert {one.state for one in deliveries()} == {"DELIVERED"}
    assert sum(one.n_attempts for one in deliveries()) == 12


def test_a_newer_decision_while_sending_leaves_the_older_superseded(
    make: Callable[..., Deliverer],
    receiver: Any,
    listen: Callable[..., tuple[str, str]],
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    deliveries: Callable[[], list[Any]],
    attempts: Callable[[], list[Any]],
) -> None:
    listen()
    comment = accept()
    decide(comment, Status.HELD)

    def answer_late(handler: Any) -> None:
        receiver.behaviours.clear()
        decide(comment, Status.APPROVED)
        handler.send_response(204)
        handler.end_headers()

    receiver.behaviours["/hook"] = answer_late
    make().drain()
    assert [(one.event, one.state) for one in deliveries()] == [
        ("comment.held", "SUPERSEDED"),
        ("comment.approved", "DELIVERED"),
    ]
    assert len(attempts()) == 2
    assert [json.loads(got.body)["data"]["sequence"] for got in receiver.received] == [1, 2]


def test_when_stopping_what_was_not_sent_is_given_back(
    deliverer: Deliverer,
    receiver: Any,
    stopping: threading.Event,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    deliveries: Callable[[], list[Any]],
) -> None:
    listen()
    decided(16)

    def answer_and_stop(handler: Any) -> None:
        stopping.set()
        time.sleep(0.1)
        handler.send_response(204)
        handler.end_headers()

    receiver.behaviours["/hook"] = answer_and_stop
    n_recorded = deliverer.drain()
    found = deliveries()
    assert [one.state for one in found].count("DELIVERED") == n_recorded == len(receiver.received)
    assert 1 <= n_recorded <= 8
    assert all(one.claim_token is None for one in found if one.state == "DUE")


def test_the_bell_is_answered_before_looking(deliverer: Deliverer, dispatcher: Dispatcher, redis: Redis) -> None:
    dispatcher.ring(Bell.DELIVER)
    deliverer.drain(dispatcher)
    assert not redis.exists("deliver:doorbell")


def test_after_a_minute_a_job_leaves_slow_attempts_to_the_next_one(
    make: Callable[..., Deliverer],
    receiver: Any,
    dispatcher: Dispatcher,
    redis: Redis,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
    deliveries: Callable[[], list[Any]],
) -> None:
    listen()
    decided()
    let_go = threading.Event()
    receiver.behaviours["/hook"] = lambda handler: (let_go.wait(5), handler.send_response(204), handler.end_headers())
    deliverer = make(longest_seconds=0.2)
    assert deliverer.drain(dispatcher) == 0
    assert Queue("deliver", connection=redis, serializer=JSONSerializer).count == 1
    let_go.set()
    assert deliverer.drain(dispatcher) == 1
    assert deliveries()[0].state == "DELIVERED"
    assert len(receiver.received) == 1


def test_without_redis_everything_is_delivered_all_the_same(
    deliverer: Deliverer,
    deaf: Dispatcher,
    receiver: Any,
    listen: Callable[..., tuple[str, str]],
    decided: Callable[..., list[Decision]],
) -> None:
    listen()
    decided()
    assert deliverer.drain(deaf) == 1
    assert len(receiver.received) == 1
