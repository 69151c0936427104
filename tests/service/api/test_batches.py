"""Batches: up to 1,000 comments in one request, each with its own outcome."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from werkzeug.test import TestResponse

from service import bodies
from service.api.batches import MOST_LINES

Comment = Callable[..., dict[str, Any]]
Lines = Callable[[TestResponse], list[dict[str, Any]]]


def _post(api: Any, body: bytes, media_type: str = "application/x-ndjson") -> TestResponse:
    answer: TestResponse = api.post("/v1/comments:batch", body=body, headers={"Content-Type": media_type})
    return answer


def _ndjson(*comments: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(comment).encode() for comment in comments)


def test_each_line_succeeds_or_fails_by_itself_with_its_own_problem(api: Any, comment: Comment, lines: Lines) -> None:
    api.post("/v1/comments", comment("gone"))
    api.delete("/v1/comments/gone")
    faulty = {
        b"{": "malformed-json",
        b"\xff": "bad-encoding",
        b"[" * 40 + b"]" * 40: "too-deep",
        b'"text"': "wrong-type",
        b'{"id": "\\u0000"}': "nul-character",
        b'{"id": "\\ud800"}': "unpaired-surrogate",
        b"{}": "missing-field",
        _ndjson(comment(colour=1)): "unknown-field",
        _ndjson(comment(text="a" * 20_481)): "text-too-long",
        _ndjson(comment(text="")): "invalid-value",
        b" " * (bodies.MAX_BODY_BYTES + 1) + b"{}": "body-too-large",
        _ndjson(comment("gone")): "comment-removed",
    }
    answer = _post(api, b"\n".join([_ndjson(comment("c-1")), *faulty, _ndjson(comment("c-2"))]))
    assert (answer.status_code, answer.mimetype) == (200, "application/x-ndjson")
    first, *problems, last = lines(answer)
    assert (first["line"], first["status"], first["comment"]["id"]) == (1, 202, "c-1")
    assert (last["status"], last["comment"]["id"]) == (202, "c-2")
    slugs = [result["problem"]["type"].rpartition(":")[2] for result in problems]
    assert slugs == list(faulty.values())
    assert all(result["status"] == result["problem"]["status"] >= 400 for result in problems)


def test_answers_stand_in_the_order_of_the_lines_with_their_numbers(api: Any, comment: Comment, lines: Lines) -> None:
    answer = _post(api, b"\n\n" + _ndjson(comment("z")) + b"\r\n \n" + _ndjson(comment("a")) + b"\n")
    assert [(result["line"], result["comment"]["id"]) for result in lines(answer)] == [(3, "z"), (5, "a")]


def test_an_id_twice_in_a_batch_is_one_comment_with_its_last_text(api: Any, comment: Comment, lines: Lines) -> None:
    answer = _post(api, _ndjson(comment(text="first"), comment(text="second"), comment(text="second")))
    assert [result["comment"]["revision"] for result in lines(answer)] == [1, 2, 2]


def test_a_decided_comment_is_200_in_a_batch_too(
    api: Any, comment: Comment, lines: Lines, judged: Callable[..., Any]
) -> None:
    api.post("/v1/comments", comment())
    judged()
    assert [result["status"] for result in lines(_post(api, _ndjson(comment())))] == [200]


def test_a_batch_rings_once(api: Any, comment: Comment, redis: Redis) -> None:
    _post(api, _ndjson(*(comment(f"c-{n}") for n in range(50))))
    assert redis.llen("rq:queue:score") == 1


def test_1000_lines_are_taken_and_1001_are_not(api: Any, comment: Comment, lines: Lines) -> None:
    many = [comment(f"c-{n}") for n in range(MOST_LINES + 1)]
    assert {result["status"] for result in lines(_post(api, _ndjson(*many[:-1])))} == {202}
    refused = _post(api, _ndjson(*many))
    assert refused.status_code == 422
    assert "1001 lines" in refused.json["detail"]


@pytest.mark.parametrize("body", [b"", b"\n \n"])
def test_a_batch_without_lines_is_refused(api: Any, body: bytes) -> None:
    assert _post(api, body).json["type"] == "urn:ombuds:problem:invalid-value"


def test_a_batch_of_5_mb_fits_and_one_byte_more_does_not(api: Any, comment: Comment, lines: Lines) -> None:
    body = _ndjson(comment()) + b"\n"
    fits = _post(api, body + b"\n" * (bodies.MAX_BATCH_BYTES - len(body)))
    assert [result["status"] for result in lines(fits)] == [202]
    refused = _post(api, body + b"\n" * (bodies.MAX_BATCH_BYTES + 1 - len(body)))
    assert refused.status_code == 413
    assert refused.json["type"] == "urn:ombuds:problem:body-too-large"
    assert "5,000,000" in refused.json["detail"]


def test_jsonl_is_read_too_and_json_is_not(api: Any, comment: Comment) -> None:
    assert _post(api, _ndjson(comment()), "application/jsonl").status_code == 200
    refused = _post(api, _ndjson(comment()), "application/json")
    assert (refused.status_code, refused.headers["Accept"]) == (415, "application/x-ndjson")


def test_each_line_counts_against_the_quota(
    make_app: Callable[..., Flask], client: Any, site_key: str, comment: Comment
) -> None:
    api = client(make_app(rate_limit_per_minute=10), site_key)
    first = _post(api, _ndjson(*(comment(f"c-{n}") for n in range(8))))
    assert "r=2;" in first.headers["RateLimit"]
    refused = _post(api, _ndjson(*(comment(f"d-{n}") for n in range(5))))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1


def test_one_line_costs_what_one_comment_costs(
    make_app: Callable[..., Flask], client: Any, site_key: str, comment: Comment
) -> None:
    api = client(make_app(rate_limit_per_minute=1), site_key)
    assert _post(api, _ndjson(comment())).status_code == 200
    assert _post(api, _ndjson(comment())).status_code == 429
