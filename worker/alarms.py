"""Telling endpoints of alarms: a few small messages, each claimed, signed, sent, and tried again by the schedule."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from moderation import alarms, endpoints, webhooks
from moderation.errors import InvalidSetting
from moderation.store import drift as store
from moderation.store import webhooks as endpoint_store

if TYPE_CHECKING:
    import threading

    from moderation.store.database import Database
    from moderation.store.drift import Message
    from moderation.store.webhooks import Endpoint
    from worker.deliver import Sends

_AT_ONCE = 16
_LEASE = timedelta(minutes=5)
"""Longer than sixteen attempts of 15 s take, one after the other."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Telling:
    """One job's worth of messages about alarms."""

    database: Database
    sender: Sends
    secret: str
    stopping: threading.Event
    chance: random.Random = field(default_factory=random.Random)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def drain(self) -> int:
        """Send what is due; return how many attempts were made."""
        n = 0
        while not self.stopping.is_set():
            now = self.clock()
            with self.database.reading() as tx:
                if not store.has_due(tx, now):
                    return n
            with self.database.writing() as tx:
                claimed = store.claim(tx, now, now + _LEASE, _AT_ONCE)
                found = endpoint_store.by_ids(tx, sorted({message.webhook_id for message in claimed}))
            for message in claimed:
                self._tell(message, found[message.webhook_id])
                n += 1
        return n

    def _tell(self, message: Message, endpoint: Endpoint) -> None:
        now = self.clock()
        due_at: datetime | None = None
        error: str | None = "the endpoint is off"
        if endpoint.disabled_at is None and endpoint.removed_at is None:
            try:
                secrets = endpoints.signing_secrets(endpoint, self.secret, now)
            except InvalidSetting:
                error = "its secret was sealed under another OMBUDS_SECRET"
            else:
                body = alarms.body(message.alarm)
                answer = self.sender.send(endpoint.url, webhooks.headers(message.id, body, list(secrets), now), body)
                error = None if answer.is_success else answer.error or f"answered {answer.status_code}"
                if not answer.is_success and not answer.is_gone:
                    due_at = webhooks.next_attempt(message.n_attempts, answer.retry_after, now, self.chance)
        with self.database.writing() as tx:
            store.settle(tx, message.id, due_at, error, self.clock())
        log.info("alarm.told", message=message.id, alarm=message.alarm.id, error=error)
