"""What is written to the record after the answer was given: who asks must not wait for a disk."""

from __future__ import annotations

import queue
import threading

import structlog
from sqlalchemy.exc import SQLAlchemyError

from moderation import coral_memory
from moderation.coral_memory import Asked
from moderation.store.database import Database

_MOST_WAITING = 1_000
_MOST_AT_ONCE = 100

log = structlog.get_logger()


class Keeping:
    """Keeps the texts that Coral's phase asked about, in a thread of its own.

    When the record cannot be reached, or does not keep pace, they are dropped: all that is lost is a join.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.Queue[Asked] = queue.Queue(_MOST_WAITING)
        self._lock = threading.Lock()
        self._is_busy = False

    def keep(self, asked: Asked) -> None:
        """Have a text kept soon."""
        try:
            self._waiting.put_nowait(asked)
        except queue.Full:
            log.warning("coral.not_kept", n=1, error="Full")
            return
        with self._lock:
            if not self._is_busy:
                self._is_busy = True
                threading.Thread(target=self._run, daemon=True).start()

    def settle(self) -> None:
        """Wait until nothing waits."""
        self._waiting.join()

    def _run(self) -> None:
        """Keep what waits, then end: a thread that idles would outlive whoever stops the process in order."""
        while batch := self._batch():
            try:
                coral_memory.keep(self._database, batch)
            except SQLAlchemyError as error:
                log.warning("coral.not_kept", n=len(batch), error=type(error).__name__)
            finally:
                for _ in batch:
                    self._waiting.task_done()

    def _batch(self) -> list[Asked]:
        with self._lock:
            batch = [self._waiting.get_nowait() for _ in range(min(self._waiting.qsize(), _MOST_AT_ONCE))]
            self._is_busy = bool(batch)
        return batch
