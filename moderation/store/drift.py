"""Drift in the record: days counted once from the feed, and alarms with what endpoints are told of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Connection, and_, func, insert, select, update

from moderation import drift
from moderation.domain import Actor, Status
from moderation.drift import Finding, Kind, Tally
from moderation.learning_tables import alarm_messages, alarms, drift_cursors, score_days
from moderation.store.database import insert_into
from moderation.tables import comments, decisions, revisions, sites

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Ruled:
    """A released decision as days count it."""

    sequence: int
    by: Actor
    status: Status
    is_unscored: bool
    decided_at: datetime
    scores: Mapping[str, float]
    version: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is, or was, beyond what it may be."""

    id: int
    site_id: int
    finding: Finding
    version: str
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    """An alarm on its way to an endpoint."""

    id: str
    alarm: Alarm
    webhook_id: str
    n_attempts: int


def counted_until(tx: Connection, site_id: int) -> int:
    """Tell up to which decision of a site's feed days are counted; 0 where none is."""
    row = tx.execute(select(drift_cursors.c.sequence).where(drift_cursors.c.site_id == site_id)).scalar_one_or_none()
    return row or 0


def uncounted(tx: Connection) -> list[int]:
    """List the sites whose feed goes on beyond what is counted."""
    until = func.coalesce(drift_cursors.c.sequence, 0)
    query = select(sites.c.id).outerjoin(drift_cursors, drift_cursors.c.site_id == sites.c.id)
    return list(tx.execute(query.where(sites.c.last_sequence > until).order_by(sites.c.id)).scalars())


def ruled_after(tx: Connection, site_id: int, sequence: int, limit: int) -> list[Ruled]:
    """List a site's decisions from after one of its feed, with the scores of the revision that they are about."""
    of_revision = and_(revisions.c.comment_id == decisions.c.comment_id, revisions.c.number == decisions.c.revision)
    query = (
        select(
            decisions.c.sequence,
            decisions.c.by,
            decisions.c.status,
            decisions.c.reasons,
            decisions.c.decided_at,
            revisions.c.scores,
            revisions.c.model_version,
            comments.c.language,
        )
        .join(comments, comments.c.id == decisions.c.comment_id)
        .outerjoin(revisions, of_revision)
        .where(decisions.c.site_id == site_id, decisions.c.sequence > sequence)
        .order_by(decisions.c.sequence)
        .limit(limit)
    )
    return [
        Ruled(
            row.sequence,
            Actor(row.by),
            Status(row.status),
            any(reason["note"] is not None for reason in row.reasons),
            row.decided_at,
            row.scores or {},
            row.model_version,
            row.language,
        )
        for row in tx.execute(query)
    ]


def count_on(
    tx: Connection, site_id: int, after: int, until: int, counted: Mapping[tuple[datetime, str], Tally]
) -> bool:
    """Add counts to days and move on to `until`; False, and nothing is done, where somebody else counted from here."""
    fresh = insert_into(tx)(drift_cursors).values(site_id=site_id, sequence=until)
    moved = fresh.on_conflict_do_update(
        index_elements=["site_id"], set_={"sequence": until}, where=drift_cursors.c.sequence == after
    )
    if tx.execute(moved.returning(drift_cursors.c.site_id)).scalar_one_or_none() is None:
        return False
    for (day, version), tally in counted.items():
        one = and_(score_days.c.site_id == site_id, score_days.c.day == day, score_days.c.version == version)
        kept = tx.execute(select(score_days.c.tally).where(one)).scalar_one_or_none()
        if kept is None:
            row = {"site_id": site_id, "day": day, "version": version, "tally": tally.as_document()}
            tx.execute(insert(score_days).values(row))
        else:
            total = drift.together((drift.read(kept), tally))
            tx.execute(update(score_days).where(one).values(tally=total.as_document()))
    return True


def days_of(tx: Connection, site_id: int, version: str) -> dict[datetime, Tally]:
    """Read what was counted of a site under a version, day by day, oldest first."""
    mine = and_(score_days.c.site_id == site_id, score_days.c.version == version)
    rows = tx.execute(select(score_days.c.day, score_days.c.tally).where(mine).order_by(score_days.c.day))
    return {row.day: drift.read(row.tally) for row in rows}


