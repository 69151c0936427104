"""How much a key was used, by month and by site: counted in Redis, in this process while Redis is away."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog
from redis import Redis
from redis.exceptions import RedisError

KEPT_SECONDS = 400 * 24 * 60 * 60
"""A month's counts are kept for somewhat more than a year."""

MOST_SITES = 1_000
"""Further sites of a key and month are counted together: their names are the client's."""

OTHER_SITES = "other"

MOST_WAITING = 10_000
"""So many different counts wait in a process for a Redis that is away; others are lost."""

_AVOID_REDIS_SECONDS = 5.0

log = structlog.get_logger()


class Counted(StrEnum):
    """What is counted."""

    SPAM = "spam"
    HAM = "ham"
    MISSED_SPAM = "missed_spam"
    FALSE_POSITIVES = "false_positives"


@dataclass(frozen=True, slots=True)
class SiteUsage:
    """What one site asked and told in a month."""

    site: str
    spam: int = 0
    ham: int = 0
    missed_spam: int = 0
    false_positives: int = 0

    @property
    def n_calls(self) -> int:
        """The comments that were asked about."""
        return self.spam + self.ham


class Usage:
    """Counts by key, month and site. They are for looking at: a Redis that is slow or gone costs some of them at most.

    Args:
        redis: Where all processes count together.
        clock: Seconds that only go forward; they say when Redis is tried again.
        most_sites: Sites that are counted one by one.
        most_waiting: Counts that may wait for Redis.
    """

    def __init__(
        self,
        redis: Redis,
        clock: Callable[[], float] = time.monotonic,
        *,
        most_sites: int = MOST_SITES,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._most_names = most_sites * len(Counted)
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._avoid_until = -math.inf

    def count(self, key_id: int, month: str, site: str, what: Counted) -> None:
        """Count one."""
        with self._lock:
            name = _name(key_id, month), f"{what.value} {site}"
            if name in self._waiting or len(self._waiting) < self._most_waiting:
                self._waiting[name] += 1
        self._settle()

    def of(self, key_id: int, month: str) -> list[SiteUsage]:
        """Tell what was counted of a key in a month, as far as can be told, the busiest site first."""
        self._settle()
        name = _name(key_id, month)
        with self._lock:
            found = Counter({what: n for (of, what), n in self._waiting.items() if of == name})
        if self._clock() >= self._avoid_until:
            try:
                found.update({what.decode(): int(n) for what, n in self._redis.hgetall(name).items()})  # type: ignore[union-attr]
            except RedisError as error:
                self._avoid(error)
        sites: dict[str, dict[str, int]] = {}
        for told, n in found.items():
            what, _, site = told.partition(" ")
            sites.setdefault(site, {})[what] = n
        used = [SiteUsage(site, **counts) for site, counts in sites.items()]
        return sorted(used, key=lambda one: (-one.n_calls, one.site))

    def _settle(self) -> None:
        """Bring what waits to Redis."""
        if self._clock() < self._avoid_until:
            return
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
        left = Counter(taken)
        try:
            for (name, what), n in taken.items():
                self._add(name, what, n)
                del left[name, what]
        except RedisError as error:
            self._avoid(error)
            with self._lock:
                self._waiting.update(left)

    def _add(self, name: str, what: str, n: int) -> None:
        with self._redis.pipeline() as pipe:
            pipe.hlen(name)
            pipe.hexists(name, what)
            n_known, is_known = pipe.execute()
            if not is_known and n_known >= self._most_names:
                what = f"{what.partition(' ')[0]} {OTHER_SITES}"
            pipe.hincrby(name, what, n)
            pipe.expire(name, KEPT_SECONDS)
            pipe.execute()

    def _avoid(self, error: RedisError) -> None:
        self._avoid_until = self._clock() + _AVOID_REDIS_SECONDS
        log.warning("usage.alone", error=type(error).__name__)


def _name(key_id: int, month: str) -> str:
    return f"usage:{key_id}:{month}"
