"""What `ombuds up` reads from its own API's answers."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from service.embedded import api
from service.embedded.api import Readiness

if TYPE_CHECKING:
    from collections.abc import Iterator


class Answers(BaseHTTPRequestHandler):
    """Answers `/readyz` as told, and knows one key."""

    ready = (200, "")

    def do_GET(self) -> None:
        status, content = 200 if self.headers["Authorization"] == "Bearer good" else 401, ""
        if self.path == "/readyz":
            status, content = self.ready
        self.send_response(status)
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "content", "found"),
    [
        pytest.param(200, "", Readiness.READY, id="ready"),
        pytest.param(503, '{"checks": {"database": "ok", "redis": "gone"}}', Readiness.NOT_YET, id="another part"),
        pytest.param(503, '{"checks": {"database": "at no revision"}}', Readiness.DATABASE, id="the database"),
        pytest.param(503, '{"checks": []}', Readiness.NOT_YET, id="another's checks"),
        pytest.param(502, "<html>", Readiness.NOT_YET, id="no JSON"),
    ],
)
def test_tells_what_is_not_ready(
    port: int, status: int, content: str, found: Readiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Answers, "ready", (status, content))
    assert api.readiness("0.0.0.0", port) is found  # noqa: S104 - how a host is given to us


def test_is_not_ready_while_nobody_listens() -> None:
    assert api.readiness("127.0.0.1", 1) is Readiness.NOT_YET


@pytest.mark.parametrize(("key", "knows"), [("good", True), ("stale", False)])
def test_tells_a_key_it_knows_from_one_it_does_not(port: int, key: str, knows: bool) -> None:  # noqa: FBT001
    assert api.knows_key("127.0.0.1", port, key) is knows


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104
        ("::", "http://[::1]:8000"),
        ("ombuds.example", "http://ombuds.example:8000"),
    ],
)
def test_the_address_is_one_that_can_be_opened(host: str, address: str) -> None:
    assert api.address(host, 8_000) == address
