"""Batches: moderators' many decisions at a time, worked and taken back piece by piece."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from moderation import batches
from moderation.dispatch import Bell, Dispatcher

if TYPE_CHECKING:
    import threading

    from moderation.store.database import Database

_LONGEST_SECONDS = 2.0
_PAUSE_SECONDS = 0.02

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Batching:
    """One job's worth of batches."""

    database: Database
    dispatcher: Dispatcher
    stopping: threading.Event
    longest_seconds: float = _LONGEST_SECONDS
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def drain(self) -> int:
        """Work what is open, for about two seconds at most, then ring; return how many pieces were done.

        Each piece is a transaction of its own, with a moment between two: whoever posts meanwhile gets his turn.
        """
        self.dispatcher.answer(Bell.BATCH)
        began, n_pieces = time.monotonic(), 0
        while not self.stopping.is_set() and batches.go_on(self.database, self.clock()):
            n_pieces += 1
            if time.monotonic() - began > self.longest_seconds:
                self.dispatcher.ring_anyway(Bell.BATCH)
                break
            self.stopping.wait(_PAUSE_SECONDS)
        if n_pieces:
            log.info("batches.worked", n_pieces=n_pieces)
        return n_pieces
