"""OpenAI's moderation route: its shapes for answers and errors, our guidelines' meaning, and nothing kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from moderation import sites
from moderation.dispatch import Dispatcher
from moderation.domain import KeyKind, Scope
from moderation.store.database import Database
from moderation.store.sites import Site
from service.compat.openai_results import CATEGORIES

PATH = "/v1/moderations"

Ask = Callable[..., TestResponse]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked decides, not where it is kept."""
    return sqlite_url


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def key(database: Database, site: Site, secret: str, now: datetime) -> str:
    """A key of `site` for clients of OpenAI."""
    return sites.add_key(database, site.name, [Scope.SUBMIT], secret, now, KeyKind.OPENAI)


@pytest.fixture
def make_ask(key: str) -> Callable[[Flask], Ask]:
    """Ask an application as a client of OpenAI does."""

    def make(app: Flask) -> Ask:
        def send(value: Any = None, /, **options: Any) -> TestResponse:
            headers = {"Authorization": f"Bearer {key}", **options.pop("headers", {})}
            sent = {"data": options.pop("body")} if "body" in options else {"json": value}
            return app.test_client().post(PATH, headers=headers, buffered=True, **sent, **options)

        return send

    return make


@pytest.fixture
def ask(app: Flask, make_ask: Callable[[Flask], Ask]) -> Ask:
    return make_ask(app)


def test_a_text_is_judged_in_thirteen_categories(ask: Ask) -> None:
    answer = ask({"input": "What an idiot.", "model": "anything-at-all"})
    assert answer.status_code == 200
    told = answer.json
    assert told["id"].startswith("modr-")
    assert told["model"] == "anything-at-all"
    assert answer.headers["x-request-id"].startswith("req_")
    (result,) = told["results"]
    assert result["flagged"] is True
    assert {name for name, is_shown in result["categories"].items() if is_shown} == {"harassment"}
    assert result["category_scores"]["harassment"] == 0.99
    assert all(tuple(result[part]) == CATEGORIES for part in result if part != "flagged")
    measured = {name for name, inputs in result["category_applied_input_types"].items() if inputs == ["text"]}
    assert measured == {"harassment", "harassment/threatening", "hate", "hate/threatening", "violence"}
    unmeasured = set(CATEGORIES) - measured
    assert {result["category_scores"][name] for name in unmeasured} == {0.0}
    assert not any(result["categories"][name] for name in unmeasured)


FLAGS = {
    "approved": ("Well said.", [False]),
    "held": ("How silly.", [True]),
    "spam is in no category": ("Win at the casino.", [True]),
    "a result each": (["Well said.", "I will burn it down.", "Well said."], [False, True, False]),
    "one result for parts": ([{"type": "text", "text": "Well said."}, {"type": "text", "text": "An idiot."}], [True]),
    "nothing": ("", [False]),
    "nothing among others": (["", " \n", "idiot"], [False, False, True]),
    "emoji": ("\ud83d\ude00", [False]),
    "longer than a comment may be": ("well said " * 5_000 + "idiot", [True]),
    "characters that nobody can store": ("a\0 idiot \ud800", [True]),
}


def test_what_the_guidelines_would_not_publish_unread_is_flagged(ask: Ask) -> None:
    for case, (value, flags) in FLAGS.items():
        answer = ask(body=json.dumps({"input": value}))
        assert [result["flagged"] for result in answer.json["results"]] == flags, case
        assert answer.json["model"] == "omni-moderation-latest"


def test_a_language_that_nobody_knows_is_flagged_without_a_score(ask: Ask, database: Database) -> None:
    with database.writing() as tx:
        tx.exec_driver_sql("UPDATE sites SET language = 'xx'")
    (result,) = ask({"input": "Nunc est."}).json["results"]
    assert result["flagged"] is True
    assert set(result["category_scores"].values()) == {0.0}
    assert not any(result["categories"].values())
    assert not any(result["category_applied_input_types"].values())


def test_many_texts_are_scored_in_one_call_and_none_is_kept(
    ask: Ask, tiny_scorer: Any, database: Database, tmp_path: Path
) -> None:
    ask({"input": ["one secret", "two", "one secret"]})
    assert tiny_scorer.calls == [("one secret", "two")]
    database.close()
    assert b"one secret" not in b"".join(file.read_bytes() for file in tmp_path.glob("ombuds.db*"))


BAD = (
    (b"{", None, None),
    (b"\xff", None, None),
    (b"[" * 100_000, None, None),
    (b"[]", None, None),
    (b"{}", "input", "missing_required_parameter"),
    (b'{"input": 7}', "input", "invalid_type"),
    (b'{"input": []}', "input", "invalid_value"),
    (b'{"input": [7]}', "input[0]", None),
    (b'{"input": ["a", 7]}', "input[0]", None),
    (b'{"input": [{"type": "text"}]}', "input[0].text", None),
    (
        b'{"input": [{"type": "text", "text": ""}, {"type": "image_url", "image_url": {"url": "x"}}]}',
        "input[1]",
        "image_not_supported",
    ),
    (b'{"input": "a", "model": 7}', "model", "invalid_type"),
    (json.dumps({"input": ["a"] * 129}).encode(), "input", "invalid_value"),
)


