"""Site keys that opened a moment ago: to ask the database for the same key at every request is a fifth of its work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from moderation import keys, sites
from moderation.domain import Scope
from moderation.store.database import Database
from moderation.store.sites import SiteKey

REMEMBERED_SECONDS = 2.0
"""A key that is revoked opens for this long at most in a process that has just seen it."""


class Keyring:
    """Opens with site keys, and remembers for two seconds, by digest, which opened. Refusals are not remembered.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._opened: dict[tuple[str, Scope], tuple[float, SiteKey]] = {}

    def open_with(self, database: Database, key: str | None, secret: str, scope: Scope) -> SiteKey:
        """Find the key that a client gave.

        Raises:
            KeyRefused: it is missing, unknown or revoked.
            ScopeMissing: it may not do what `scope` names.
        """
        name = keys.digest(key or "", secret), scope
        now = self._clock()
        with self._lock:
            until, known = self._opened.pop(name, (now, None))
            if known is not None and now < until:
                self._opened[name] = until, known
                return known
        found = sites.open_with(database, key, secret, scope)
        with self._lock:
            self._opened[name] = now + REMEMBERED_SECONDS, found
        return found
