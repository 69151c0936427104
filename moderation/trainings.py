"""Retraining: asked for by people, by the calendar or by new labels; worked by one at a time, and never half."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from moderation.errors import TrainingTakenOver, UnknownTraining
from moderation.store import audit
from moderation.store import champions as champion_store
from moderation.store import trainings as store
from moderation.store.trainings import State, Training

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.settings import Learning
    from moderation.snapshots import Snapshot
    from moderation.store.database import Database

CALENDAR = "calendar"
NEW_LABELS = "new labels"
"""Who asks without being a person."""

MOST_CLAIMS = 5
"""A run that was taken up so often and never ended has felled its workers: it fails."""

KILLED = "the job was stopped {n} times before it came to an end; see the log of the retrain worker, then ask again"

_LARGEST_SEED = 2**31 - 1
_REST = timedelta(hours=12)


def ask(database: Database, site_id: int | None, asked_by: str, now: datetime, seed: int | None = None) -> Training:
    """Ask for a run on what stands labelled: of a site, or of all. Ring for it.

    One that waits already is answered instead: it will see the same labels. A seed is drawn unless one is given.
    """
    with database.writing() as tx:
        waiting = store.find_queued(tx, site_id)
        if waiting is not None:
            return waiting
        chosen = secrets.randbelow(_LARGEST_SEED) if seed is None else seed
        training_id = store.add(tx, site_id, asked_by, chosen, now)
        found = store.find(tx, training_id)
        assert found is not None  # noqa: S101  it was just added
        audit.log(tx, asked_by, "training.asked", _subject(found), now, {"site": found.site})
        return found


def look_up(database: Database, training_id: int) -> Training:
    """Look a run up.

    Raises:
        UnknownTraining: there is none.
    """
    with database.reading() as tx:
        found = store.find(tx, training_id)
    if found is None:
        raise UnknownTraining(str(training_id))
    return found


def recent(database: Database, limit: int = 10, site_ids: Collection[int] | None = None) -> list[Training]:
    """List the latest runs, newest first; of some sites only, where asked."""
    with database.reading() as tx:
        return store.recent(tx, limit, site_ids)


def of_version(database: Database, version: str) -> Training | None:
    """Look up the run that made a version; None where none did."""
    with database.reading() as tx:
        return store.of_version(tx, version)


def take(database: Database, token: str, now: datetime, lease: timedelta) -> Training | None:
    """Take the oldest run that nobody works at, for so long; None where there is none.

    What was taken up too often fails instead.
    """
    while True:
        with database.writing() as tx:
            found = store.claim(tx, token, now, lease)
            if found is None or found.n_claims <= MOST_CLAIMS:
                return found
            _end(tx, found, token, now, state=State.FAILED, error=KILLED.format(n=MOST_CLAIMS))


def advance(
    database: Database, training: Training, token: str, now: datetime, lease: timedelta, **progress: Any
) -> None:
    """Say how far a run is (`step`, `n_done`, `n_all`), and that it is still worked at.

    Raises:
        TrainingTakenOver: somebody else works at it: stop.
    """
    with database.writing() as tx:
        if not store.change(tx, training.id, token, claimed_until=now + lease, **progress):
            raise TrainingTakenOver(training.id)


def note_snapshot(database: Database, training: Training, token: str, champion: str, snapshot: Snapshot) -> None:
    """Keep what a run learns from, in numbers, and which version it begins from.

    Raises:
        TrainingTakenOver: somebody else works at it: stop.
    """
    times = [lesson.said_at for lesson in snapshot.lessons]
    values = {
        "champion": champion,
        "n_labels": snapshot.n_labels,
        "labels_from": min(times, default=None),
        "labels_until": max(times, default=None),
        "snapshot_digest": snapshot.digest,
    }
    with database.writing() as tx:
        if not store.change(tx, training.id, token, **values):
            raise TrainingTakenOver(training.id)


def finish(
    database: Database,
    training: Training,
    token: str,
    version: str,
    gate: Mapping[str, Any],
    doubts: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Keep what a run made, what the gate said of it, and which labels it doubts.

    Raises:
        TrainingTakenOver: somebody else works at it.
    """
    with database.writing() as tx:
        _end(tx, training, token, now, state=State.DONE, version=version, gate=dict(gate), doubts=list(doubts))


def fail(database: Database, training: Training, token: str, error: str, now: datetime) -> None:
    """Keep why a run failed, in words for people.

    Raises:
        TrainingTakenOver: somebody else works at it.
    """
    with database.writing() as tx:
        _end(tx, training, token, now, state=State.FAILED, error=error)


def let_go(database: Database, training: Training, token: str, now: datetime) -> None:
    """Let somebody else take a run up at once; no matter if they have."""
    with database.writing() as tx:
        store.change(tx, training.id, token, claimed_until=now)


def is_worked(database: Database, training_id: int, now: datetime) -> bool:
    """Tell whether somebody works at a run."""
    with database.reading() as tx:
        return store.is_worked(tx, training_id, now)


def ask_if_due(database: Database, learning: Learning, now: datetime) -> list[Training]:
    """Ask for the runs that the calendar or new labels say are due: of all, and of sites with their own version."""
    with database.reading() as tx:
        own = sorted(champion_store.standing(tx).sites)
    found = [(site_id, _who_is_due(database, site_id, learning, now)) for site_id in (None, *own)]
    return [ask(database, site_id, who, now) for site_id, who in found if who is not None]


def _who_is_due(database: Database, site_id: int | None, learning: Learning, now: datetime) -> str | None:
    """Tell who would ask for a run of a site, or of all; what failed is not asked for again at once."""
    with database.reading() as tx:
        tried = store.last_asked_by(tx, site_id, (CALENDAR, NEW_LABELS))
        if tried is not None and now - tried < _REST:
            return None
        last = store.last_asked(tx, site_id)
        n_new = store.n_labels_since(tx, site_id, last, max(learning.every_labels, 1))
    if learning.every_labels and n_new >= learning.every_labels:
        return NEW_LABELS
    is_time = learning.every_days and (last is None or now - last >= timedelta(days=learning.every_days))
    return CALENDAR if n_new and is_time else None


def _end(tx: Connection, training: Training, token: str, now: datetime, *, state: State, **values: Any) -> None:
    ended = {"state": state.value, "finished_at": now, "claim_token": None, "claimed_until": None, **values}
    if not store.change(tx, training.id, token, **ended):
        raise TrainingTakenOver(training.id)
    told: dict[str, Any] = {name: values[name] for name in ("version", "error") if name in values}
    audit.log(tx, training.asked_by, f"training.{state.value.lower()}", _subject(training), now, told)


def _subject(training: Training) -> str:
    return f"training {training.id}"
