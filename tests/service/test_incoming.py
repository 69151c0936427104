"""Fields that come in: what fits, what does not, and where a problem points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Comment = Callable[..., dict[str, Any]]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is read and refused over HTTP is the same on every database."""
    return sqlite_url


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        pytest.param("a", True, id="1 byte"),
        pytest.param("a" * 20_480, True, id="20,480 bytes in as many characters"),
        pytest.param("a" * 20_481, False, id="20,481 bytes in as many characters"),
        pytest.param("é" * 10_240, True, id="20,480 bytes in half as many characters"),
        pytest.param("é" * 10_240 + "a", False, id="20,481 bytes in half as many characters"),
        pytest.param("🙂" * 5_120, True, id="20,480 bytes in a quarter as many characters"),
        pytest.param("🙂" * 5_121, False, id="20,484 bytes in a quarter as many characters"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/comments", "/v1/score"])
def test_a_text_has_20480_bytes_at_most_however_many_characters(
    api: Any,
    comment: Comment,
    path: str,
    text: str,
    fits: bool,  # noqa: FBT001  a row of the table
) -> None:
    answer = api.post(path, comment(text=text) if path == "/v1/comments" else {"text": text})
    if fits:
        assert answer.status_code in {200, 202}
    else:
        assert answer.status_code == 422
        assert answer.json["type"] == "urn:ombuds:problem:text-too-long"
        assert answer.json["errors"] == [{"detail": "longer than 20,480 bytes of UTF-8", "pointer": "/text"}]


@pytest.mark.parametrize(
    ("changes", "slug", "pointer"),
    [
        pytest.param({"colour": "red"}, "unknown-field", "/colour", id="an unknown field"),
        pytest.param({"Text": "x"}, "unknown-field", "/Text", id="a field in capitals"),
        pytest.param(
            {"author": {"ref": "r", "e-mail": "x"}}, "unknown-field", "/author/e-mail", id="an unknown field inside"
        ),
        pytest.param({"a/b~c": 1}, "unknown-field", "/a~1b~0c", id="a pointer with / and ~"),
        pytest.param({"author": {}}, "missing-field", "/author/ref", id="a missing field inside"),
        pytest.param({"text": 5}, "wrong-type", "/text", id="a number for a text"),
        pytest.param({"text": None}, "wrong-type", "/text", id="null for a text"),
        pytest.param({"text": ["a"]}, "wrong-type", "/text", id="a list for a text"),
        pytest.param({"author": "Ida"}, "wrong-type", "/author", id="a text for an object"),
        pytest.param({"metadata": []}, "wrong-type", "/metadata", id="a list for an object"),
        pytest.param({"created_at": 1_700_000_000}, "wrong-type", "/created_at", id="a number for a time"),
        pytest.param({"created_at": True}, "wrong-type", "/created_at", id="true for a time"),
        pytest.param({"created_at": "1700000000"}, "invalid-value", "/created_at", id="a number in quotes for a time"),
        pytest.param({"created_at": "2026-03-01"}, "invalid-value", "/created_at", id="a date without a time"),
        pytest.param(
            {"created_at": "2026-03-01T12:00:00"}, "invalid-value", "/created_at", id="a time without an offset"
        ),
        pytest.param({"created_at": "2026-02-30T12:00:00Z"}, "invalid-value", "/created_at", id="a day that never was"),
        pytest.param(
            {"created_at": "0001-01-01T00:00:00+14:00"}, "invalid-value", "/created_at", id="before all times"
        ),
        pytest.param({"created_at": "9999-12-31T23:59:59-14:00"}, "invalid-value", "/created_at", id="after all times"),
        pytest.param({"created_at": "tomorrow"}, "invalid-value", "/created_at", id="no time at all"),
        pytest.param({"text": ""}, "invalid-value", "/text", id="an empty text"),
        pytest.param({"language": "english!"}, "invalid-value", "/language", id="no language tag"),
        pytest.param(
            {"article": {"url": "ftp://x", "title": ""}}, "invalid-value", "/article/url", id="not on the web"
        ),
        pytest.param({"article": {"url": "javascript:0", "title": ""}}, "invalid-value", "/article/url", id="a script"),
        pytest.param(
            {"article": {"url": "http://x/" + "é" * 1_000, "title": ""}},
            "invalid-value",
            "/article/url",
            id="a long address",
        ),
        pytest.param({"author": {"ref": ""}}, "invalid-value", "/author/ref", id="an author without a name"),
        pytest.param({"author": {"ref": "r" * 201}}, "invalid-value", "/author/ref", id="a very long author"),
        pytest.param({"parent": {"id": "not an id"}}, "invalid-value", "/parent/id", id="a parent that cannot be"),
        pytest.param({"parent": {"text": "a" * 20_481}}, "text-too-long", "/parent/text", id="a long parent"),
    ],
)
def test_a_field_that_may_not_be_has_its_problem_and_pointer(
    api: Any, comment: Comment, changes: dict[str, Any], slug: str, pointer: str
) -> None:
    answer = api.post("/v1/comments", comment(**changes))
    assert answer.status_code == 422
    assert answer.json["type"] == f"urn:ombuds:problem:{slug}"
    assert answer.json["errors"][0]["pointer"] == pointer
    assert pointer in answer.json["detail"]


@pytest.mark.parametrize("field", ["id", "text", "author", "article"])
def test_what_is_needed_and_missing_is_named(api: Any, comment: Comment, field: str) -> None:
    body = comment()
    del body[field]
    answer = api.post("/v1/comments", body)
    assert answer.json["type"] == "urn:ombuds:problem:missing-field"
    assert answer.json["errors"] == [{"detail": "this field is needed", "pointer": f"/{field}"}]


def test_every_fault_of_a_body_is_listed(api: Any, comment: Comment) -> None:
    answer = api.post("/v1/comments", comment(text=5, colour="red", author={}))
    assert {error["pointer"] for error in answer.json["errors"]} == {"/text", "/colour", "/author/ref"}


@pytest.mark.parametrize(
    "moment",
    ["2026-03-01T12:00:00Z", "2026-03-01t12:00:00.123456z", "2026-03-01T12:00:00+05:30", "1900-01-01T00:00:00-00:00"],
)
def test_times_are_read_as_rfc_3339_has_them(api: Any, comment: Comment, moment: str) -> None:
    assert api.post("/v1/comments", comment(created_at=moment)).status_code == 202


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/v1/comments/a%20b", "/comment_id"),
        ("/v1/comments/" + "x" * 201, "/comment_id"),
        ("/v1/comments/a%00b", "/comment_id"),
        ("/v1/comments/%F0%9F%99%82", "/comment_id"),
        ("/v1/webhooks/1", "/webhook_id"),
        ("/v1/decisions?limit=0", "/limit"),
        ("/v1/decisions?limit=1001", "/limit"),
        ("/v1/decisions?limit=ten", "/limit"),
        ("/v1/decisions?offset=1", "/offset"),
        ("/v1/deliveries?webhook=%00", "/webhook"),
        ("/v1/deliveries?before=%00", "/before"),
        ("/v1/deliveries?state=due", "/state"),
        ("/v1/deliveries?limit=201", "/limit"),
    ],
)
def test_addresses_and_queries_are_checked_like_bodies(api: Any, path: str, pointer: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer
