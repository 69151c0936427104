"""Rate limits per key, counted in Redis; counted here while Redis is away."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis import Redis
from redis.exceptions import RedisError

_AVOID_REDIS_SECONDS = 5.0
_TRIAL_SECONDS = 0.02
_WINDOW_SECONDS = 60

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Quota:
    """What a key has left in this minute."""

    limit: int
    remaining: int
    reset_seconds: int
    is_exceeded: bool

    def headers(self) -> dict[str, str]:
        """Write the RateLimit headers. See: draft-ietf-httpapi-ratelimit-headers, September 2025."""
        return {
            "RateLimit-Policy": f'"default";q={self.limit};w={_WINDOW_SECONDS}',
            "RateLimit": f'"default";r={self.remaining};t={self.reset_seconds}',
        }


class Quotas:
    """Counts requests by key. A Redis that is slow or gone never fails a request: this process then counts alone.

    Args:
        redis: where all processes count together.
        per_minute: requests that a key may make in a minute; 0 is no limit.
        clock: seconds that only go forward; they say when Redis is tried again.
    """

    def __init__(self, redis: Redis, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._redis = redis
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None
        uri = "redis://"  # the pool knows where
        self._shared = FixedWindowRateLimiter(
            RedisStorage(uri, connection_pool=redis.connection_pool, key_prefix="quota")
        )
        self._alone = FixedWindowRateLimiter(MemoryStorage())
        self._lock = threading.Lock()
        self._avoid_until = -math.inf

    def take(self, key_id: int, cost: int = 1) -> Quota | None:
        """Take `cost` requests from a key's quota; None when there is no limit."""
        if self._item is None:
            return None
        if self._is_redis_there():
            try:
                return self._taken(self._shared, self._item, key_id, cost)
            except RedisError as error:
                with self._lock:
                    self._avoid_until = self._clock() + _AVOID_REDIS_SECONDS
                log.warning("quotas.alone", error=type(error).__name__)
        return self._taken(self._alone, self._item, key_id, cost)

    def _is_redis_there(self) -> bool:
        """Tell whether to ask Redis. After a failure it is tried aside: one that hangs would cost requests 200 ms."""
        with self._lock:
            if self._avoid_until == -math.inf:
                return True
            if self._clock() < self._avoid_until:
                return False
            self._avoid_until = self._clock() + _AVOID_REDIS_SECONDS
        trial = threading.Thread(target=self._try_redis, daemon=True)
        trial.start()
        trial.join(_TRIAL_SECONDS)
        return self._avoid_until == -math.inf

    def _try_redis(self) -> None:
        try:
            self._redis.ping()
        except RedisError:
            return
        with self._lock:
            self._avoid_until = -math.inf

    @staticmethod
    def _taken(limiter: FixedWindowRateLimiter, item: RateLimitItemPerMinute, key_id: int, cost: int) -> Quota:
        is_fine = limiter.hit(item, str(key_id), cost=cost)
        window = limiter.get_window_stats(item, str(key_id))
        reset = max(1, math.ceil(window.reset_time - time.time()))
        return Quota(item.amount, max(0, window.remaining), min(reset, _WINDOW_SECONDS), not is_fine)
