"""Telling endpoints of alarms: signed, tried again, given up, and never to an endpoint that is off."""

from __future__ import annotations

import json
import random
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from moderation import endpoints, webhooks
from moderation.drift import Finding, Kind
from moderation.learning_tables import alarm_messages
from moderation.store import drift as store
from moderation.webhooks import Answer
from worker.alarms import Telling

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site

FINDING = Finding(Kind.SCORES, "INSULT", 0.4, 0.25)


@dataclass
class Listener:
    """A site that answers as told, and keeps what it hears."""

    answer: Answer = field(default_factory=lambda: Answer(204))
    heard: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    def send(self, url: str, headers: dict[str, str], body: str) -> Answer:
        self.heard.append((url, headers, body))
        return self.answer

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def alarm(database: Database, site: Site, secret: str, now: datetime) -> tuple[str, str]:
    """Raise an alarm that an endpoint is to be told of; gives the endpoint's id and its secret."""
    endpoint, signing = endpoints.add(database, site.id, "https://news.example/hook", [webhooks.ALARM], secret, [], now)
    with database.writing() as tx:
        raised = store.raise_alarm(tx, site.id, FINDING, "words-1", now)
        assert raised is not None
        assert store.raise_alarm(tx, site.id, FINDING, "words-1", now) is None
        store.tell(tx, raised, [endpoint.id], now)
    return endpoint.id, signing


@pytest.fixture
def telling(database: Database, secret: str) -> Callable[[Listener, datetime], Telling]:
    return lambda site, at: Telling(
        database,
        site,
        secret,
        threading.Event(),
        random.Random(7),  # noqa: S311  jitter, not secrecy
        lambda: at,
    )


def state(database: Database) -> tuple[int, bool, str | None]:
    with database.reading() as tx:
        row = tx.execute(select(alarm_messages)).one()
    return row.n_attempts, row.finished_at is not None, row.last_error


def test_an_alarm_is_told_once_and_signed(
    database: Database, alarm: tuple[str, str], telling: Callable[..., Telling], now: datetime
) -> None:
    site = Listener()
    assert telling(site, now).drain() == 1
    assert telling(site, now + timedelta(days=1)).drain() == 0
    ((url, headers, body),) = site.heard
    assert url == "https://news.example/hook"
    told = Webhook(alarm[1])
    assert told.sign(headers["webhook-id"], now, body) == headers["webhook-signature"]
    assert json.loads(body)["data"]["attribute"] == "INSULT"
    assert state(database) == (1, True, None)


def test_what_failed_is_tried_again_by_the_schedule_and_by_nobody_else_meanwhile(
    database: Database, alarm: tuple[str, str], telling: Callable[..., Telling], now: datetime
) -> None:
    assert alarm
    site = Listener(Answer(503))
    assert telling(site, now).drain() == 1
    assert state(database) == (1, False, "answered 503")
    assert telling(site, now).drain() == 0
    assert telling(site, now + timedelta(seconds=30)).drain() == 1
    at = now
    for _ in range(20):
        at += timedelta(days=2)
        telling(site, at).drain()
    assert state(database)[:2] == (len(webhooks.RETRY_AFTER_SECONDS), True)


@pytest.mark.parametrize("how", ["gone", "off", "unreadable"])
def test_an_endpoint_that_cannot_be_told_is_let_be(
    database: Database, site: Site, alarm: tuple[str, str], telling: Callable[..., Telling], now: datetime, how: str
) -> None:
    site_ = Listener(Answer(410))
    if how == "off":
        endpoints.change(database, site.id, alarm[0], url=None, events=None, is_enabled=False, allowed=[], now=now)
    made = telling(site_, now)
    if how == "unreadable":
        made = Telling(database, site_, "another-secret-of-32-characters-or-so", made.stopping, made.chance, made.clock)
    assert made.drain() == 1
    assert len(site_.heard) == (how == "gone")
    assert state(database)[:2] == (1, True)
    assert state(database)[2]


def test_whoever_is_told_to_stop_sends_nothing(
    database: Database, alarm: tuple[str, str], telling: Callable[..., Telling], now: datetime
) -> None:
    assert alarm
    made = telling(Listener(), now)
    made.stopping.set()
    assert made.drain() == 0
    assert state(database)[0] == 0
