"""Webhook endpoints of a site: adding, changing, rotating secrets, removing, replaying deliveries."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moderation import keys, webhooks
from moderation.errors import InvalidSetting, UnknownDelivery, UnknownWebhook
from moderation.store import audit, outbox
from moderation.store import webhooks as store
from moderation.store.webhooks import Endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from moderation.settings import Network
    from moderation.store.database import Database
    from moderation.store.outbox import Attempt, Delivery

FORMER_SECRET_LASTS = timedelta(hours=24)
"""How long deliveries are signed with the former secret too after a rotation."""

ALL_EVENTS = tuple(webhooks.EVENTS.values())


def add(
    database: Database,
    site_id: int,
    url: str,
    events: Sequence[str],
    secret: str,
    allowed: Sequence[Network],
    now: datetime,
) -> tuple[Endpoint, str]:
    """Add an endpoint; its signing secret is shown now and at a rotation, never else.

    Raises:
        InvalidWebhook: the address or the event filter may not be.
    """
    webhooks.check_url(url, allowed)
    webhooks.check_events(events)
    signing = webhooks.new_secret()
    endpoint = Endpoint(
        id=f"wh_{uuid4().hex}",
        site_id=site_id,
        url=url,
        events=tuple(dict.fromkeys(events)),
        sealed_secret=keys.seal(signing, secret),
        sealed_former_secret=None,
        former_until=None,
        created_at=now,
        disabled_at=None,
        disabled_because=None,
    )
    with database.writing() as tx:
        store.add(tx, endpoint)
        audit.log(tx, f"site {site_id}", "webhook.added", endpoint.id, now)
    return endpoint, signing


def change(
    database: Database,
    site_id: int,
    endpoint_id: str,
    *,
    url: str | None,
    events: Sequence[str] | None,
    is_enabled: bool | None,
    allowed: Sequence[Network],
    now: datetime,
) -> Endpoint:
    """Change what is given, leave what is None.

    Raises:
        UnknownWebhook: the site has no such endpoint.
        InvalidWebhook: the address or the event filter may not be.
    """
    changes: dict[str, Any] = {}
    if url is not None:
        webhooks.check_url(url, allowed)
        changes["url"] = url
    if events is not None:
        webhooks.check_events(events)
        changes["events"] = list(dict.fromkeys(events))
    if is_enabled is not None:
        changes |= (
            {"disabled_at": None, "disabled_because": None}
            if is_enabled
            else {"disabled_at": now, "disabled_because": "by the site"}
        )
    with database.writing() as tx:
        endpoint = _found(tx, site_id, endpoint_id)
        if changes:
            store.change(tx, endpoint_id, **changes)
            audit.log(tx, f"site {site_id}", "webhook.changed", endpoint_id, now, {"changed": sorted(changes)})
    if "events" in changes:
        changes["events"] = tuple(changes["events"])
    return replace(endpoint, **changes)


def rotate(database: Database, site_id: int, endpoint_id: str, secret: str, now: datetime) -> str:
    """Give an endpoint a new signing secret; for a day deliveries are signed with the former one too.

    Raises:
        UnknownWebhook: the site has no such endpoint.
    """
    signing = webhooks.new_secret()
    with database.writing() as tx:
        endpoint = _found(tx, site_id, endpoint_id)
        store.change(
            tx,
            endpoint_id,
            sealed_secret=keys.seal(signing, secret),
            sealed_former_secret=endpoint.sealed_secret,
            former_until=now + FORMER_SECRET_LASTS,
        )
        audit.log(tx, f"site {site_id}", "webhook.rotated", endpoint_id, now)
    return signing


def remove(database: Database, site_id: int, endpoint_id: str, now: datetime) -> None:
    """Remove an endpoint; nothing more is sent to it.

    Raises:
        UnknownWebhook: the site has no such endpoint.
    """
    with database.writing() as tx:
        _found(tx, site_id, endpoint_id)
        store.remove(tx, endpoint_id, now)
        audit.log(tx, f"site {site_id}", "webhook.removed", endpoint_id, now)


def signing_secrets(endpoint: Endpoint, secret: str, now: datetime) -> list[str]:
    """Unseal the secrets in force at a time, the current one first.

    Raises:
        InvalidSetting: the current one was sealed under another server secret.
    """
    in_force = [keys.unseal(endpoint.sealed_secret, secret)]
    if endpoint.sealed_former_secret and endpoint.former_until and now < endpoint.former_until:
        with suppress(InvalidSetting):  # sealed under another server secret: it can sign nothing more
            in_force.append(keys.unseal(endpoint.sealed_former_secret, secret))
    return in_force


def replay(
    database: Database, site_id: int, delivery_id: str, now: datetime, by: str | None = None
) -> tuple[Delivery, list[Attempt]]:
    """Send a delivery again, whatever became of it, under the same webhook-id; `by` names who asked, else the site.

    Raises:
        UnknownDelivery: the site has no such delivery.
        UnknownWebhook: its endpoint was removed.
    """
    with database.writing() as tx:
        delivery = outbox.find(tx, site_id, delivery_id)
        if delivery is None:
            raise UnknownDelivery(delivery_id)
        _found(tx, site_id, delivery.webhook_id)
        outbox.replay(tx, delivery_id, now)
        audit.log(tx, by or f"site {site_id}", "delivery.replayed", delivery_id, now)
        tried = outbox.attempts_at(tx, [delivery_id])[delivery_id]
    return replace(delivery, state=outbox.State.DUE, due_at=now, n_attempts=0, finished_at=None), tried


def _found(tx: Connection, site_id: int, endpoint_id: str) -> Endpoint:
    endpoint = store.find(tx, site_id, endpoint_id)
    if endpoint is None:
        raise UnknownWebhook(endpoint_id)
    return endpoint
