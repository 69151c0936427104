"""Short keys are guarded against guessing: an address from which too many wrong ones came has to wait."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import TypeVar

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis import Redis
from redis.exceptions import RedisError

from moderation import keys

MOST_WRONG = 20
"""So many wrong keys may come from an address within `WINDOW_MINUTES`."""

WINDOW_MINUTES = 10

MOST_OPENED = 4_096
"""So many pairs of address and key that opened are remembered in a process at most."""

_OPENED_SECONDS = 24 * 60 * 60
_AVOID_REDIS_SECONDS = 5.0
_ONE_HOME = 64  # an IPv6 network that one household or server has for itself

_T = TypeVar("_T")

log = structlog.get_logger()


class TooManyGuesses(Exception):
    """So many wrong keys came from the caller's address that no other is tried for a while."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many wrong keys came from this address; try again in {seconds} s")


class Guesses:
    """Counts wrong keys by address, in Redis; in this process alone while Redis is away.

    An address may go on with a key that it has opened with within a day, however many wrong ones come from it: else
    anyone behind the same proxy could shut a newsroom out. Addresses and keys are kept as digests only.

    Args:
        redis: Where all processes count together.
        secret: The server's, under which addresses and keys are hashed.
        clock: Seconds that only go forward.
        most_opened: How many pairs that opened are remembered here.
    """

    def __init__(
        self,
        redis: Redis,
        secret: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        most_opened: int = MOST_OPENED,
    ) -> None:
        self._redis = redis
        self._secret = secret
        self._clock = clock
        self._most_opened = most_opened
        self._item = RateLimitItemPerMinute(MOST_WRONG, WINDOW_MINUTES)
        self._shared = FixedWindowRateLimiter(
            RedisStorage("redis://", connection_pool=redis.connection_pool, key_prefix="guesses")
        )
        self._alone = FixedWindowRateLimiter(MemoryStorage())
        self._opened: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()
        self._avoid_until = -math.inf

    def check(self, address: str, key: str) -> None:
        """Let a key be tried.

        Raises:
            TooManyGuesses: the address has to wait, and has not opened with this key lately.
        """
        pair = self._digest(f"{_home(address)} {key}")
        if self._opened.get(pair, -math.inf) > self._clock():
            return
        seconds = self._wait(self._digest(_home(address)))
        if seconds and not self._shared_answer(lambda: self._redis.exists(_name(pair))):
            raise TooManyGuesses(seconds)

    def failed(self, address: str) -> None:
        """Count a wrong key."""
        place = self._digest(_home(address))
        if self._shared_answer(lambda: self._shared.hit(self._item, place)) is None:
            self._alone.hit(self._item, place)

    def opened(self, address: str, key: str) -> None:
        """Remember that an address opened with a key."""
        pair = self._digest(f"{_home(address)} {key}")
        now = self._clock()
        with self._lock:
            if self._opened.get(pair, -math.inf) > now:
                return
            self._opened[pair] = now + _OPENED_SECONDS
            self._opened.move_to_end(pair)
            while len(self._opened) > self._most_opened:
                self._opened.popitem(last=False)
        self._shared_answer(lambda: self._redis.set(_name(pair), 1, ex=_OPENED_SECONDS))

    def _wait(self, place: str) -> int:
        """Tell the seconds for which a place has to wait; 0 is not at all."""
        windows = (
            self._shared_answer(lambda: self._shared.get_window_stats(self._item, place)),
            self._alone.get_window_stats(self._item, place),
        )
        full = [window.reset_time for window in windows if window is not None and window.remaining <= 0]
        return max((math.ceil(end - time.time()) for end in full), default=0)

    def _shared_answer(self, ask: Callable[[], _T]) -> _T | None:
        """Ask Redis; None when it is away."""
        if self._clock() < self._avoid_until:
            return None
        try:
            return ask()
        except RedisError as error:
            self._avoid_until = self._clock() + _AVOID_REDIS_SECONDS
            log.warning("guesses.alone", error=type(error).__name__)
            return None

    def _digest(self, text: str) -> str:
        return keys.derive(f"guesses {text}", self._secret)


def _name(pair: str) -> str:
    return f"guesses:opened:{pair}"


def _home(address: str) -> str:
    """Take an address for all that one machine or household can speak from."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or int(found) >> _ONE_HOME)
    return str(found)
