"""Messages to sites as the delivery desk lists them: those that wait, that fail, and that were given up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, select

from moderation.domain import Status
from moderation.store import sight
from moderation.store.outbox import State
from moderation.tables import comments, decisions, deliveries, sites, webhooks

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.desk import Moderator


class Trouble(StrEnum):
    """How a message stands that was not delivered: never tried, tried in vain and tried again, given up."""

    WAITING = "waiting"
    FAILING = "failing"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one endpoint, with what it tells. `is_newest` is false once a later decision was released."""

    id: str
    site_id: int
    site_name: str
    url: str
    is_disabled: bool
    is_removed: bool
    comment_id: int
    external_id: str
    status: Status
    is_newest: bool
    due_at: datetime
    n_attempts: int
    created_at: datetime
    finished_at: datetime | None

    @property
    def host(self) -> str:
        """Name the endpoint's host; the rest of its address may hold what is nobody's business."""
        return urlsplit(self.url).netloc


def messages(
    tx: Connection, who: Moderator, trouble: Trouble, site_id: int | None, limit: int, offset: int = 0
) -> list[Message]:
    """List messages in trouble: those that wait by when they are due, those given up by the newest decision."""
    other = decisions.alias("other")
    later = select(other.c.id).where(
        other.c.comment_id == deliveries.c.comment_id, other.c.sequence > deliveries.c.sequence
    )
    query = _joined(
        deliveries.c.id,
        deliveries.c.site_id,
        sites.c.name,
        webhooks.c.url,
        webhooks.c.disabled_at.is_not(None).label("is_disabled"),
        webhooks.c.removed_at.is_not(None).label("is_removed"),
        deliveries.c.comment_id,
        comments.c.external_id,
        decisions.c.status,
        (~later.exists()).label("is_newest"),
        deliveries.c.due_at,
        deliveries.c.n_attempts,
        deliveries.c.created_at,
        deliveries.c.finished_at,
    )
    query = sight.limited(who, query.where(_stands(trouble)), deliveries, site_id, has_comments=True)
    by_time = (deliveries.c.due_at, deliveries.c.id)
    by_decision = (deliveries.c.sequence.desc(), deliveries.c.id)
    query = query.order_by(*(by_decision if trouble is Trouble.DEAD else by_time))
    return [_message(row) for row in tx.execute(query.limit(limit).offset(offset))]


def n_messages(tx: Connection, who: Moderator, trouble: Trouble, site_id: int | None, most: int) -> int:
    """Count messages in trouble, up to `most`."""
    query = sight.limited(who, select(deliveries.c.id).where(_stands(trouble)), deliveries, site_id)
    return int(tx.execute(select(func.count()).select_from(query.limit(most).subquery())).scalar_one())


def site_of(tx: Connection, who: Moderator, delivery_id: str) -> int | None:
    """Tell whose message it is; None when there is none of this id that someone may see."""
    query = select(deliveries.c.site_id).where(deliveries.c.id == delivery_id)
    return tx.execute(sight.limited(who, query, deliveries)).scalar_one_or_none()


def _joined(*columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(deliveries)
        .join(sites, sites.c.id == deliveries.c.site_id)
        .join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
        .join(comments, comments.c.id == deliveries.c.comment_id)
        .join(decisions, decisions.c.id == deliveries.c.decision_id)
    )


def _stands(trouble: Trouble) -> ColumnElement[bool]:
    """Write how it stands into the statement itself: SQLite knows a partial index by that alone."""
    if trouble is Trouble.DEAD:
        return deliveries.c.state == literal(State.FAILED.value, literal_execute=True)
    is_due = deliveries.c.state == literal(State.DUE.value, literal_execute=True)
    was_tried = deliveries.c.n_attempts > 0
    return and_(is_due, was_tried if trouble is Trouble.FAILING else ~was_tried)


def _message(row: Row[Any]) -> Message:
    values = row._asdict()
    values["site_name"] = values.pop("name")
    return Message(**{**values, "status": Status(row.status)})
