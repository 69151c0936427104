"""Parts that are away for a while: the database, Valkey, the site's receiver."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from moderation import endpoints, sites
from moderation.domain import Decision, KeyKind, Scope
from moderation.store import outbox
from moderation.store.comments import CommentRow
from moderation.store.database import Database
from moderation.store.outbox import State
from moderation.store.sites import Site
from tests.flow.publisher import POSTED, Publisher, Receiver
from tests.flow.running import CREW, SECRET, Running
from tests.flow.servers import eventually
from worker.deliver import Deliverer
from worker.sender import Sender

LOOPBACK = [ip_network("127.0.0.0/8")]


@pytest.mark.kill
def test_the_database_is_away_while_comments_come_in(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only(*CREW)
    site = add_publisher()
    with site.posting():
        site.await_more(20)
        with ombuds.server.outage():
            eventually(lambda: 503 in site.outcomes, "a comment is refused in so many words")
        site.await_more(20)
    assert set(site.outcomes) <= {*POSTED, 503}
    site.settled()
    eventually(lambda: ombuds.request("GET", "/readyz")[0] == 200, "/readyz recovers")
    assert all(ombuds.runs(name) for name in CREW), "nobody had to be restarted"


def test_valkey_hangs_while_comments_come_in(ombuds: Running, add_publisher: Callable[[], Publisher]) -> None:
    ombuds.only(*CREW)
    site = add_publisher()
    with site.posting():
        site.await_more(10)
        with ombuds.valkey.paused():
            site.await_more(10)
        site.await_more(10)
    assert set(site.outcomes) == {202}
    site.settled()


@pytest.mark.slow  # what is known is asked for anew after five seconds: the outage must last longer
def test_clients_of_other_services_are_answered_while_database_valkey_and_workers_are_away(ombuds: Running) -> None:
    ombuds.only("api")
    name = f"compat-{ombuds.database.engine.dialect.name}"
    site = sites.add(ombuds.database, name, [Scope.SUBMIT], SECRET, datetime.now(UTC), kind=KeyKind.PERSPECTIVE)
    openai = sites.add_key(ombuds.database, name, [Scope.SUBMIT], SECRET, datetime.now(UTC), KeyKind.OPENAI)

    def ask(n: int) -> list[tuple[int, float]]:
        asked = {"comment": {"text": f"You are number {n}."}, "requestedAttributes": {"TOXICITY": {}}}
        answers = []
        for path, key, body in (
            (f"/v1alpha1/comments:analyze?key={site[1]}", None, asked),
            ("/v1/moderations", openai, {"input": f"You are number {n}."}),
        ):
            began = time.monotonic()
            answers.append((ombuds.request("POST", path, key, body)[0], time.monotonic() - began))
        return answers

    ask(0)
    with ombuds.valkey.paused(), ombuds.server.outage():
        until, answers = time.monotonic() + 6.5, []
        while time.monotonic() < until:
            answers += ask(len(answers) + 1)
        status, body = ombuds.request("POST", "/comments:analyze?key=never-seen", None, {})
    assert {status for status, _ in answers} == {200}
    assert max(seconds for _, seconds in answers) < 2.0, "none waited for what is away"
    if name.endswith("postgresql"):  # the other one can be read all the while
        assert (status, b"UNAVAILABLE" in body) == (503, True)


def test_the_receiver_is_down_for_an_hour(
    database: Database,
    site: Site,
    secret: str,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
) -> None:
    began = datetime.now(UTC) - timedelta(hours=6)  # receivers refuse signatures that are not of the present
    clock = [began]
    receiver = Receiver()
    receiver.close()  # its port refuses connections
    endpoint, receiver.secret = endpoints.add(
        database, site.id, receiver.url, endpoints.ALL_EVENTS, secret, LOOPBACK, began
    )
    decision = decide(accept(), at=began)
    deliverer = Deliverer(
        database,
        Sender(LOOPBACK),
        secret=secret,
        lease_seconds=75,
        stopping=threading.Event(),
        clock=lambda: clock[0],
    )
    try:
        while clock[0] < began + timedelta(hours=1):
            assert deliverer.drain() == 1
            (delivery,) = _deliveries(database, site)
            assert delivery.state is State.DUE
            assert delivery.due_at > clock[0]
            assert deliverer.drain() == 0, "nothing is tried before its time"
            clock[0] = delivery.due_at

        receiver.open()
        clock[0] = datetime.now(UTC)
        assert deliverer.drain() == 1
    finally:
        deliverer.close()
        receiver.close()

    (delivery,) = _deliveries(database, site)
    assert delivery.state is State.DELIVERED
    assert delivery.webhook_id == endpoint.id
    assert [(one.webhook_id, one.decision["id"]) for one in receiver.arrivals] == [(delivery.id, decision.id)]
    with database.reading() as tx:
        attempts = outbox.attempts_at(tx, [delivery.id])[delivery.id]
    assert len(attempts) == delivery.n_attempts > 3
    assert [one.status_code for one in attempts] == [None] * (len(attempts) - 1) + [204]
    assert all(one.error for one in attempts[:-1])


def _deliveries(database: Database, site: Site) -> list[outbox.Delivery]:
    with database.reading() as tx:
        return outbox.of_site(tx, site.id, before=None, limit=10)
