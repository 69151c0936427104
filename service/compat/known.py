"""What a process knows of the record: keys, sites and guidelines, kept for when the database is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import structlog
from sqlalchemy.exc import SQLAlchemyError

from moderation import keys, policies, sites
from moderation.domain import KeyKind, Scope
from moderation.errors import KeyRefused, Unreachable
from moderation.guidelines import Guidelines
from moderation.store import sites as site_store
from moderation.store.database import Database
from moderation.store.sites import Site, SiteKey

FRESH_SECONDS = 5.0
"""What was read so long ago is not read again: a key that is revoked opens for this long at most."""

KEPT_SECONDS = 15 * 60.0
"""What was read so long ago still counts while the database is away."""

PATIENCE_SECONDS = 0.1
"""A request that could do with what is kept waits so long for what is new. Coral gives up after 200 ms."""

FIRST_PATIENCE_SECONDS = 2.0
"""A request that can do nothing without the database waits so long for it."""

AVOIDED_SECONDS = 1.0
"""After a failure, nobody waits for the database for so long."""

GIVEN_UP_SECONDS = 10.0
"""A question that has had no answer for so long is asked anew: its connection may be dead, and the database not."""

_T = TypeVar("_T")

log = structlog.get_logger()


class _AwayError(Exception):
    """The database does not answer, or not soon enough."""


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    at: float


@dataclass(frozen=True, slots=True)
class _Asked:
    answer: Future[Any]
    at: float


class Known:
    """Remembers what the record says, so that answers need no database most of the time, and for a while none at all.

    The database is asked in threads of their own: one that hangs holds no request back for longer than its patience.
    What is not there is never remembered, so that whoever guesses keys fills no memory.

    Args:
        database: The record.
        secret: The server's, under which keys are hashed.
        clock: Seconds that only go forward.
    """

    def __init__(self, database: Database, secret: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._secret = secret
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[Hashable, _Kept] = {}
        self._asked: dict[Hashable, _Asked] = {}
        self._avoided_until = float("-inf")

    def open_with(self, key: str | None, *kinds: KeyKind) -> SiteKey:
        """Find the key that a client of one of these kinds gave.

        Raises:
            KeyRefused: it is missing, unknown, revoked, of another kind, or may not submit anything.
            Unreachable: the database is away, and this process has not seen the key in the last quarter of an hour.
        """
        if not key:
            raise KeyRefused
        name = ("key", keys.digest(key, self._secret))
        found = self.recall(name, lambda database: sites.in_force(database, key, self._secret))
        if found is None or found.kind not in kinds or Scope.SUBMIT not in found.scopes:
            raise KeyRefused
        return found

    def guidelines(self, site_id: int) -> Guidelines:
        """Give the guidelines that a site goes by.

        Raises:
            Unreachable: the database is away, and this process has not read them in the last quarter of an hour.
        """
        found = self.recall(("guidelines", site_id), lambda database: policies.of_site(database, site_id))
        return cast("Guidelines", found)  # a site always has some

    def site(self, site_id: int) -> Site:
        """Give a site, with the language that its readers mostly write in.

        Raises:
            Unreachable: the database is away, and this process has not read of it in the last quarter of an hour.
        """

        def read(database: Database) -> Site:
            with database.reading() as tx:
                return site_store.get(tx, site_id)

        return cast("Site", self.recall(("site", site_id), read))

    def recall(self, name: Hashable, ask: Callable[[Database], _T | None]) -> _T | None:
        """Give what was read under a name in the last seconds, else what `ask` reads now, else what was kept.

        Args:
            name: Names what is read, and by what.
            ask: Reads it from the record; None when it is not there, which is not remembered.

        Raises:
            Unreachable: the database is away, and nothing is kept.
        """
        kept = self._kept.get(name)
        age = float("inf") if kept is None else self._clock() - kept.at
        if kept is not None and age < FRESH_SECONDS:
            return cast("_T", kept.value)
        is_spare = kept is not None and age < KEPT_SECONDS
        try:
            return self._read(name, ask, PATIENCE_SECONDS if is_spare else FIRST_PATIENCE_SECONDS)
        except _AwayError as error:
            if kept is not None and is_spare:
                return cast("_T", kept.value)
            raise Unreachable("the database", "nothing of this was read here lately") from error

    def _read(self, name: Hashable, ask: Callable[[Database], _T | None], patience: float) -> _T | None:
        """Ask the database, or wait for whoever asks it the same at the moment."""
        with self._lock:
            now = self._clock()
            if now < self._avoided_until:
                raise _AwayError
            asked = self._asked.get(name)
            if asked is None or now - asked.at >= GIVEN_UP_SECONDS:
                asked = self._asked[name] = _Asked(Future(), now)
                threading.Thread(target=self._answer, args=(name, ask, asked), name="known", daemon=True).start()
        try:
            return cast("_T | None", asked.answer.result(patience))
        except TimeoutError as error:
            self._avoid("TimeoutError")
            raise _AwayError from error
        except SQLAlchemyError as error:
            raise _AwayError from error

    def _answer(self, name: Hashable, ask: Callable[[Database], Any], asked: _Asked) -> None:
        try:
            value = ask(self._database)
        except Exception as error:  # noqa: BLE001  whoever waits for it raises it
            self._end(name, asked)
            if isinstance(error, SQLAlchemyError):
                self._avoid(type(error).__name__)
            asked.answer.set_exception(error)
            return
        self._end(name, asked)
        with self._lock:
            self._avoided_until = float("-inf")
            if value is None:
                self._kept.pop(name, None)
            else:
                self._kept[name] = _Kept(value, asked.at)
        asked.answer.set_result(value)

    def _end(self, name: Hashable, asked: _Asked) -> None:
        with self._lock:
            if self._asked.get(name) is asked:  # else somebody has given it up, and asked anew
                del self._asked[name]

    def _avoid(self, why: str) -> None:
        with self._lock:
            is_news = self._clock() >= self._avoided_until
            self._avoided_until = self._clock() + AVOIDED_SECONDS
        if is_news:
            log.warning("known.database_away", error=why)
