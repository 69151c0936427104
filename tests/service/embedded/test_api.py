"""What `ombuds up` reads from its own API's answers."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from service.embedded import api

if TYPE_CHECKING:
    from collections.abc import Iterator


class Answers(BaseHTTPRequestHandler):
    """Ready on `/readyz`, and knows one key."""

    def do_GET(self) -> None:
        is_good = self.path == "/readyz" or self.headers["Authorization"] == "Bearer good"
        self.send_response(200 if is_good else 401)
        self.end_headers()

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


def test_is_ready_when_it_says_so(port: int) -> None:
    assert api.is_ready("0.0.0.0", port)  # noqa: S104 - how a host is given to us


def test_is_not_ready_while_nobody_listens() -> None:
    assert api.is_ready("127.0.0.1", 1) is None


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