def latest_version(tx: Connection, site_id: int) -> str | None:
    """Name the version under which a site's newest counted day was; None where no day is counted."""
    query = select(score_days.c.version).where(score_days.c.site_id == site_id)
    return tx.execute(
        query.order_by(score_days.c.day.desc(), score_days.c.version.desc()).limit(1)
    ).scalar_one_or_none()


def alarms_on(tx: Connection, site_ids: Collection[int] | None = None) -> list[Alarm]:
    """List the alarms that are on, of some sites or of all, the newest first."""
    query = select(alarms).where(alarms.c.ended_at.is_(None))
    if site_ids is not None:
        query = query.where(alarms.c.site_id.in_(site_ids))
    return [_alarm(row) for row in tx.execute(query.order_by(alarms.c.began_at.desc(), alarms.c.id.desc()))]


def raise_alarm(tx: Connection, site_id: int, finding: Finding, version: str, now: datetime) -> Alarm | None:
    """Raise an alarm; None when it is on already."""
    fresh = insert_into(tx)(alarms).values(
        site_id=site_id,
        kind=finding.kind.value,
        subject=finding.subject,
        version=version,
        value=finding.value,
        bound=finding.bound,
        began_at=now,
    )
    raised = tx.execute(fresh.on_conflict_do_nothing().returning(alarms.c.id)).scalar_one_or_none()
    return None if raised is None else Alarm(raised, site_id, finding, version, now, None)


def end_alarm(tx: Connection, alarm_id: int, now: datetime) -> None:
    """End an alarm."""
    tx.execute(update(alarms).where(alarms.c.id == alarm_id, alarms.c.ended_at.is_(None)).values(ended_at=now))


def tell(tx: Connection, alarm: Alarm, webhook_ids: Collection[str], now: datetime) -> None:
    """Have endpoints told of an alarm."""
    rows = [{"id": f"msg_{uuid4().hex}", "alarm_id": alarm.id, "webhook_id": one, "due_at": now} for one in webhook_ids]
    if rows:
        tx.execute(insert(alarm_messages), rows)


def has_due(tx: Connection, now: datetime) -> bool:
    """Tell whether a message about an alarm is to be sent."""
    due = select(alarm_messages.c.id).where(alarm_messages.c.finished_at.is_(None), alarm_messages.c.due_at <= now)
    return tx.execute(due.limit(1)).scalar_one_or_none() is not None


def claim(tx: Connection, now: datetime, until: datetime, limit: int) -> list[Message]:
    """Take messages that are due; nobody else takes them before `until`."""
    due = select(alarm_messages.c.id).where(alarm_messages.c.finished_at.is_(None), alarm_messages.c.due_at <= now)
    due = due.order_by(alarm_messages.c.due_at).limit(limit).with_for_update(skip_locked=True)
    ids = list(tx.execute(due).scalars())
    mine = alarm_messages.c.id.in_(ids)
    tx.execute(update(alarm_messages).where(mine).values(due_at=until, n_attempts=alarm_messages.c.n_attempts + 1))
    query = select(
        alarms, alarm_messages.c.id.label("message"), alarm_messages.c.webhook_id, alarm_messages.c.n_attempts
    )
    rows = tx.execute(query.join(alarm_messages, alarm_messages.c.alarm_id == alarms.c.id).where(mine))
    return [Message(row.message, _alarm(row), row.webhook_id, row.n_attempts) for row in rows]


def settle(tx: Connection, message_id: str, due_at: datetime | None, error: str | None, now: datetime) -> None:
    """Keep how an attempt ended: it is tried again at `due_at`, or is over."""
    changes: dict[str, Any] = {"last_error": error}
    changes |= {"finished_at": now} if due_at is None else {"due_at": due_at}
    tx.execute(update(alarm_messages).where(alarm_messages.c.id == message_id).values(changes))


def _alarm(row: Any) -> Alarm:
    finding = Finding(Kind(row.kind), row.subject, row.value, row.bound)
    return Alarm(row.id, row.site_id, finding, row.version, row.began_at, row.ended_at)
