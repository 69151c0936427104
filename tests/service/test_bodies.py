"""What bodies are read, and the problem of each that is not."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from service import bodies


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is read and refused over HTTP is the same on every database."""
    return sqlite_url


GOOD = {"text": "fine"}


@pytest.mark.parametrize(
    ("body", "slug", "status"),
    [
        pytest.param(b"", "malformed-json", 400, id="nothing"),
        pytest.param(b"{", "malformed-json", 400, id="half an object"),
        pytest.param(b"{'text': 1}", "malformed-json", 400, id="Python, not JSON"),
        pytest.param(b'{"text": "a"} x', "malformed-json", 400, id="something after the object"),
        pytest.param(b'{"text": "a\nb"}', "malformed-json", 400, id="a raw line break in a string"),
        pytest.param(b'\xef\xbb\xbf{"text": "a"}', "malformed-json", 400, id="a byte order mark"),
        pytest.param(b'{"text": NaN}', "malformed-json", 400, id="NaN"),
        pytest.param(b'{"text": -Infinity}', "malformed-json", 400, id="Infinity"),
        pytest.param(b'{"text": ' + b"1" * 5000 + b"}", "malformed-json", 400, id="a number of 5,000 digits"),
        pytest.param(b'{"text": "\xff"}', "bad-encoding", 400, id="not UTF-8"),
        pytest.param(b'{"text": "\xed\xa0\x80"}', "bad-encoding", 400, id="a surrogate in UTF-8"),
        pytest.param('{"text": "ä"}'.encode("latin-1"), "bad-encoding", 400, id="Latin-1"),
        pytest.param('{"text": "a"}'.encode("utf-16"), "bad-encoding", 400, id="UTF-16"),
        pytest.param(b'{"text": ' + b"[" * 40 + b"]" * 40 + b"}", "too-deep", 400, id="40 levels"),
        pytest.param(b"[" * 100_000, "too-deep", 400, id="100,000 levels, never closed"),
        pytest.param(b'{"a":' * 100_000, "too-deep", 400, id="100,000 objects, never closed"),
        pytest.param(b'{"text": "a\\u0000b"}', "nul-character", 422, id="NUL in a text"),
        pytest.param(b'{"te\\u0000xt": "a"}', "nul-character", 422, id="NUL in a name"),
        pytest.param(b'{"text": "a\\ud800b"}', "unpaired-surrogate", 422, id="half a surrogate pair"),
        pytest.param(b'{"\\udc00": "a"}', "unpaired-surrogate", 422, id="half a surrogate pair in a name"),
        pytest.param(b'{"text": 1e999}', "invalid-value", 422, id="a number beyond all bounds"),
        pytest.param(b"[]", "wrong-type", 422, id="a list"),
        pytest.param(b'"text"', "wrong-type", 422, id="a string"),
        pytest.param(b'"{}"', "wrong-type", 422, id="an object in a string"),
        pytest.param(b"null", "wrong-type", 422, id="null"),
    ],
)
def test_a_body_that_cannot_be_read_has_its_own_problem(api: Any, body: bytes, slug: str, status: int) -> None:
    answer = api.post("/v1/score", body=body)
    assert answer.status_code == status
    assert answer.json["type"] == f"urn:ombuds:problem:{slug}"
    assert answer.json["status"] == status
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("metadata", "pointer"),
    [
        pytest.param({"a": {"b": ["\0"]}}, "/metadata/a/b/0", id="in a list in an object"),
        pytest.param({"a/b": {"~": "\0"}}, "/metadata/a~1b/~0", id="under names with / and ~"),
    ],
)
def test_a_character_that_cannot_be_stored_is_pointed_to(
    api: Any, comment: Callable[..., Any], metadata: Any, pointer: str
) -> None:
    answer = api.post("/v1/comments", comment(metadata=metadata))
    assert answer.json["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("text", ["naïve 🙂 e\u0301", "\u0001\u007f\uffff", "مرحبا", '\\ " / \t'])
def test_every_character_that_can_be_stored_is_taken(api: Any, text: str) -> None:
    assert api.post("/v1/score", {"text": text}).status_code == 200


def test_32_levels_are_not_too_deep(api: Any, comment: Callable[..., Any]) -> None:
    nested: Any = 1
    for _ in range(30):
        nested = [nested]
    assert api.post("/v1/comments", comment(metadata={"x": nested})).status_code == 202


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.news+json"],
)
def test_json_is_read_under_its_media_types(api: Any, media_type: str) -> None:
    assert api.post("/v1/score", body=json.dumps(GOOD), headers={"Content-Type": media_type}).status_code == 200


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "json",
        "application/jsonx",
    ],
)
def test_other_media_types_are_refused_with_the_one_to_send(api: Any, media_type: str) -> None:
    answer = api.post("/v1/score", body=json.dumps(GOOD), headers={"Content-Type": media_type})
    assert answer.status_code == 415
    assert answer.json["type"] == "urn:ombuds:problem:unsupported-media-type"
    assert answer.headers["Accept"] == "application/json"


