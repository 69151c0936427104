"""One look at the queues a second, shared by everyone who watches: fifty open consoles cost the database one query."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

from flask import current_app

from moderation import review
from moderation.review import Board
from service.parts import parts

LOOKS_EVERY_SECONDS = 1.0

_NAME = "ombuds-pulse"


class Pulse:
    """The board as it was a second ago at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._board: Board | None = None

    def board(self) -> Board:
        """Give what waits; who finds it too old reads it anew, while the others wait for that one reading."""
        with self._lock:
            if self._board is None or time.monotonic() - self._read_at > LOOKS_EVERY_SECONDS:
                self._board = review.board(parts().database, datetime.now(UTC))
                self._read_at = time.monotonic()
            return self._board


def board() -> Board:
    """Give what waits, from the app's one pulse."""
    made: Pulse = current_app.extensions.setdefault(_NAME, Pulse())
    return made.board()