def test_bad_requests_name_the_field(ask: Ask) -> None:
    for body, param, code in BAD:
        answer = ask(body=body)
        assert (answer.status_code, answer.content_type) == (400, "application/json"), body[:80]
        error = answer.json["error"]
        assert (error["type"], error["param"]) == ("invalid_request_error", param), body[:80]
        assert code in {None, error["code"]}
        assert error["message"].endswith(".")


def test_keys_are_told_apart_from_none(ask: Ask, site_key: str) -> None:
    missing = ask({"input": "a"}, headers={"Authorization": ""})
    assert (missing.status_code, missing.json["error"]["code"]) == (401, None)
    for wrong in ("omb_guessed", site_key):
        refused = ask({"input": "a"}, headers={"Authorization": f"bearer {wrong}"})
        assert (refused.status_code, refused.json["error"]["code"]) == (401, "invalid_api_key")
        assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_this_one_address_of_v1_keeps_openais_shapes(app: Flask, key: str) -> None:
    client = app.test_client()
    by_get = client.get(PATH)
    assert (by_get.status_code, set(by_get.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})
    assert by_get.json["error"]["code"] == "method_not_supported"
    too_large = client.post(PATH, data=b"x" * 1_100_000, headers={"Authorization": f"Bearer {key}"})
    assert (too_large.status_code, too_large.json["error"]["code"]) == (413, "request_too_large")
    assert client.get("/v1/nothing").content_type == "application/problem+json"
    assert "/v1/moderations" not in client.get("/openapi.json").json["paths"]


def test_a_quota_is_429_with_the_time_to_wait(make_app: Callable[..., Flask], make_ask: Callable[[Flask], Ask]) -> None:
    ask = make_ask(make_app(rate_limit_per_minute=3))
    assert ask({"input": ["a", "b", "c"]}).status_code == 200
    refused = ask({"input": "a"})
    assert (refused.status_code, refused.json["error"]["code"]) == (429, "rate_limit_exceeded")
    seconds = int(refused.headers["Retry-After"])
    assert refused.headers["x-should-retry"] == ("true" if seconds <= 10 else "false")
    assert refused.headers["x-ratelimit-limit-requests"] == "3"


def test_what_breaks_here_is_500_and_not_tried_again(ask: Ask, logged: list[Any]) -> None:
    answer = ask({"input": "crash"})
    assert (answer.status_code, answer.headers["x-should-retry"]) == (500, "false")
    assert (answer.json["error"]["type"], answer.json["error"]["code"]) == ("server_error", "internal")
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["request.failed"]


def test_without_database_or_redis_those_known_are_answered(
    make_app: Callable[..., Flask],
    make_ask: Callable[[Flask], Ask],
    absent_redis: Dispatcher,
    database: Database,
    tmp_path: Path,
) -> None:
    ask = make_ask(make_app(dispatcher=absent_redis))
    assert ask({"input": "a"}).status_code == 200
    database.close()
    (tmp_path / "ombuds.db").rename(tmp_path / "away.db")
    (tmp_path / "ombuds.db").mkdir()
    assert ask({"input": "idiot"}).json["results"][0]["flagged"]
    unknown = make_ask(make_app(dispatcher=absent_redis))({"input": "a"})
    assert (unknown.status_code, unknown.json["error"]["code"]) == (503, "unavailable")
    assert (unknown.headers["Retry-After"], unknown.headers["x-should-retry"]) == ("1", "true")


RESTRAINED = hypothesis.settings(max_examples=80, derandomize=True, database=None, suppress_health_check=[*HealthCheck])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
PARTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image_url", "audio"])}, optional={"text": JSON, "image_url": JSON}
)
INPUTS = st.text(max_size=60) | st.lists(st.text(max_size=20), max_size=4) | st.lists(PARTS, max_size=3) | JSON
BODIES = st.fixed_dictionaries({}, optional={"input": INPUTS, "model": JSON, "more": JSON}).map(json.dumps)


@RESTRAINED
@given(body=BODIES.map(str.encode) | st.binary(max_size=60))
def test_whatever_is_sent_the_answer_has_openais_shape(ask: Ask, body: bytes) -> None:
    answer = ask(body=body)
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        assert all(set(result["category_scores"]) == set(CATEGORIES) for result in answer.json["results"])
    else:
        assert set(answer.json["error"]) == {"message", "type", "param", "code"}
