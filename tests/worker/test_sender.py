"""One attempt: what a receiver can do to it, and where it may not go."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest

from worker.sender import Sender, _retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
HEADERS = {"content-type": "application/json", "webhook-id": "msg_1"}
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def sender() -> Iterator[Sender]:
    made = Sender(LOOPBACK, timeout_seconds=0.5)
    yield made
    made.close()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and counts on nobody ever answering."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def timed(send: Callable[[], Any]) -> tuple[Any, float]:
    began = time.monotonic()
    return send(), time.monotonic() - began


def test_a_receiver_gets_headers_and_body_as_they_are(sender: Sender, receiver: Any) -> None:
    answer = sender.send(receiver.url(), HEADERS, '{"a":"ä"}')
    assert (answer.status_code, answer.error, answer.is_success) == (204, None, True)
    (got,) = receiver.received
    assert got.body == '{"a":"ä"}'
    assert got.headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize("status", [200, 410, 500])
def test_a_status_is_an_answer(sender: Sender, receiver: Any, status: int) -> None:
    receiver.answer("/hook", status)
    assert sender.send(receiver.url(), HEADERS, "{}").status_code == status


def test_connections_are_kept_open(sender: Sender, receiver: Any) -> None:
    for _ in range(3):
        sender.send(receiver.url(), HEADERS, "{}")
    assert len({got.connection for got in receiver.received}) == 1


def test_a_receiver_that_closes_what_was_kept_open_gets_a_new_connection(sender: Sender, receiver: Any) -> None:
    receiver.answer("/bye", 200, Connection="close")
    for path in ("/bye", "/hook", "/hook"):
        assert sender.send(receiver.url(path), HEADERS, "{}").is_success
    assert len({got.connection for got in receiver.received}) == 2


def test_a_redirect_is_not_followed(sender: Sender, receiver: Any) -> None:
    receiver.answer("/hook", 302, Location=receiver.url("/elsewhere"))
    answer = sender.send(receiver.url(), HEADERS, "{}")
    assert (answer.status_code, answer.is_success) == (302, False)
    assert receiver.to("/elsewhere") == []


def test_retry_after_is_read(sender: Sender, receiver: Any) -> None:
    receiver.answer("/hook", 429, Retry_After="120")
    assert sender.send(receiver.url(), HEADERS, "{}").retry_after == timedelta(seconds=120)


@pytest.mark.parametrize(
    ("told", "value", "wait"),
    [
        ("none", None, None),
        ("empty", "", None),
        ("seconds", " 120 ", timedelta(seconds=120)),
        ("very many seconds", "9" * 30, timedelta(seconds=10**7)),
        ("a date", "Sun, 01 Mar 2026 12:01:00 GMT", timedelta(minutes=1)),
        ("a date without a zone", "Sun, 01 Mar 2026 12:01:00 -0000", timedelta(minutes=1)),
        ("a date that is past", "Sun, 01 Mar 2026 11:00:00 GMT", timedelta(0)),
        ("nonsense", "soon", None),
        ("less than nothing", "-5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_nonsense_is_none(
    told: str, value: str | None, wait: timedelta | None
) -> None:
    assert _retry_after(value, NOW) == wait, told


# Receivers that take their time


def test_a_receiver_that_never_answers_is_given_up(sender: Sender, silent_port: int) -> None:
    answer, seconds = timed(lambda: sender.send(f"http://127.0.0.1:{silent_port}/", HEADERS, "{}"))
    assert (answer.status_code, answer.error) == (None, "no answer within 0.5 s")
    assert 0.4 < seconds < 1.5


def test_a_receiver_that_drips_its_headers_is_cut_at_the_deadline(sender: Sender, receiver: Any) -> None:
    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not receiver.closing.wait(0.05):
            handler.wfile.write(b"z")

    receiver.behaviours["/hook"] = drip
    answer, seconds = timed(lambda: sender.send(receiver.url(), HEADERS, "{}"))
    assert (answer.status_code, answer.error) == (None, "no answer within 0.5 s")
    assert 0.4 < seconds < 2


@pytest.mark.parametrize("headers", [b"Connection: close\r\n", b"Content-Length: 60000\r\n"], ids=["closing", "kept"])
def test_a_receiver_that_drips_its_body_is_cut_and_its_status_stands(
    sender: Sender, receiver: Any, headers: bytes
) -> None:
    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n")
        while not receiver.closing.wait(0.05):
            handler.wfile.write(b"z")

    receiver.behaviours["/hook"] = drip
    answer, seconds = timed(lambda: sender.send(receiver.url(), HEADERS, "{}"))
    assert answer.is_success
    assert 0.4 < seconds < 2


@pytest.mark.parametrize("headers", [{}, {"Content-Length": str(10**12)}], ids=["endless", "very long"])
def test_a_body_without_end_is_not_read_to_its_end(sender: Sender, receiver: Any, headers: dict[str, str]) -> None:
    def pour(handler: Any) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        while True:
            handler.wfile.write(b"z" * 65_536)

    receiver.behaviours["/hook"] = pour
    answer, seconds = timed(lambda: sender.send(receiver.url(), HEADERS, "{}"))
    assert answer.is_success
    assert seconds < 0.4


def test_a_body_that_is_not_what_it_says_does_not_undo_a_success(sender: Sender, receiver: Any) -> None:
    def lie(handler: Any) -> None:
        handler.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"
        )
        handler.close_connection = True

    receiver.behaviours["/hook"] = lie
    assert sender.send(receiver.url(), HEADERS, "{}").is_success
    assert sender.send(receiver.url("/other"), HEADERS, "{}").is_success


def test_an_attempt_in_time_is_not_cut_by_its_predecessor_s_deadline(sender: Sender, receiver: Any) -> None:
    receiver.behaviours["/slow"] = lambda handler: (
        receiver.closing.wait(0.3),
        handler.send_response(204),
        handler.end_headers(),
    )
    for _ in range(3):
        assert sender.send(receiver.url("/slow"), HEADERS, "{}").is_success


def test_threads_send_at_once_over_connections_of_their_own(
    sender: Sender, receiver: Any, at_once: Callable[..., list[Any]]
) -> None:
    answers = at_once(*[lambda: sender.send(receiver.url(), HEADERS, "{}")] * 8)
    assert all(answer.is_success for answer in answers)


# Receivers that are not there


def test_nobody_listening_is_an_answer_in_a_line(sender: Sender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    answer = sender.send(f"http://127.0.0.1:{port}/", HEADERS, "{}")
    assert answer.status_code is None
    assert answer.error == "NewConnectionError: no connection: Connection refused"


def test_a_receiver_that_hangs_up_is_an_answer_in_a_line(sender: Sender, receiver: Any) -> None:
    receiver.behaviours["/hook"] = lambda handler: setattr(handler, "close_connection", True)
    answer = sender.send(receiver.url(), HEADERS, "{}")
    assert answer.status_code is None
    assert answer.error is not None
    assert "0x" not in answer.error
    assert "\n" not in answer.error


def test_what_is_not_http_is_an_answer(sender: Sender, receiver: Any) -> None:
    receiver.behaviours["/hook"] = lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
    assert sender.send(receiver.url(), HEADERS, "{}").status_code is None


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ("a name that does not exist", "http://nothing.invalid/"),
        ("a name that cannot be one", "http://" + "a" * 64 + ".example/"),
        ("no host at all", "http:///"),
        ("https to what speaks plainly", "https://127.0.0.1:{port}/"),
    ],
)
def test_what_cannot_be_reached_is_an_answer(sender: Sender, receiver: Any, told: str, url: str) -> None:
    answer = sender.send(url.format(port=receiver.port), HEADERS, "{}")
    assert answer.status_code is None, told
    assert answer.error


# Where it may not go


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ("loopback", "http://127.0.0.1:{port}/hook"),
        ("loopback, encrypted", "https://127.0.0.1:{port}/hook"),
        ("a name that resolves to loopback", "http://localhost:{port}/hook"),
        ("a name that resolves to loopback, encrypted", "https://localhost:{port}/hook"),
        ("loopback in one number", "http://2130706433:{port}/hook"),
        ("loopback, short", "http://127.1:{port}/hook"),
        ("loopback, mapped into IPv6", "http://[::ffff:127.0.0.1]:{port}/hook"),
        ("where clouds keep credentials", "http://169.254.169.254/latest/meta-data/"),
        ("plain http to a public address", "http://93.184.215.14/hook"),
    ],
)
def test_no_connection_is_made_to_what_is_not_allowed(receiver: Any, told: str, url: str) -> None:
    guarded = Sender([], timeout_seconds=0.5)
    answer = guarded.send(url.format(port=receiver.port), HEADERS, "{}")
    guarded.close()
    assert answer.status_code is None, told
    assert answer.error is not None
    assert "OMBUDS_WEBHOOK_ALLOW" in answer.error
    assert receiver.received == []


def test_what_is_said_of_a_very_long_name_fits_the_record(receiver: Any) -> None:
    guarded = Sender([])
    long_name = ".".join(part.zfill(63) for part in ("0177", "0", "0", "1"))  # 127.0.0.1, in octal
    answer = guarded.send(f"http://{long_name}:{receiver.port}/", HEADERS, "{}")
    guarded.close()
    assert answer.error is not None
    assert "resolves to 127.0.0.1" in answer.error
    assert len(answer.error) == 300


def test_a_name_that_resolves_to_an_allowed_address_is_called(sender: Sender, receiver: Any) -> None:
    assert sender.send(f"http://localhost:{receiver.port}/hook", HEADERS, "{}").is_success


def test_a_closed_sender_leaves_no_thread_behind(eventually: Callable[..., None]) -> None:
    before = threading.active_count()
    Sender([]).close()
    eventually(lambda: threading.active_count() <= before, 3)
