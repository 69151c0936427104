"""The sweep: every two seconds it finds in the record whatever Redis forgot, and rings for it."""

from __future__ import annotations

import signal
import threading
import time
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from moderation import alarms, decisions, dispatch, logs, settings, trainings
from moderation.dispatch import Bell, Dispatcher
from moderation.store import (
    batches,
    claims,
    comments,
    coral,
    exposures,
    idempotency,
    outbox,
    rescorings,
    sessions,
    shadow_scores,
)
from moderation.store import decisions as decision_store
from moderation.store import drift as drift_store
from moderation.store import trainings as training_store
from moderation.store.database import Database
from worker import run_folders

EVERY_SECONDS = 2.0
_PURGE_EVERY_SECONDS = 600.0
_DAY = timedelta(days=1)
_CORAL_JOIN = timedelta(hours=72)
_SESSIONS_KEPT = timedelta(days=30)
_SHADOWS_KEPT = timedelta(days=90)

log = structlog.get_logger()


def sweep(database: Database, dispatcher: Dispatcher, now: datetime) -> None:
    """Ring for whatever waits in the record, bell or no bell."""
    release(database, now)
    with database.reading() as tx:
        is_pending = comments.has_pending(tx, now)
        is_due = outbox.has_due(tx, now) or drift_store.has_due(tx, now)
        is_open = batches.has_open(tx)
        is_shadowed, is_rescored = shadow_scores.has_unasked(tx, now), rescorings.has_open(tx)
        is_asked = training_store.has_free(tx, now)
    if is_pending:
        dispatcher.ring_anyway(Bell.SCORE)
    if is_due:
        dispatcher.ring_anyway(Bell.DELIVER)
    if is_open:
        dispatcher.ring_anyway(Bell.BATCH)
    if is_shadowed:
        dispatcher.ring_anyway(Bell.SHADOW)
    if is_rescored:
        dispatcher.ring_anyway(Bell.RESCORE)
    if is_asked:
        dispatcher.ring_anyway(Bell.RETRAIN)


def release(database: Database, now: datetime) -> int:
    """Release every decision whose time to be undone is over; return how many."""
    n_released = 0
    while True:
        with database.reading() as tx:
            if not decision_store.has_due(tx, now):
                return n_released
        with database.writing() as tx:
            n_released += len(decisions.release_due(tx, now))


def purge(database: Database, now: datetime, coral_join: timedelta = _CORAL_JOIN) -> int:
    """Forget what is not needed any more; return how many idempotency keys that were.

    Claims that are over; severe texts read and wrong guesses at the sign-in after a day; sessions and links thirty days
    after they were over, for until then people are told when somebody was last seen; what Coral told after
    `coral_join`; and what challengers said after ninety days.
    """
    with database.writing() as tx:
        claims.forget_before(tx, now)
        coral.forget_before(tx, now - coral_join)
        exposures.forget_before(tx, now - _DAY)
        sessions.forget_failures_before(tx, now - _DAY)
        shadow_scores.forget_before(tx, now - _SHADOWS_KEPT)
        sessions.forget_before(tx, now - _SESSIONS_KEPT)
        return idempotency.forget_before(tx, now - idempotency.LASTS)


def run() -> None:
    """Sweep until told to stop. A database that is away for a while is waited for."""
    read = settings.read()
    logs.configure(as_json=read.wants_json_logs)
    database, dispatcher = Database(read.database_url), Dispatcher(dispatch.connect(read.redis_url))
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    purged_at = 0.0
    while not stopping.is_set():
        try:
            sweep(database, dispatcher, datetime.now(UTC))
            alarms.count(database)
            database.checkpoint()
            if time.monotonic() - purged_at > _PURGE_EVERY_SECONDS:
                purge(database, datetime.now(UTC), timedelta(hours=read.coral_join_hours))
                alarms.look(database, datetime.now(UTC))
                trainings.ask_if_due(database, read.learning, datetime.now(UTC))
                run_folders.forget_left(read.data, database, datetime.now(UTC))
                purged_at = time.monotonic()
        except SQLAlchemyError as error:
            log.warning("sweep.skipped", error=type(error).__name__)
        stopping.wait(EVERY_SECONDS)
    database.close()
