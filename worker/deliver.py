"""Delivering: claim what is due, send it sixteen at once and four to an endpoint, record every attempt."""

from __future__ import annotations

import queue
import random
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

import structlog

from moderation import endpoints, webhooks
from moderation.dispatch import Bell, Dispatcher
from moderation.errors import InvalidSetting
from moderation.store import decisions, outbox
from moderation.store import webhooks as endpoint_store
from moderation.store.outbox import Attempt, Delivery, Outcome, State

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from moderation.domain import Decision
    from moderation.store.database import Database
    from moderation.store.webhooks import Endpoint
    from moderation.webhooks import Answer

N_SENDS = 16
N_SENDS_PER_ENDPOINT = 4
_CLAIMED_PER_ENDPOINT = 16
"""Claimed ahead: four rounds of 15 s, which the lease of 75 s outlasts."""

_LONGEST_SECONDS = 60.0
_SETTLE_SECONDS = 0.02
_LOOK_SECONDS = 0.25
_LOOKS = 2
_LINGER_SECONDS = 0.03
_SETTLE_AT = 64
_STOP_SECONDS = 3.0

log = structlog.get_logger()


class Sends(Protocol):
    """What makes one attempt; `worker.sender.Sender` in production."""

    def send(self, url: str, headers: dict[str, str], body: str) -> Answer:
        """Make one attempt; never raise."""

    def close(self) -> None:
        """Close what is open."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed delivery with all it takes to send it."""

    delivery: Delivery
    decision: Decision
    endpoint: Endpoint
    secrets: tuple[str, ...]
    claimed_until: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """An attempt that has ended."""

    parcel: Parcel
    at: datetime
    milliseconds: int
    answer: Answer


