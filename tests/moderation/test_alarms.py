"""Watching for drift: counting once, comparing with the first fortnight, ringing once and telling who asked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from moderation import alarms, decisions, drift, endpoints, webhooks
from moderation.decisions import Draft
from moderation.domain import Actor, Reason, Status
from moderation.drift import FEWEST, Kind, Tally
from moderation.endpoints import ALL_EVENTS
from moderation.learning_tables import alarm_messages
from moderation.store import comments, sites
from moderation.store import drift as store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

DAY = timedelta(days=1)


@pytest.fixture
def judged(database: Database, accept: Callable[..., CommentRow], now: datetime) -> Callable[..., CommentRow]:
    """Take a comment in and let policy hold it, with a score."""

    def make(id_: str, score: float | None = 0.6, at: datetime = now, version: str = "words-1") -> CommentRow:
        comment = accept(id_, language="en")
        reason = Reason("be-respectful", "INSULT", score, 0.4, None if score is not None else "no words")
        with database.writing() as tx:
            decisions.record(
                tx, [Draft(comment.id, comment.revision, Status.HELD, Actor.POLICY, reasons=(reason,))], at
            )
            scores = {} if score is None else {"INSULT": score}
            row = {"comment_id": comment.id, "revision": 1, "scores": scores, "model_version": version}
            comments.keep_scores(tx, [row])
        return comment

    return make


def fill(database: Database, site: Site, days: dict[datetime, Tally], version: str = "words-1") -> None:
    with database.writing() as tx:
        until = store.counted_until(tx, site.id)
        counted = {(day, version): tally for day, tally in days.items()}
        assert store.count_on(tx, site.id, until, until + 1, counted)


def tally(n: int, score: float = 0.05) -> Tally:
    made = Tally()
    for _ in range(n):
        made.judged({"INSULT": score}, "en", is_unscored=False)
    return made


def test_each_decision_of_the_feed_is_counted_once_on_its_day(
    database: Database,
    site: Site,
    judged: Callable[..., CommentRow],
    decide: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    monkeypatch.setattr(alarms, "CHUNK", 2)
    judged("c-1", 0.6)
    judged("c-2", None, now + DAY)
    comment = judged("c-3", 0.9)
    decide(comment, Status.REJECTED)
    decide(judged("c-4", 0.2), Status.HELD)
    assert [alarms.count(database) for _ in range(5)] == [2, 2, 2, 0, 0]
    with database.reading() as tx:
        days = store.days_of(tx, site.id, "words-1")
    midnight = now.replace(hour=0)
    assert list(days) == [midnight, midnight + DAY]
    assert (days[midnight].n, days[midnight].n_answered, days[midnight].n_agreed) == (3, 1, 1)
    assert (days[midnight + DAY].n, days[midnight + DAY].n_unscored) == (1, 1)
    assert sum(days[midnight].scores["INSULT"]) == 3


def test_what_was_never_scored_is_not_counted(
    database: Database, site: Site, accept: Callable[..., CommentRow], decide: Callable[..., object]
) -> None:
    decide(accept(), Status.REMOVED, Actor.SITE)
    assert alarms.count(database) == 1
    with database.reading() as tx:
        assert store.latest_version(tx, site.id) is None


def test_who_counted_from_the_same_place_later_counts_nothing(database: Database, site: Site, now: datetime) -> None:
    with database.writing() as tx:
        assert store.count_on(tx, site.id, 0, 5, {(now, "words-1"): tally(2)})
    with database.writing() as tx:
        assert not store.count_on(tx, site.id, 0, 7, {(now, "words-1"): tally(3)})
        assert store.count_on(tx, site.id, 5, 7, {(now, "words-1"): tally(1)})
    with database.reading() as tx:
        assert drift.together(store.days_of(tx, site.id, "words-1").values()).n == 3


def test_where_the_feed_has_a_gap_alone_nothing_is_counted(database: Database, site: Site) -> None:
    with database.writing() as tx:
        sites.take_sequences(tx, site.id, 3)
    assert alarms.count(database) == 0


def test_a_site_without_days_has_nothing_to_compare(database: Database, site: Site, now: datetime) -> None:
    with database.reading() as tx:
        found = alarms.watch(tx, site.id, now)
    assert (found.version, found.findings, found.alarms) == (None, (), ())
    assert alarms.look(database, now) == []


def test_an_alarm_rings_once_is_told_who_asked_for_it_and_ends_when_it_is_calm_again(
    database: Database, site: Site, secret: str, now: datetime
) -> None:
    hears, _ = endpoints.add(database, site.id, "https://news.example/a", [webhooks.ALARM], secret, [], now)
    endpoints.add(database, site.id, "https://news.example/b", ALL_EVENTS, secret, [], now)
    off, _ = endpoints.add(database, site.id, "https://news.example/c", [webhooks.ALARM], secret, [], now)
    endpoints.change(database, site.id, off.id, url=None, events=None, is_enabled=False, allowed=[], now=now)
    first = now.replace(hour=0)
    fill(database, site, {first: tally(FEWEST), first + 20 * DAY: tally(FEWEST, 0.95)})
    (raised,) = alarms.look(database, now + 21 * DAY)
    assert (raised.finding.kind, raised.finding.subject, raised.version) == (Kind.SCORES, "INSULT", "words-1")
    assert alarms.look(database, now + 21 * DAY) == []  # it is on already
    with database.reading() as tx:
        told = tx.execute(select(alarm_messages.c.webhook_id)).scalars().all()
        assert told == [hears.id]
        assert [one.id for one in alarms.watch(tx, site.id, now + 21 * DAY).alarms] == [raised.id]
        assert [one.id for one in store.alarms_on(tx)] == [raised.id]
    fill(database, site, {first + 30 * DAY: tally(FEWEST)})
    assert alarms.look(database, now + 31 * DAY) == []
    with database.reading() as tx:
        assert store.alarms_on(tx) == []


def test_an_alarm_about_a_former_version_ends(database: Database, site: Site, now: datetime) -> None:
    first = now.replace(hour=0)
    fill(database, site, {first: tally(FEWEST), first + 20 * DAY: tally(FEWEST, 0.95)})
    assert alarms.look(database, now + 21 * DAY)
    fill(database, site, {first + 21 * DAY: tally(10)}, "words-2")
    assert alarms.look(database, now + 22 * DAY) == []
    with database.reading() as tx:
        assert store.alarms_on(tx) == []


def test_what_is_told_is_numbers_alone(database: Database, site: Site, now: datetime) -> None:
    first = now.replace(hour=0)
    fill(database, site, {first: tally(FEWEST), first + 20 * DAY: tally(FEWEST, 0.95)})
    (raised,) = alarms.look(database, now + 21 * DAY)
    event = json.loads(alarms.body(raised))
    assert event["type"] == "alarm.raised"
    assert event["data"] == {
        "id": raised.id,
        "kind": "scores",
        "attribute": "INSULT",
        "value": round(raised.finding.value, 4),
        "bound": 0.25,
        "model_version": "words-1",
        "began_at": raised.began_at.isoformat(),
    }
