"""Watching for drift: days counted from the feed, compared with a version's first fortnight, and alarms about it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from moderation import drift, webhooks
from moderation.domain import Actor, Status
from moderation.drift import Finding, Tally
from moderation.store import audit, sites
from moderation.store import drift as store
from moderation.store import webhooks as endpoints

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from moderation.store.database import Database
    from moderation.store.drift import Alarm, Ruled

CHUNK = 500
"""Decisions counted at a time: some tens of milliseconds, so that the sweep is never kept from its releases."""

REFERENCE = timedelta(days=14)
"""A version's first days on a site are what it is compared with: it was promoted upon how it did then."""

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Watch:
    """How a site does under the version that decides: what was compared, and the alarms that are on."""

    version: str | None
    reference: Tally
    lately: Tally
    findings: tuple[Finding, ...]
    alarms: tuple[Alarm, ...]


def count(database: Database) -> int:
    """Count what the feeds of all sites have new, a chunk of each; return how many decisions that were."""
    n = 0
    with database.reading() as tx:
        behind = store.uncounted(tx)
    for site_id in behind:
        with database.reading() as tx:
            after = store.counted_until(tx, site_id)
            ruled = store.ruled_after(tx, site_id, after, CHUNK)
        if not ruled:
            continue
        counted = _counted(ruled)
        with database.writing() as tx:
            n += len(ruled) if store.count_on(tx, site_id, after, ruled[-1].sequence, counted) else 0
    return n


def watch(tx: Connection, site_id: int, now: datetime) -> Watch:
    """Compare what came in lately with the version's first days on a site; nothing is found until these are over."""
    version = store.latest_version(tx, site_id)
    days = {} if version is None else store.days_of(tx, site_id, version)
    first = min(days, default=now)
    until = first + REFERENCE
    lately = max(until, _midnight(now) - LATELY)
    reference = drift.together(tally for day, tally in days.items() if day < until)
    recent = drift.together(tally for day, tally in days.items() if day >= lately)
    return Watch(
        version, reference, recent, tuple(drift.compare(reference, recent)), tuple(store.alarms_on(tx, [site_id]))
    )


def look(database: Database, now: datetime) -> list[Alarm]:
    """Raise the alarms that are called for on any site, end those that are over; return the raised ones."""
    raised: list[Alarm] = []
    with database.reading() as tx:
        names = sites.everyone(tx)
    for site in names:
        with database.reading() as tx:
            watched = watch(tx, site.id, now)
        is_new = any(finding.is_alarming for finding in watched.findings)
        if is_new or watched.alarms:
            with database.writing() as tx:
                raised += _settle(tx, site.id, watched, now)
    return raised


def body(alarm: Alarm) -> str:
    """Write what an endpoint is told of an alarm; numbers alone."""
    told = {
        "id": alarm.id,
        "kind": alarm.finding.kind.value,
        "attribute": alarm.finding.subject or None,
        "value": round(alarm.finding.value, 4),
        "bound": alarm.finding.bound,
        "model_version": alarm.version,
        "began_at": alarm.began_at.isoformat(),
    }
    event = {"type": webhooks.ALARM, "timestamp": alarm.began_at.isoformat(), "data": told}
    return json.dumps(event, separators=(",", ":"))


def _settle(tx: Connection, site_id: int, watched: Watch, now: datetime) -> list[Alarm]:
    found = {(one.kind, one.subject): one for one in watched.findings}
    for alarm in watched.alarms:
        finding = found.get((alarm.finding.kind, alarm.finding.subject))
        is_of_before = alarm.version != watched.version
        if is_of_before or (finding is not None and finding.is_calm):
            store.end_alarm(tx, alarm.id, now)
            audit.log(tx, "sweep", "alarm.ended", f"alarm {alarm.id}", now, {"kind": alarm.finding.kind.value})
    raised = []
    listeners = [
        one.id for one in endpoints.of_site(tx, site_id) if one.disabled_at is None and webhooks.ALARM in one.events
    ]
    for finding in watched.findings:
        if not finding.is_alarming:
            continue
        rung = store.raise_alarm(tx, site_id, finding, watched.version or "", now)
        if rung is not None:
            details = {"kind": finding.kind.value, "subject": finding.subject, "value": round(finding.value, 4)}
            audit.log(tx, "sweep", "alarm.raised", f"alarm {rung.id}", now, details)
            store.tell(tx, rung, listeners, now)
            raised.append(rung)
    return raised


def _counted(ruled: list[Ruled]) -> Mapping[tuple[datetime, str], Tally]:
    counted: dict[tuple[datetime, str], Tally] = defaultdict(Tally)
    for one in ruled:
        if one.version is None:
            continue
        tally = counted[_midnight(one.decided_at), one.version]
        if one.by is Actor.POLICY:
            tally.judged(one.scores, one.language, is_unscored=one.is_unscored)
        elif one.by is Actor.MODERATOR and one.status in {Status.APPROVED, Status.REJECTED}:
            tally.answered(one.scores, is_rejected=one.status is Status.REJECTED)
    return counted


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
