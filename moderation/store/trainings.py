"""Training runs in the record: who asked, who works at them, how far they are, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, or_, select, update

from moderation.learning_tables import trainings
from moderation.tables import labels, sites

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta


class State(StrEnum):
    """Where a training run stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


OPEN = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Training:
    """A training run as it stands. Without a site it learns from all of them.

    `step`, `n_done` and `n_all` say how far it is; `champion` is the version that it began from, `version` what it
    made, `gate` what the gate said of that, `doubts` the labels that may be errors, `error` why it failed, in words.
    """

    id: int
    site_id: int | None
    site: str | None
    asked_by: str
    asked_at: datetime
    state: State
    step: str | None
    n_done: int
    n_all: int
    n_claims: int
    started_at: datetime | None
    finished_at: datetime | None
    seed: int
    champion: str | None
    n_labels: int | None
    labels_from: datetime | None
    labels_until: datetime | None
    snapshot_digest: str | None
    version: str | None
    gate: Mapping[str, Any] | None
    doubts: Sequence[Mapping[str, Any]] | None
    error: str | None

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be worked."""
        return self.state in OPEN


def add(tx: Connection, site_id: int | None, asked_by: str, seed: int, now: datetime) -> int:
    """Add a run that nobody works at yet; return the number that it gets."""
    row = {"site_id": site_id, "asked_by": asked_by, "asked_at": now, "state": State.QUEUED.value, "seed": seed}
    return int(tx.execute(insert(trainings).values(**row).returning(trainings.c.id)).scalar_one())


def find(tx: Connection, training_id: int) -> Training | None:
    """Look a run up."""
    row = tx.execute(_trainings().where(trainings.c.id == training_id)).one_or_none()
    return None if row is None else _training(row)


def find_queued(tx: Connection, site_id: int | None) -> Training | None:
    """Look up the run of a site, or of all, that waits to be worked."""
    waiting = _trainings().where(_is_of(site_id), trainings.c.state == State.QUEUED.value).limit(1)
    row = tx.execute(waiting).one_or_none()
    return None if row is None else _training(row)


def recent(tx: Connection, limit: int, site_ids: Collection[int] | None = None) -> list[Training]:
    """List the latest runs, newest first; of some sites only, where asked."""
    query = _trainings() if site_ids is None else _trainings().where(trainings.c.site_id.in_(site_ids))
    return [_training(row) for row in tx.execute(query.order_by(trainings.c.id.desc()).limit(limit))]


def of_version(tx: Connection, version: str) -> Training | None:
    """Look up the run that made a version; None where none did."""
    row = tx.execute(_trainings().where(trainings.c.version == version).limit(1)).one_or_none()
    return None if row is None else _training(row)


def has_free(tx: Connection, now: datetime) -> bool:
    """Tell whether any run is to be worked that nobody works at."""
    return tx.execute(_free(now).limit(1)).one_or_none() is not None


def claim(tx: Connection, token: str, now: datetime, lease: timedelta) -> Training | None:
    """Claim the oldest run that nobody works at; None where there is none."""
    training_id = tx.execute(
        _free(now).order_by(trainings.c.id).limit(1).with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    if training_id is None:
        return None
    claimed = {
        "state": State.RUNNING.value,
        "claim_token": token,
        "claimed_until": now + lease,
        "n_claims": trainings.c.n_claims + 1,
        "started_at": func.coalesce(trainings.c.started_at, now),
    }
    tx.execute(update(trainings).where(trainings.c.id == training_id).values(**claimed))
    return find(tx, training_id)


def change(tx: Connection, training_id: int, token: str, **values: Any) -> bool:
    """Change a run that this claim still holds; False when it does not."""
    held = update(trainings).where(trainings.c.id == training_id, trainings.c.claim_token == token)
    return tx.execute(held.values(**values)).rowcount > 0


def is_worked(tx: Connection, training_id: int, now: datetime) -> bool:
    """Tell whether somebody works at a run."""
    held = select(trainings.c.id).where(trainings.c.id == training_id, trainings.c.claimed_until > now)
    return tx.execute(held).one_or_none() is not None


def last_asked(tx: Connection, site_id: int | None) -> datetime | None:
    """Tell when a run of a site, or of all, was last asked for, by whomever, that has not failed."""
    has_not_failed = trainings.c.state != State.FAILED.value
    return _last(tx, _is_of(site_id) & has_not_failed)


def last_asked_by(tx: Connection, site_id: int | None, names: Collection[str]) -> datetime | None:
    """Tell when one of these last asked for a run of a site, or of all."""
    return _last(tx, _is_of(site_id) & trainings.c.asked_by.in_(names))


def n_labels_since(tx: Connection, site_id: int | None, since: datetime | None, most: int) -> int:
    """Count the labels that stand and came after a time, of a site or of all, up to so many."""
    came = select(labels.c.id).where(labels.c.withdrawn_at.is_(None), labels.c.text.is_not(None))
    if since is not None:
        came = came.where(labels.c.created_at > since)
    if site_id is not None:
        came = came.where(labels.c.site_id == site_id)
    return int(tx.execute(select(func.count()).select_from(came.limit(most).subquery())).scalar_one())


def _last(tx: Connection, which: ColumnElement[bool]) -> datetime | None:
    query = select(trainings.c.asked_at).where(which).order_by(trainings.c.id.desc()).limit(1)
    found: datetime | None = tx.execute(query).scalar_one_or_none()
    return found


def _is_of(site_id: int | None) -> ColumnElement[bool]:
    return trainings.c.site_id.is_(None) if site_id is None else trainings.c.site_id == site_id


def _free(now: datetime) -> Select[Any]:
    waits = trainings.c.state == State.QUEUED.value
    was_left = and_(trainings.c.state == State.RUNNING.value, trainings.c.claimed_until <= now)
    return select(trainings.c.id).where(or_(waits, was_left))


def _trainings() -> Select[Any]:
    return select(trainings, sites.c.name).outerjoin(sites, sites.c.id == trainings.c.site_id)


def _training(row: Row[Any]) -> Training:
    return Training(
        row.id,
        row.site_id,
        row.name,
        row.asked_by,
        row.asked_at,
        State(row.state),
        row.step,
        row.n_done,
        row.n_all,
        row.n_claims,
        row.started_at,
        row.finished_at,
        row.seed,
        row.champion,
        row.n_labels,
        row.labels_from,
        row.labels_until,
        row.snapshot_digest,
        row.version,
        row.gate,
        row.doubts,
        row.error,
    )
