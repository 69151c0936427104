"""What the application does with every request: headers, methods, and what it never writes down."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from structlog.testing import capture_logs

PAGES = [
    "/nothing-here",
    "/docs",
    "/openapi.json",
    "/healthz",
    "/metrics",
    "/static/reference.css",
    "/v1/decisions",
    "/v1/comments",
]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is read and refused over HTTP is the same on every database."""
    return sqlite_url


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_is_locked_down(api: Any, path: str) -> None:
    headers = api.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("path", "control"), [("/v1/decisions", "no-store"), ("/v1/nothing", "no-store"), ("/docs", None)]
)
def test_answers_of_the_api_are_kept_by_no_cache(api: Any, path: str, control: str | None) -> None:
    assert api.get(path).headers.get("Cache-Control") == control


def test_head_is_get_without_a_body(api: Any, posted: Any) -> None:
    posted()
    got, head = api.get("/v1/comments/c-1"), api("HEAD", "/v1/comments/c-1")
    assert (head.status_code, head.get_data()) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert api("HEAD", "/v1/comments/none").status_code == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/comments", {"OPTIONS", "POST"}),
        ("/v1/comments/c-1", {"OPTIONS", "HEAD", "GET", "DELETE"}),
        ("/v1/comments:batch", {"OPTIONS", "POST"}),
        ("/docs", {"OPTIONS", "HEAD", "GET"}),
    ],
)
def test_options_names_the_methods_that_there_are(api: Any, path: str, allowed: set[str]) -> None:
    answer = api("OPTIONS", path)
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert set(re.split(r",\s*", answer.headers["Allow"])) == allowed


def test_options_of_the_api_needs_a_key_like_everything_there(app: Flask, client: Any) -> None:
    assert client(app, None)("OPTIONS", "/v1/comments").status_code == 401


def test_nothing_is_a_session_or_a_cookie(api: Any, posted: Any) -> None:
    posted()
    assert not any("Set-Cookie" in api.get(path).headers for path in [*PAGES, "/v1/comments/c-1"])


def test_times_and_names_are_in_the_order_of_the_contract(api: Any, posted: Any) -> None:
    posted()
    assert list(api.get("/v1/comments/c-1").json) == [
        *("id", "status", "revision", "accepted_at", "scores", "reasons", "decision", "decisions"),
    ]


@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/nothing", "/v1/score", "/docs"])
def test_query_strings_and_keys_are_never_logged(
    api: Any, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with capture_logs() as entries:
        api.get(f"{path}?after=hush-hush&token=hush-hush")
    written = "".join(capfd.readouterr()) + caplog.text + repr(entries)
    assert "hush" not in written
    assert api.key not in written


def test_the_servers_own_log_has_no_query_strings_keys_or_texts(served: Any) -> None:
    connection = http.client.HTTPConnection(*served.address, timeout=30)
    headers = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"}
    for method, path, body in [
        ("GET", "/v1/decisions?after=hush-hush", None),
        ("GET", "/hush-hush?x=hush-hush", None),
        ("POST", "/v1/score", b'{"text": "hush-hush, then a crash"}'),
        ("POST", "/v1/comments?hush-hush", b'{"text": "hush-hush"'),
    ]:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        assert answer.status in {400, 404, 500}
        assert b"hush" not in answer.read() or path.startswith("/v1/decisions")
    connection.close()
    written = Path(served.log).read_text()
    assert "request.failed" in written
    assert "hush" not in written
    assert served.key not in written


def test_the_server_keeps_a_connection_open_between_requests(served: Any) -> None:
    connection = http.client.HTTPConnection(*served.address, timeout=30)
    ports = set()
    for _ in range(3):
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        ports.add(connection.sock.getsockname())
    connection.close()
    assert len(ports) == 1


@pytest.mark.parametrize(("n_proxies", "address"), [(0, "127.0.0.1"), (1, "198.51.100.7")])
def test_who_asks_is_told_from_headers_only_behind_proxies_of_ours(
    make_app: Callable[..., Flask], n_proxies: int, address: str
) -> None:
    app = make_app(alone=True, n_proxies=n_proxies)
    app.add_url_rule("/who", view_func=lambda: request.remote_addr or "")
    forged = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}  # what a client wrote itself comes first
    assert app.test_client().get("/who", headers=forged).text == address
