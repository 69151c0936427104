"""`Prefer: wait`: holding an answer back for a moment, until the decision is there."""

from __future__ import annotations

import threading
import time

from werkzeug.http import parse_list_header

from moderation import intake
from moderation.intake import State
from moderation.store.database import Database

MOST_SECONDS = 10.0
_LOOK_SECONDS = 0.02
_LOOK_AT_MOST_EVERY_SECONDS = 0.1
_MOST_DIGITS = 9


def wished(prefer: str | None) -> float | None:
    """Read the seconds from a Prefer header (RFC 7240), at most ten; None when it does not ask for any."""
    for preference in parse_list_header(prefer or ""):
        name, _, value = preference.partition(";")[0].partition("=")
        seconds = value.strip().strip('"')
        if name.strip().lower() == "wait" and seconds.isascii() and seconds.isdigit():
            return float(min(int(seconds[:_MOST_DIGITS]), MOST_SECONDS))
    return None


class Waiting:
    """Lets a few requests wait at a time, so that waiting never takes all threads.

    Args:
        most: requests that may wait at once; further ones are answered at once.
    """

    def __init__(self, most: int) -> None:
        self._places = threading.BoundedSemaphore(most)

    def decided(self, database: Database, site_id: int, state: State, seconds: float) -> State:
        """Wait until the comment is decided, its text changes, or time is up; return where it stands then."""
        if not state.is_pending or not self._places.acquire(blocking=False):
            return state
        try:
            until = time.monotonic() + seconds
            revision = state.comment.revision
            pause = _LOOK_SECONDS
            while state.is_pending and state.comment.revision == revision and (left := until - time.monotonic()) > 0:
                time.sleep(min(pause, left))
                pause = min(pause * 1.3, _LOOK_AT_MOST_EVERY_SECONDS)
                state = intake.look_up(database, site_id, state.comment.external_id)
            return state
        finally:
            self._places.release()
