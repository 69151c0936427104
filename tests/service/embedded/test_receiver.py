"""The receiver takes what is signed well, and nothing else."""

from __future__ import annotations

import http.client
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from standardwebhooks import Webhook

from service.embedded.receiver import LARGEST_BODY_BYTES, Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = json.dumps({"type": "comment.approved", "data": {"comment_id": "c-1"}})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        running.secret = SECRET
        yield running


def signed(
    body: str = BODY, webhook_id: str = "msg_1", secret: str = SECRET, age: timedelta = timedelta(0)
) -> dict[str, str]:
    moment = datetime.now(UTC) - age
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, moment, body),
    }


def post(receiver: Receiver, headers: Mapping[str, str], body: str = BODY, path: str | None = None) -> int:
    address = urlsplit(receiver.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    try:
        connection.request("POST", path or address.path, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_good_signature_is_taken_and_the_event_remembered(receiver: Receiver) -> None:
    assert post(receiver, signed()) == 204
    (arrival,) = receiver.arrivals()
    assert arrival.webhook_id == "msg_1"
    assert arrival.event["data"]["comment_id"] == "c-1"


@pytest.mark.parametrize(
    "headers",
    [
        dict,
        lambda: signed(body='{"type": "comment.rejected"}'),
        lambda: signed(secret="whsec_" + "QUJD" * 8),
        lambda: signed(age=timedelta(minutes=10)),
        lambda: signed() | {"webhook-signature": "v1"},
        lambda: signed() | {"webhook-signature": "v1,not base64!"},
        lambda: signed() | {"webhook-timestamp": "yesterday"},
    ],
    ids=["no headers", "another body", "another secret", "old", "half a signature", "no base64", "no number"],
)
def test_a_bad_signature_is_refused(receiver: Receiver, headers: Callable[[], dict[str, str]]) -> None:
    assert post(receiver, headers()) == 401
    assert receiver.arrivals() == []


def test_everything_is_refused_before_the_secret_is_known() -> None:
    with Receiver() as receiver:
        assert post(receiver, signed()) == 401


def test_a_webhook_sent_twice_counts_once(receiver: Receiver) -> None:
    assert [post(receiver, signed()) for _ in range(2)] == [204, 204]
    assert len(receiver.arrivals()) == 1


def test_another_path_and_too_large_a_body_are_refused(receiver: Receiver) -> None:
    assert post(receiver, signed(), path="/") == 404
    assert post(receiver, {"Content-Length": str(LARGEST_BODY_BYTES + 1)}, "") == 413


def test_waiting_ends_when_enough_came_or_time_is_up(receiver: Receiver) -> None:
    post(receiver, signed())
    assert len(receiver.wait(lambda came: len(came) == 1, 5)) == 1
    assert len(receiver.wait(lambda came: len(came) == 2, 0.05)) == 1
