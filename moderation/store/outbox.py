"""The outbox: deliveries due to sites' webhooks, and every attempt at one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Connection, Row, and_, bindparam, exists, insert, or_, select, update

from moderation.tables import attempts, deliveries, webhooks
from moderation.webhooks import EVENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from moderation.domain import Decision


class State(StrEnum):
    """Where a delivery stands."""

    DUE = "DUE"
    DELIVERED = "DELIVERED"
    SUPERSEDED = "SUPERSEDED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Telling one endpoint one decision. `id` is the webhook-id, the same over all attempts and replays."""

    id: str
    webhook_id: str
    site_id: int
    decision_id: str
    sequence: int
    event: str
    state: State
    due_at: datetime
    n_attempts: int
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a delivery: a status code, or an error when no answer came."""

    delivery_id: str
    at: datetime
    milliseconds: int
    status_code: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt means for its delivery; `due_at` is the next try's time while it is DUE still."""

    attempt: Attempt
    state: State
    due_at: datetime


def put(tx: Connection, released: Sequence[Decision], comment_ids: Mapping[str, int]) -> int:
    """Write deliveries of released decisions to every endpoint that wants them; return how many.

    A newer decision supersedes what was not yet delivered about the same comment.
    """
    site_ids = {decision.site_id for decision in released}
    listening = tx.execute(
        select(webhooks.c.id, webhooks.c.site_id, webhooks.c.events).where(
            webhooks.c.site_id.in_(site_ids), webhooks.c.removed_at.is_(None), webhooks.c.disabled_at.is_(None)
        )
    ).all()
    _supersede(tx, list(comment_ids.values()), released[0].released_at)
    rows = [
        _due(decision, comment_ids[decision.id], endpoint.id)
        for decision in released
        for endpoint in listening
        if endpoint.site_id == decision.site_id and EVENTS[decision.status] in endpoint.events
    ]
    if rows:
        tx.execute(insert(deliveries), rows)
    return len(rows)


def _supersede(tx: Connection, comment_ids: Sequence[int], now: datetime | None) -> None:
    older = and_(deliveries.c.comment_id.in_(comment_ids), deliveries.c.state == State.DUE.value)
    due = tx.execute(select(deliveries.c.id).where(older).order_by(deliveries.c.id).with_for_update()).scalars().all()
    if due:
        superseded = {"state": State.SUPERSEDED.value, "finished_at": now, "claim_token": None}
        tx.execute(update(deliveries).where(deliveries.c.id.in_(due)).values(**superseded))


def claim_due(
    tx: Connection, token: str, places: Mapping[str, int], default_places: int, now: datetime, lease: timedelta
) -> list[Delivery]:
    """Claim deliveries that are due, for each endpoint at most its free places, oldest first.

    Args:
        tx: the transaction.
        token: names the claimer.
        places: free places by endpoint id, for endpoints that are busy.
        default_places: free places of every other endpoint.
        now: the time.
        lease: how long nobody else gets them.
    """
    claimed: list[Delivery] = []
    for endpoint_id in tx.execute(_endpoints_with_due(now)).scalars().all():
        free = places.get(endpoint_id, default_places)
        if free > 0:
            claimed += _claim_of(tx, endpoint_id, token, free, now, lease)
    return claimed


def _claim_of(
    tx: Connection, endpoint_id: str, token: str, limit: int, now: datetime, lease: timedelta
) -> list[Delivery]:
    chosen = select(deliveries.c.id).where(deliveries.c.webhook_id == endpoint_id, _is_claimable(now))
    chosen = chosen.order_by(deliveries.c.due_at, deliveries.c.sequence).limit(limit).with_for_update(skip_locked=True)
    once = chosen.cte("chosen")  # a plain subquery may be run again for each row, and then exceeds its limit
    claim = update(deliveries).where(deliveries.c.id.in_(select(once.c.id)))
    rows = tx.execute(claim.values(claim_token=token, claimed_until=now + lease).returning(*_COLUMNS))
    return sorted((_delivery(row) for row in rows), key=lambda delivery: delivery.sequence)


def has_due(tx: Connection, now: datetime) -> bool:
    """Tell whether any delivery waits to be sent."""
    return tx.execute(_endpoints_with_due(now).limit(1)).first() is not None


def settle(tx: Connection, token: str, outcomes: Sequence[Outcome]) -> None:
    """Record attempts, and what they mean for deliveries that are still claimed by `token`."""
    if not outcomes:
        return
    tried = [outcome.attempt for outcome in outcomes]
    tx.execute(
        insert(attempts),
        [
            {
                "delivery_id": attempt.delivery_id,
                "at": attempt.at,
                "milliseconds": attempt.milliseconds,
                "status_code": attempt.status_code,
                "error": attempt.error,
            }
            for attempt in tried
        ],
    )
    mine = and_(deliveries.c.id == bindparam("of_delivery"), deliveries.c.claim_token == token)
    settled = update(deliveries).where(mine, deliveries.c.state == State.DUE.value)
    tx.execute(
        settled.values(
            state=bindparam("new_state"),
            due_at=bindparam("next_at"),
            finished_at=bindparam("ended_at"),
            n_attempts=deliveries.c.n_attempts + 1,
            claim_token=None,
            claimed_until=None,
        ),
        [
            {
                "of_delivery": outcome.attempt.delivery_id,
                "new_state": outcome.state.value,
                "next_at": outcome.due_at,
                "ended_at": None if outcome.state is State.DUE else outcome.attempt.at,
            }
            for outcome in sorted(outcomes, key=lambda outcome: outcome.attempt.delivery_id)  # as everyone locks them
        ],
    )


def give_back(tx: Connection, token: str) -> None:
    """Let go of everything claimed by `token` that was not tried."""
    mine = and_(deliveries.c.claim_token == token, deliveries.c.state == State.DUE.value)
    tx.execute(update(deliveries).where(mine).values(claim_token=None, claimed_until=None))


def find(tx: Connection, site_id: int, delivery_id: str) -> Delivery | None:
    """Look a delivery of the site up."""
    query = select(*_COLUMNS).where(deliveries.c.id == delivery_id, deliveries.c.site_id == site_id)
    row = tx.execute(query).one_or_none()
    return None if row is None else _delivery(row)


def of_decision(tx: Connection, decision_id: str) -> list[Delivery]:
    """List the deliveries of one decision to endpoints that are still there, by id."""
    query = select(*_COLUMNS).join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
    query = query.where(deliveries.c.decision_id == decision_id, webhooks.c.removed_at.is_(None))
    return [_delivery(row) for row in tx.execute(query.order_by(deliveries.c.id))]


def of_site(
    tx: Connection,
    site_id: int,
    *,
    before: Delivery | None,
    limit: int,
    webhook_id: str | None = None,
    state: State | None = None,
) -> list[Delivery]:
    """List a site's deliveries, the newest decisions first, going on after the delivery `before`."""
    query = select(*_COLUMNS).where(deliveries.c.site_id == site_id)
    if before is not None:
        is_older = deliveries.c.sequence < before.sequence
        is_next = and_(deliveries.c.sequence == before.sequence, deliveries.c.id < before.id)
        query = query.where(or_(is_older, is_next))
    if webhook_id is not None:
        query = query.where(deliveries.c.webhook_id == webhook_id)
    if state is not None:
        query = query.where(deliveries.c.state == state.value)
    rows = tx.execute(query.order_by(deliveries.c.sequence.desc(), deliveries.c.id.desc()).limit(limit))
    return [_delivery(row) for row in rows]


def attempts_at(tx: Connection, delivery_ids: Sequence[str]) -> dict[str, list[Attempt]]:
    """List the attempts at deliveries, oldest first, by delivery id."""
    found: dict[str, list[Attempt]] = {delivery_id: [] for delivery_id in delivery_ids}
    columns = (attempts.c.delivery_id, attempts.c.at, attempts.c.milliseconds, attempts.c.status_code, attempts.c.error)
    for row in tx.execute(select(*columns).where(attempts.c.delivery_id.in_(delivery_ids)).order_by(attempts.c.id)):
        found[row.delivery_id].append(Attempt(*row))
    return found


def replay(tx: Connection, delivery_id: str, now: datetime) -> None:
    """Make a delivery due again, with the same webhook-id and a fresh schedule."""
    fresh = {
        "state": State.DUE.value,
        "due_at": now,
        "n_attempts": 0,
        "finished_at": None,
        "claim_token": None,
        "claimed_until": None,
    }
    tx.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**fresh))


_COLUMNS = tuple(
    deliveries.c[name]
    for name in (
        "id",
        "webhook_id",
        "site_id",
        "decision_id",
        "sequence",
        "event",
        "state",
        "due_at",
        "n_attempts",
        "created_at",
        "finished_at",
    )
)


def _is_claimable(now: datetime) -> Any:
    is_free = or_(deliveries.c.claimed_until.is_(None), deliveries.c.claimed_until <= now)
    return and_(deliveries.c.state == State.DUE.value, deliveries.c.due_at <= now, is_free)


def _endpoints_with_due(now: datetime) -> Any:
    is_open = and_(webhooks.c.disabled_at.is_(None), webhooks.c.removed_at.is_(None))
    due = exists().where(deliveries.c.webhook_id == webhooks.c.id, _is_claimable(now))
    return select(webhooks.c.id).where(is_open, due)


def _due(decision: Decision, comment_id: int, webhook_id: str) -> dict[str, Any]:
    return {
        "id": f"msg_{uuid4().hex}",
        "webhook_id": webhook_id,
        "site_id": decision.site_id,
        "comment_id": comment_id,
        "decision_id": decision.id,
        "sequence": decision.sequence,
        "event": EVENTS[decision.status],
        "state": State.DUE.value,
        "due_at": decision.released_at,
        "created_at": decision.released_at,
    }


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**{**row._asdict(), "state": State(row.state)})
