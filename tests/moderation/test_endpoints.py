"""Webhook endpoints of a site."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import endpoints, tables
from moderation.endpoints import ALL_EVENTS
from moderation.errors import InvalidSetting, InvalidWebhook, UnknownDelivery, UnknownWebhook
from moderation.store import outbox
from moderation.store import webhooks as store
from moderation.store.outbox import Attempt, Delivery, Outcome, State

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site
    from moderation.store.webhooks import Endpoint

URL = "https://news.example/hook"


@pytest.fixture
def endpoint(database: Database, site: Site, secret: str, now: datetime) -> Endpoint:
    return endpoints.add(database, site.id, URL, ALL_EVENTS, secret, [], now)[0]


@pytest.fixture
def change(database: Database, site: Site, endpoint: Endpoint, now: datetime) -> Callable[..., Endpoint]:
    def apply(**changes: Any) -> Endpoint:
        nothing: dict[str, Any] = {"url": None, "events": None, "is_enabled": None}
        return endpoints.change(database, site.id, endpoint.id, **{**nothing, **changes}, allowed=[], now=now)

    return apply


def found(database: Database, site: Site, endpoint: Endpoint) -> Endpoint | None:
    with database.reading() as tx:
        return store.find(tx, site.id, endpoint.id)


def delivered(database: Database, site: Site, now: datetime, state: State) -> Delivery:
    with database.writing() as tx:
        (sent,) = outbox.claim_due(tx, "token", {}, 9, now, timedelta(seconds=75))
        outbox.settle(tx, "token", [Outcome(Attempt(sent.id, now, 12, 500, None), state, now)])
        return outbox.of_site(tx, site.id, before=None, limit=1)[0]


def test_an_endpoint_is_kept_and_its_secret_only_sealed(
    database: Database, site: Site, secret: str, now: datetime
) -> None:
    endpoint, signing = endpoints.add(database, site.id, URL, ["comment.held", "comment.held"], secret, [], now)
    assert found(database, site, endpoint) == endpoint
    assert endpoint.events == ("comment.held",)
    assert signing.startswith("whsec_")
    assert signing not in endpoint.sealed_secret
    assert endpoints.signing_secrets(endpoint, secret, now) == [signing]


def test_a_bad_endpoint_is_not_kept(database: Database, site: Site, secret: str, now: datetime) -> None:
    with pytest.raises(InvalidWebhook):
        endpoints.add(database, site.id, "http://news.example", ALL_EVENTS, secret, [], now)
    with pytest.raises(InvalidWebhook):
        endpoints.add(database, site.id, URL, ["comment.liked"], secret, [], now)
    with database.reading() as tx:
        assert store.of_site(tx, site.id) == []


def test_plain_http_is_for_allowed_networks(database: Database, site: Site, secret: str, now: datetime) -> None:
    allowed = [ip_network("127.0.0.0/8")]
    assert endpoints.add(database, site.id, "http://127.0.0.1:9000/", ALL_EVENTS, secret, allowed, now)


def test_what_is_given_is_changed_and_the_rest_left(
    database: Database, site: Site, endpoint: Endpoint, change: Callable[..., Endpoint]
) -> None:
    changed = change(url="https://news.example/new")
    assert (changed.url, changed.events) == ("https://news.example/new", endpoint.events)
    changed = change(events=["comment.held"])
    assert (changed.url, changed.events) == ("https://news.example/new", ("comment.held",))
    assert found(database, site, endpoint) == changed
    assert change() == changed


def test_an_endpoint_can_be_switched_off_and_on(
    database: Database, site: Site, endpoint: Endpoint, change: Callable[..., Endpoint], now: datetime
) -> None:
    off = change(is_enabled=False)
    assert (off.disabled_at, off.disabled_because) == (now, "by the site")
    on = change(is_enabled=True)
    assert (on.disabled_at, on.disabled_because) == (None, None)
    assert found(database, site, endpoint) == on


@pytest.mark.parametrize("bad", [{"url": "ftp://x"}, {"events": []}])
def test_a_bad_change_changes_nothing(
    database: Database, site: Site, endpoint: Endpoint, change: Callable[..., Endpoint], bad: dict[str, Any]
) -> None:
    with pytest.raises(InvalidWebhook):
        change(is_enabled=False, **bad)
    assert found(database, site, endpoint) == endpoint


def test_for_a_day_after_a_rotation_both_secrets_are_in_force(
    database: Database, site: Site, secret: str, now: datetime
) -> None:
    endpoint, former = endpoints.add(database, site.id, URL, ALL_EVENTS, secret, [], now)
    new = endpoints.rotate(database, site.id, endpoint.id, secret, now)
    rotated = found(database, site, endpoint)
    assert rotated is not None
    assert endpoints.signing_secrets(rotated, secret, now + timedelta(hours=23)) == [new, former]
    assert endpoints.signing_secrets(rotated, secret, now + timedelta(hours=24)) == [new]


def test_another_server_secret_unseals_nothing(endpoint: Endpoint, now: datetime) -> None:
    with pytest.raises(InvalidSetting, match="OMBUDS_SECRET"):
        endpoints.signing_secrets(endpoint, "another-secret-of-thirty-two-characters", now)


def test_a_removed_endpoint_is_gone_with_its_secrets_and_what_was_due(
    database: Database,
    site: Site,
    endpoint: Endpoint,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    decide(accept())
    endpoints.remove(database, site.id, endpoint.id, now)
    assert found(database, site, endpoint) is None
    with database.reading() as tx:
        assert tx.execute(select(tables.webhooks.c.sealed_secret)).scalar_one() == ""
        assert not outbox.has_due(tx, now)
        (left,) = outbox.of_site(tx, site.id, before=None, limit=10)
    assert (left.state, left.finished_at) == (State.FAILED, now)


@pytest.mark.parametrize("state", [State.DELIVERED, State.FAILED])
def test_a_delivery_is_sent_again_under_the_same_webhook_id(
    database: Database,
    site: Site,
    endpoint: Endpoint,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
    state: State,
) -> None:
    decide(accept())
    before = delivered(database, site, now, state)
    later = now + timedelta(days=2)
    replayed, tried = endpoints.replay(database, site.id, before.id, later)
    assert (replayed.id, replayed.state, replayed.due_at, replayed.n_attempts) == (before.id, State.DUE, later, 0)
    assert [attempt.status_code for attempt in tried] == [500]
    with database.writing() as tx:
        (due,) = outbox.claim_due(tx, "again", {}, 9, later, timedelta(seconds=75))
    assert due == replayed
    assert due.webhook_id == endpoint.id


def test_a_delivery_to_a_removed_endpoint_is_not_sent_again(
    database: Database,
    site: Site,
    endpoint: Endpoint,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    decide(accept())
    before = delivered(database, site, now, State.DELIVERED)
    endpoints.remove(database, site.id, endpoint.id, now)
    with pytest.raises(UnknownWebhook):
        endpoints.replay(database, site.id, before.id, now)


def test_what_another_site_has_is_unknown(
    database: Database,
    endpoint: Endpoint,
    add_site: Callable[[str], tuple[Site, str]],
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    site: Site,
    secret: str,
    now: datetime,
) -> None:
    decide(accept())
    delivery = delivered(database, site, now, State.DELIVERED)
    other, _ = add_site("other.example")
    with pytest.raises(UnknownDelivery):
        endpoints.replay(database, other.id, delivery.id, now)
    with pytest.raises(UnknownWebhook):
        endpoints.rotate(database, other.id, endpoint.id, secret, now)
    with pytest.raises(UnknownWebhook):
        endpoints.remove(database, other.id, endpoint.id, now)
    with pytest.raises(UnknownWebhook):
        endpoints.change(database, other.id, endpoint.id, url=URL, events=None, is_enabled=None, allowed=[], now=now)


def test_every_act_is_audited_without_secrets(
    database: Database, site: Site, endpoint: Endpoint, change: Callable[..., Endpoint], secret: str, now: datetime
) -> None:
    change(is_enabled=False)
    signing = endpoints.rotate(database, site.id, endpoint.id, secret, now)
    endpoints.remove(database, site.id, endpoint.id, now)
    with database.reading() as tx:
        entries = tx.execute(select(tables.audit).where(tables.audit.c.subject == endpoint.id)).all()
    assert [entry.action for entry in entries] == [
        "webhook.added",
        "webhook.changed",
        "webhook.rotated",
        "webhook.removed",
    ]
    assert signing not in str(entries)
