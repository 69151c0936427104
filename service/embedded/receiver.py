"""A small real web site's end: receives webhooks on loopback, checks their signatures, remembers what came and when."""

from __future__ import annotations

import binascii
import json
import secrets
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from standardwebhooks import Webhook, WebhookVerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

LARGEST_BODY_BYTES = 1_048_576
_IDLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A webhook whose signature was good. `arrived_at` is on the monotonic clock, in seconds."""

    webhook_id: str
    event: Mapping[str, Any]
    arrived_at: float


class Receiver:
    """A context in which a receiver listens on a free port of 127.0.0.1.

    Refuses everything with 401 until `secret` is set: the secret is known only after the address has been registered.
    """

    def __init__(self) -> None:
        self.secret: str | None = None
        self._path = f"/webhooks/{secrets.token_hex(8)}"
        self._arrivals: dict[str, Arrival] = {}
        self._change = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._request_class())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """The address to register."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self._path}"

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop to listen."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def arrivals(self) -> list[Arrival]:
        """Tell what came, in order, each webhook once however often it was sent."""
        with self._change:
            return list(self._arrivals.values())

    def wait(self, is_enough: Callable[[list[Arrival]], bool], seconds: float) -> list[Arrival]:
        """Wait until what came is enough, at most `seconds`, and tell what came."""
        with self._change:
            self._change.wait_for(lambda: is_enough(list(self._arrivals.values())), seconds)
            return list(self._arrivals.values())

    def accept(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Remember a webhook if its signature is good; tell whether it was."""
        arrived_at = time.monotonic()
        if self.secret is None:
            return False
        try:
            Webhook(self.secret).verify(body, dict(headers), json_parse=False)
            event = json.loads(body)
        except (WebhookVerificationError, binascii.Error, ValueError):
            return False  # the last two: how the library takes malformed headers
        webhook_id = next(value for name, value in headers.items() if name.lower() == "webhook-id")
        with self._change:
            self._arrivals.setdefault(webhook_id, Arrival(webhook_id, event, arrived_at))
            self._change.notify_all()
        return True

    def _request_class(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Request(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = _IDLE_SECONDS

            def do_POST(self) -> None:
                self.send_response(self._judge())
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _judge(self) -> HTTPStatus:
                length = self.headers.get("Content-Length", "")
                if not length.isdecimal() or int(length) > LARGEST_BODY_BYTES:
                    self.close_connection = True
                    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length.isdecimal() else HTTPStatus.LENGTH_REQUIRED
                body = self.rfile.read(int(length))
                if self.path != receiver._path:
                    return HTTPStatus.NOT_FOUND
                return HTTPStatus.NO_CONTENT if receiver.accept(dict(self.headers), body) else HTTPStatus.UNAUTHORIZED

            def log_message(self, *_: object) -> None:
                """Log nothing: the tour has the terminal."""

        return Request
