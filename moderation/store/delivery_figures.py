"""Counting messages to sites: delivered at once, later or not at all, how fast, and how each endpoint does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, and_, case, func, null, or_, select

from moderation.store import sight
from moderation.store.figures import first_since, moment, rounded, seconds_between, seconds_of, slot_of
from moderation.store.outbox import State
from moderation.tables import decisions, deliveries, sites, webhooks

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from moderation.desk import Moderator
    from moderation.store.figures import Asked


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages of a slot that are alike. `seconds` from the decision's release until delivered, to two digits."""

    slot: datetime
    state: State
    is_first_time: bool
    seconds: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint does: messages that wait, those among them that failed before, and since when the oldest."""

    id: str
    site_name: str
    url: str
    disabled_at: datetime | None
    disabled_because: str | None
    n_waiting: int
    n_failing: int
    oldest_at: datetime | None

    @property
    def host(self) -> str:
        """Name its host; the rest of an address may hold what is nobody's business."""
        return urlsplit(self.url).netloc

    @property
    def is_well(self) -> bool:
        """Tell whether nobody needs to look at it."""
        return self.disabled_at is None and self.n_failing == 0


def sent(tx: Connection, asked: Asked) -> list[Sent]:
    """Count the messages that were put into the outbox, by what became of them."""
    of_sites = select(sites.c.id).where(*sight.of_sites(asked.who, sites.c.id, asked.site_id))
    begins = {site_id: _first_sequence(tx, site_id, asked.since) for site_id in tx.execute(of_sites).scalars()}
    if not begins:
        return []
    slot = slot_of(tx, deliveries.c.created_at, by_hour=asked.by_hour)
    is_delivered = deliveries.c.state == State.DELIVERED.value
    is_first_time = case((and_(is_delivered, deliveries.c.n_attempts == 1), 1), else_=0)
    took = rounded(tx, seconds_between(tx, deliveries.c.created_at, deliveries.c.finished_at))
    parts = [slot, deliveries.c.state, is_first_time, case((is_delivered, took), else_=null())]
    named = [part.label(name) for part, name in zip(parts, ("slot", "state", "first_time", "seconds"), strict=True)]
    since = [and_(deliveries.c.site_id == site_id, deliveries.c.sequence >= n) for site_id, n in begins.items()]
    came = (deliveries.c.created_at >= asked.since, deliveries.c.created_at < asked.until)
    query = select(*named).where(or_(*since), *came)
    rows = sight.limited(asked.who, query, deliveries, asked.site_id).subquery()
    counted = select(*rows.c, func.count().label("n")).group_by(*rows.c)
    return [
        Sent(moment(row.slot), State(row.state), bool(row.first_time), _seconds(row.seconds), row.n)
        for row in tx.execute(counted)
    ]


def _seconds(written: str | None) -> float | None:
    return None if written is None else seconds_of(written)


def health(tx: Connection, who: Moderator, site_id: int | None = None) -> list[Health]:
    """Tell how each endpoint of the sites that someone sees does, by site and address."""
    due = (
        select(
            deliveries.c.webhook_id,
            func.count().label("n_waiting"),
            func.sum(case((deliveries.c.n_attempts > 0, 1), else_=0)).label("n_failing"),
            func.min(deliveries.c.created_at).label("oldest_at"),
        )
        .where(deliveries.c.state == State.DUE.value)
        .group_by(deliveries.c.webhook_id)
        .subquery()
    )
    query = (
        select(
            webhooks.c.id,
            sites.c.name,
            webhooks.c.url,
            webhooks.c.disabled_at,
            webhooks.c.disabled_because,
            func.coalesce(due.c.n_waiting, 0),
            func.coalesce(due.c.n_failing, 0),
            due.c.oldest_at,
        )
        .join(sites, sites.c.id == webhooks.c.site_id)
        .outerjoin(due, due.c.webhook_id == webhooks.c.id)
        .where(webhooks.c.removed_at.is_(None), *sight.of_sites(who, webhooks.c.site_id, site_id))
    )
    return [Health(*row) for row in tx.execute(query.order_by(sites.c.name, webhooks.c.url, webhooks.c.id))]


def _first_sequence(tx: Connection, site_id: int, since: datetime) -> int:
    mine: list[ColumnElement[bool]] = [decisions.c.site_id == site_id, decisions.c.sequence.is_not(None)]
    sequence: Any = decisions.c.sequence
    return first_since(tx, sequence, decisions.c.released_at, since, *mine)
