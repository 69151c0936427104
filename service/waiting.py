"""`Prefer: wait`: holding an answer back for a moment, until the decision is there."""

from __future__ import annotations

import re
import threading
import time

from moderation import intake
from moderation.intake import State
from moderation.store.database import Database

MOST_SECONDS = 10.0
_LOOK_SECONDS = 0.02
_LOOK_AT_MOST_EVERY_SECONDS = 0.1
_WAIT = re.compile(r'(?:^|,)\s*wait\s*=\s*(?:(\d+)|"(\d+)")\s*(?:$|[,;])', re.IGNORECASE | re.ASCII)
_QUOTED = re.compile(r'=\s*"(?:[^"\\]|\\.)*[^"\d](?:[^"\\]|\\.)*"')


def wished(prefer: str | None) -> float | None:
    """Read the seconds from a Prefer header (RFC 7240), at most ten; None when it does not ask for any."""
    found = _WAIT.search(_QUOTED.sub('=""', prefer or ""))
    return None if found is None else min(float(found[1] or found[2]), MOST_SECONDS)


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