def test_a_compressed_body_is_refused(api: Any) -> None:
    answer = api.post("/v1/score", body=json.dumps(GOOD), headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415
    assert "gzip" in answer.json["detail"]


def test_a_body_of_1_mib_fits_and_one_byte_more_does_not(api: Any, comment: Callable[..., Any]) -> None:
    def padded(n_bytes: int) -> bytes:
        body = json.dumps(comment()).encode()
        return body + b" " * (n_bytes - len(body))

    assert api.post("/v1/comments", body=padded(bodies.MAX_BODY_BYTES)).status_code == 202
    answer = api.post("/v1/comments", body=padded(bodies.MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert answer.json["type"] == "urn:ombuds:problem:body-too-large"
    assert "1,048,576" in answer.json["detail"]


# Through a real server: only there a body may come in chunks


@pytest.mark.parametrize(
    ("n_bytes", "status"),
    [
        pytest.param(0, 202, id="small, in chunks"),
        pytest.param(bodies.MAX_BODY_BYTES - 1_000, 202, id="almost 1 MiB, in chunks"),
        pytest.param(bodies.MAX_BODY_BYTES + 1_000, 413, id="over 1 MiB, in chunks"),
    ],
)
def test_a_body_without_a_length_meets_the_same_limit(
    served: Any, comment: Callable[..., Any], n_bytes: int, status: int
) -> None:
    body = json.dumps(comment(f"chunked-{n_bytes}")).encode() + b" " * n_bytes
    connection = http.client.HTTPConnection(*served.address, timeout=30)
    headers = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"}
    parts = (body[at : at + 65_536] for at in range(0, len(body), 65_536))
    connection.request("POST", "/v1/comments", parts, headers, encode_chunked=True)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    assert answer.status == status
    if status == 413:
        assert told["type"] == "urn:ombuds:problem:body-too-large"


def test_an_endless_body_is_cut_off(served: Any, comment: Callable[..., Any]) -> None:
    def endless() -> Iterator[bytes]:
        yield json.dumps(comment("endless")).encode()
        for _ in range(1_000):
            yield b" " * 65_536

    connection = http.client.HTTPConnection(*served.address, timeout=30)
    headers = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"}
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.request("POST", "/v1/comments", endless(), headers, encode_chunked=True)
        assert connection.getresponse().status == 413
    connection.close()
    connection.request("GET", "/v1/comments/endless", headers=headers)
    assert connection.getresponse().status == 404
    connection.close()


def test_a_body_with_a_length_over_the_limit_is_answered_413_by_the_server(served: Any) -> None:
    connection = http.client.HTTPConnection(*served.address, timeout=30)
    headers = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/comments", b" " * (2 * bodies.MAX_BODY_BYTES), headers)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["status"]) == (413, 413)
    connection.close()


def test_a_body_is_not_read_before_the_key_is_known(served: Any) -> None:
    connection = http.client.HTTPConnection(*served.address, timeout=30)
    connection.request("POST", "/v1/comments", b"{", {"Content-Type": "text/plain"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 401