class Deliverer:
    """The sending end of the outbox, one a process. Only `drain`'s thread schedules and records; the others send."""

    def __init__(
        self,
        database: Database,
        sender: Sends,
        *,
        secret: str,
        lease_seconds: float,
        stopping: threading.Event,
        longest_seconds: float = _LONGEST_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._sender = sender
        self._secret = secret
        self._lease = timedelta(seconds=lease_seconds)
        self._stopping = stopping
        self._longest_seconds = longest_seconds
        self._clock = clock
        self._token = uuid4().hex
        self._chance = random.Random()  # noqa: S311  jitter, not secrecy
        self._threads = ThreadPoolExecutor(N_SENDS, thread_name_prefix="webhook")
        self._sent: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        self._waiting: dict[str, deque[Parcel]] = {}
        self._running: Counter[str] = Counter()
        self._claimed_at = 0.0
        self._has_sent = False

    def drain(self, dispatcher: Dispatcher | None = None) -> int:
        """Deliver what is due until nothing is; return how many attempts were recorded.

        After a minute it returns and rings, with slow attempts still running: the next job goes on with them.
        """
        if dispatcher is not None:
            dispatcher.answer(Bell.DELIVER)
        began, n_recorded = time.monotonic(), 0
        self._claimed_at = 0.0
        self._record_and_claim([])
        while (self._is_busy() or self._comes_more()) and not self._stopping.is_set():
            self._start()
            n_ended = self._record_and_claim(self._collect())
            self._has_sent |= n_ended > 0
            n_recorded += n_ended
            if time.monotonic() - began > self._longest_seconds:
                if dispatcher is not None:
                    dispatcher.ring_anyway(Bell.DELIVER)
                return n_recorded
        return n_recorded + (self._wind_down() if self._stopping.is_set() else 0)

    def close(self) -> None:
        """Stop the threads; whatever is still in flight is sent again later by someone else."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._sender.close()

    def _is_busy(self) -> bool:
        return bool(self._running.total()) or any(self._waiting.values())

    def _comes_more(self) -> bool:
        """Linger for a moment where something was sent: a job costs RQ more than a few messages cost us."""
        looks = _LOOKS if self._has_sent else 0
        self._has_sent = False
        for _ in range(looks):
            if self._stopping.wait(_LINGER_SECONDS):
                break
            self._claimed_at = 0.0
            self._record_and_claim([])
            if self._is_busy():
                return True
        return False

    def _start(self) -> None:
        """Start sends while there is room, the least busy endpoint first, so that slow ones do not take every place."""
        while self._running.total() < N_SENDS:
            ready = [key for key, parcels in self._waiting.items() if parcels and self._has_room(key)]
            if not ready:
                return
            chosen = min(ready, key=lambda key: self._running[key])
            parcel = self._waiting[chosen].popleft()
            if parcel.claimed_until > self._clock():  # else someone else may have it by now
                self._running[chosen] += 1
                self._threads.submit(self._send, parcel)

    def _has_room(self, endpoint_id: str) -> bool:
        return self._running[endpoint_id] < N_SENDS_PER_ENDPOINT

    def _send(self, parcel: Parcel) -> None:
        at = self._clock()
        body = webhooks.body(parcel.decision)
        headers = webhooks.headers(parcel.delivery.id, body, parcel.secrets, at)
        began = time.monotonic()
        answer = self._sender.send(parcel.endpoint.url, headers, body)
        self._sent.put(Sent(parcel, at, round((time.monotonic() - began) * 1000), answer))

    def _collect(self) -> list[Sent]:
        """Gather ended attempts for a moment, starting others in their place meanwhile."""
        ended: list[Sent] = []
        until = time.monotonic() + _SETTLE_SECONDS
        while self._running.total() and len(ended) < _SETTLE_AT and (left := until - time.monotonic()) > 0:
            try:
                sent = self._sent.get(timeout=left)
            except queue.Empty:
                break
            self._running[sent.parcel.endpoint.id] -= 1
            ended.append(sent)
            if sent.answer.is_gone:
                self._waiting.pop(sent.parcel.endpoint.id, None)
            self._start()
        return ended

    def _record_and_claim(self, ended: Sequence[Sent]) -> int:
        """Record attempts and claim more in one short transaction; with nothing to record, look now and then."""
        looked_lately = time.monotonic() - self._claimed_at < _LOOK_SECONDS
        wants_more = (
            not self._stopping.is_set() and self._running.total() < N_SENDS and (bool(ended) or not looked_lately)
        )
        if not ended and not wants_more:
            return 0
        now = self._clock()
        if not ended and not self._finds_due(now):
            return 0
        with self._database.writing() as tx:
            for endpoint_id in sorted({sent.parcel.endpoint.id for sent in ended if sent.answer.is_gone}):
                endpoint_store.change(tx, endpoint_id, disabled_at=now, disabled_because="answered 410 Gone")
            outbox.settle(tx, self._token, [self._outcome(sent, now) for sent in ended])
            if wants_more:
                self._claim(tx, now)
                self._claimed_at = time.monotonic()
        for sent in ended:
            log.info(
                "webhook.attempted",
                delivery=sent.parcel.delivery.id,
                status_code=sent.answer.status_code,
                error=sent.answer.error,
                milliseconds=sent.milliseconds,
            )
        return len(ended)

    def _finds_due(self, now: datetime) -> bool:
        """Look whether anything is due, without making other writers wait."""
        self._claimed_at = time.monotonic()
        with self._database.reading() as tx:
            return outbox.has_due(tx, now)

    def _claim(self, tx: Connection, now: datetime) -> None:
        taken = {key: len(self._waiting.get(key, ())) + self._running[key] for key in {*self._waiting, *self._running}}
        places = {key: _CLAIMED_PER_ENDPOINT - n for key, n in taken.items()}
        claimed = outbox.claim_due(tx, self._token, places, _CLAIMED_PER_ENDPOINT, now, self._lease)
        if not claimed:
            return
        made = decisions.by_ids(tx, [delivery.decision_id for delivery in claimed])
        found = endpoint_store.by_ids(tx, sorted({delivery.webhook_id for delivery in claimed}))
        secrets = {key: self._secrets(tx, endpoint, now) for key, endpoint in found.items()}
        for delivery in claimed:
            key = delivery.webhook_id
            if secrets[key]:
                parcel = Parcel(delivery, made[delivery.decision_id], found[key], secrets[key], now + self._lease)
                self._waiting.setdefault(key, deque()).append(parcel)

    def _secrets(self, tx: Connection, endpoint: Endpoint, now: datetime) -> tuple[str, ...]:
        """Unseal an endpoint's secrets. One that cannot be read switches its endpoint off and stops no other."""
        try:
            return tuple(endpoints.signing_secrets(endpoint, self._secret, now))
        except InvalidSetting:
            log.error("webhook.unreadable", webhook=endpoint.id)  # noqa: TRY400  the traceback says no more
            because = "its secret was sealed under another OMBUDS_SECRET; rotate it, then switch it on"
            endpoint_store.change(tx, endpoint.id, disabled_at=now, disabled_because=because)
            return ()

    def _outcome(self, sent: Sent, now: datetime) -> Outcome:
        delivery, answer = sent.parcel.delivery, sent.answer
        attempt = Attempt(delivery.id, sent.at, sent.milliseconds, answer.status_code, answer.error)
        if answer.is_success:
            return Outcome(attempt, State.DELIVERED, now)
        if answer.is_gone:
            return Outcome(attempt, State.FAILED, now)
        again = webhooks.next_attempt(delivery.n_attempts + 1, answer.retry_after, now, self._chance)
        return Outcome(attempt, State.FAILED if again is None else State.DUE, again or now)

    def _wind_down(self) -> int:
        """Give back what was not started, and give what is running a moment to end."""
        self._waiting.clear()
        ended: list[Sent] = []
        until = time.monotonic() + _STOP_SECONDS
        while self._running.total() and (left := until - time.monotonic()) > 0:
            try:
                sent = self._sent.get(timeout=left)
            except queue.Empty:
                break
            self._running[sent.parcel.endpoint.id] -= 1
            ended.append(sent)
        n_recorded = self._record_and_claim(ended)
        with self._database.writing() as tx:
            outbox.give_back(tx, self._token)
        return n_recorded
