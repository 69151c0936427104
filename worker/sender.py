"""One POST to a webhook: time-limited, no redirects, and the address checked at the socket."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from moderation.errors import ForbiddenAddress
from moderation.webhooks import Answer, check_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from moderation.settings import Network

TIMEOUT_SECONDS = 15.0
"""From first byte out to headers in, all told."""

_CONNECT_SECONDS = 5.0
_MOST_BODY_BYTES = 65_536
_MOST_ERROR = 300
_WATCH_SECONDS = 0.25
_OBJECT = re.compile(r"^(<.*?>|\w+\(.*?\)): ")


class Sender:
    """Sends signed bodies and keeps connections open for the next; safe to share between threads.

    Args:
        allowed: networks that may be called though they are not public.
        timeout_seconds: the time that one whole attempt may take.
    """

    def __init__(self, allowed: Sequence[Network], timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._watch = _Watch()
        self._timeout_seconds = timeout_seconds
        self._pools = PoolManager(
            num_pools=64, maxsize=16, retries=False, timeout=Timeout(connect=_CONNECT_SECONDS, read=timeout_seconds)
        )
        self._pools.pool_classes_by_scheme = _guarded_pools(tuple(allowed), self._watch)

    def send(self, url: str, headers: Mapping[str, str], body: str) -> Answer:
        """Make one attempt. Whatever goes wrong outside is an answer, never an exception."""
        with self._watch.until(time.monotonic() + self._timeout_seconds) as attempt:
            try:
                response = self._pools.request(
                    "POST", url, body=body.encode(), headers=dict(headers), redirect=False, preload_content=False
                )
                with response:
                    if attempt.seconds_left() <= 0:  # cut among the headers, which looks like their end
                        return Answer(None, self._late())
                    _skip_body(response)
                    return Answer(
                        response.status, None, _retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
                    )
            except ForbiddenAddress as error:
                return Answer(None, str(error)[:_MOST_ERROR])
            except (HTTPError, OSError, ValueError) as error:
                return Answer(None, self._late() if attempt.seconds_left() <= 0 else _plain(error))

    def _late(self) -> str:
        return f"no answer within {self._timeout_seconds:g} s"

    def close(self) -> None:
        """Close all connections, and cut those in use."""
        self._pools.clear()
        self._watch.close()


class _Attempt:
    """One attempt in flight, and a handle of its own on the socket that it goes over.

    The connection's socket is no good for cutting: it is wrapped for TLS, and let go of while a body is read.
    """

    def __init__(self, watch: _Watch, deadline: float) -> None:
        self._watch = watch
        self.deadline = deadline
        self._handle: socket.socket | None = None

    def __enter__(self) -> Self:
        self._watch.enter(self)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._watch.leave(self)

    def seconds_left(self) -> float:
        """Tell how long this attempt may still take."""
        return self.deadline - time.monotonic()

    def goes_over(self, sock: socket.socket) -> None:
        """Note the socket."""
        self.let_go()
        self._handle = socket.socket(fileno=os.dup(sock.fileno()))

    def let_go(self) -> None:
        """Forget the socket."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def cut(self) -> None:
        """Cut the connection of an attempt that takes too long: a receiver that drips bytes must not hold a thread."""
        if self._handle is not None:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)


class _Watch:
    """Looks for attempts past their deadline, several times a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._attempts: set[_Attempt] = set()
        self._mine = threading.local()
        self._closing = threading.Event()
        threading.Thread(target=self._run, name="webhook-watch", daemon=True).start()

    def until(self, deadline: float) -> _Attempt:
        return _Attempt(self, deadline)

    def enter(self, attempt: _Attempt) -> None:
        self._mine.attempt = attempt
        with self._lock:
            self._attempts.add(attempt)

    def leave(self, attempt: _Attempt) -> None:
        self._mine.attempt = None
        with self._lock:
            self._attempts.discard(attempt)
            attempt.let_go()

    def mine(self) -> _Attempt:
        """Give this thread's attempt."""
        attempt: _Attempt = self._mine.attempt
        return attempt

    def goes_over(self, sock: socket.socket) -> None:
        """Note the socket that this thread's attempt uses."""
        with self._lock:
            self.mine().goes_over(sock)
            if self._closing.is_set():
                self.mine().cut()

    def close(self) -> None:
        """Cut whatever is in flight, or its threads would keep the process from ending."""
        self._closing.set()
        with self._lock:
            for attempt in self._attempts:
                attempt.cut()

    def _run(self) -> None:
        while not self._closing.wait(_WATCH_SECONDS):
            now = time.monotonic()
            with self._lock:
                for attempt in self._attempts:
                    if attempt.deadline < now:
                        attempt.cut()


def _guarded_pools(allowed: tuple[Network, ...], watch: _Watch) -> dict[str, type[HTTPConnectionPool]]:
    """Make connection pools that resolve a name themselves, check every address, and connect to what they checked."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, allowed, watch, is_plain=True)

        def request(self, *args: Any, **kwargs: Any) -> None:
            if self.sock is not None:  # kept open since an earlier attempt
                watch.goes_over(self.sock)
            super().request(*args, **kwargs)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connect(self, allowed, watch, is_plain=False)

        def request(self, *args: Any, **kwargs: Any) -> None:
            if self.sock is not None:
                watch.goes_over(self.sock)
            super().request(*args, **kwargs)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _connect(connection: HTTPConnection, allowed: Sequence[Network], watch: _Watch, *, is_plain: bool) -> socket.socket:
    host = connection.host.strip("[]")
    try:
        found = socket.getaddrinfo(host, connection.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NewConnectionError(connection, "the host's name was not found") from error
    addresses = [str(sockaddr[0]) for *_rest, sockaddr in found]
    for address in addresses:
        check_address(host, address, allowed, is_plain=is_plain)
    last: OSError | None = None
    for address in addresses:
        try:
            seconds = max(min(_CONNECT_SECONDS, watch.mine().seconds_left()), 0.001)
            sock = socket.create_connection((address, connection.port), timeout=seconds)
        except OSError as error:
            last = error
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        watch.goes_over(sock)
        return sock
    raise NewConnectionError(
        connection, f"no connection: {last.strerror or type(last).__name__}" if last else "no address"
    ) from last


def _skip_body(response: BaseHTTPResponse) -> None:
    """Read a short body, so that the connection can be used again. The status stands, whatever the body does."""
    with suppress(HTTPError, OSError):
        if len(response.read(_MOST_BODY_BYTES, decode_content=False)) == _MOST_BODY_BYTES:
            response.close()


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header: seconds or a date; nonsense counts as absent."""
    if not value:
        return None
    if value.strip().isdecimal():
        return timedelta(seconds=min(int(value.strip()[:9]), 10**7))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta(0))


def _plain(error: Exception) -> str:
    """Say an error in a line, without the objects that urllib3 names before it."""
    words = _OBJECT.sub("", str(error)) or type(error).__name__
    return f"{type(error).__name__}: {words}".partition("\n")[0][:_MOST_ERROR]
