"""Webhook endpoints in the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, insert, select, update

from moderation.tables import deliveries, webhooks

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a site wants to hear of decisions. Secrets are sealed; a former one stays in force until `former_until`."""

    id: str
    site_id: int
    url: str
    events: tuple[str, ...]
    sealed_secret: str
    sealed_former_secret: str | None
    former_until: datetime | None
    created_at: datetime
    disabled_at: datetime | None
    disabled_because: str | None
    removed_at: datetime | None = None


def add(tx: Connection, endpoint: Endpoint) -> None:
    """Add an endpoint."""
    row = {name: getattr(endpoint, name) for name in webhooks.c.keys()}  # noqa: SIM118  columns, not a dictionary
    tx.execute(insert(webhooks).values({**row, "events": list(endpoint.events)}))


def find(tx: Connection, site_id: int, endpoint_id: str) -> Endpoint | None:
    """Look an endpoint of the site up."""
    mine = (webhooks.c.id == endpoint_id) & (webhooks.c.site_id == site_id) & webhooks.c.removed_at.is_(None)
    row = tx.execute(select(webhooks).where(mine)).one_or_none()
    return None if row is None else _endpoint(row)


def of_site(tx: Connection, site_id: int) -> list[Endpoint]:
    """List a site's endpoints, oldest first."""
    mine = (webhooks.c.site_id == site_id) & webhooks.c.removed_at.is_(None)
    rows = tx.execute(select(webhooks).where(mine).order_by(webhooks.c.created_at, webhooks.c.id))
    return [_endpoint(row) for row in rows]


def by_ids(tx: Connection, ids: list[str]) -> dict[str, Endpoint]:
    """Look endpoints up by their ids."""
    return {row.id: _endpoint(row) for row in tx.execute(select(webhooks).where(webhooks.c.id.in_(ids)))}


def change(tx: Connection, endpoint_id: str, **changes: Any) -> None:
    """Change an endpoint's columns."""
    tx.execute(update(webhooks).where(webhooks.c.id == endpoint_id).values(**changes))


def remove(tx: Connection, endpoint_id: str, now: datetime) -> None:
    """Remove an endpoint and its secrets. The row stays, so that the log of its attempts does too."""
    change(tx, endpoint_id, removed_at=now, sealed_secret="", sealed_former_secret=None, former_until=None)
    left = (deliveries.c.webhook_id == endpoint_id) & (deliveries.c.state == "DUE")
    tx.execute(update(deliveries).where(left).values(state="FAILED", finished_at=now))


def _endpoint(row: Row[Any]) -> Endpoint:
    values = row._asdict()
    return Endpoint(**{**values, "events": tuple(values["events"])})
