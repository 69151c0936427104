"""Akismet's routes: words to the byte, status 200, keys in three places, and corrections kept as labels of SPAM."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from moderation import keys, sites
from moderation.dispatch import Dispatcher
from moderation.domain import KeyKind, Scope
from moderation.store.database import Database
from moderation.store.sites import Site
from moderation.tables import labels
from service.compat.guesses import MOST_WRONG

HAM = {"blog": "https://blog.example/news", "user_ip": "192.0.2.1", "comment_content": "A fair point, well made."}
SPAM = {**HAM, "comment_content": "Win at the casino."}
INSULT = {**HAM, "comment_content": "What an idiot."}
HELD = {**HAM, "comment_content": "How silly."}
WORDPRESS = {"User-Agent": "WordPress/6.8.1 | Akismet/5.4"}
THANKS = b"Thanks for making the web a better place."
WRONG = "abcdefghijkl"

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
    """A key of `site` for clients of Akismet."""
    return sites.add_key(database, site.name, [Scope.SUBMIT], secret, now, KeyKind.AKISMET)


@pytest.fixture
def make_ask(key: str) -> Callable[[Flask], Ask]:
    """Ask an application as a client of Akismet does."""

    def make(app: Flask) -> Ask:
        def send(name: str, form: dict[str, Any] | None = None, /, **options: Any) -> TestResponse:
            sent = {"api_key": key, **(form or {})}
            path = f"/{options.pop('version', '1.1')}/{name}"
            return app.test_client().post(path, data=sent, buffered=True, **options)

        return send

    return make


@pytest.fixture
def ask(app: Flask, make_ask: Callable[[Flask], Ask]) -> Ask:
    return make_ask(app)


def learned(database: Database) -> list[tuple[Any, ...]]:
    """Read the labels that stand."""
    columns = (labels.c.text, labels.c.attribute, labels.c.value, labels.c.source, labels.c.language)
    with database.reading() as tx:
        return [tuple(row) for row in tx.execute(select(*columns).where(labels.c.withdrawn_at.is_(None)))]


# Keys


def test_a_key_is_verified(ask: Ask, key: str) -> None:
    good = ask("verify-key", {"key": key, "api_key": ""})
    assert (good.status_code, good.data, good.content_type) == (200, b"valid", "text/plain; charset=utf-8")
    assert "X-akismet-debug-help" not in good.headers
    bad = ask("verify-key", {"key": WRONG, "api_key": ""})
    assert (bad.status_code, bad.data) == (200, b"invalid")
    assert "ombuds site add" in bad.headers["X-akismet-debug-help"]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_the_key_is_found_in_all_its_places(app: Flask, key: str, version: str) -> None:
    client = app.test_client()
    path = f"/{version}/comment-check"
    asked: list[TestResponse] = [
        client.post(path, data={**SPAM, "api_key": key}),
        client.post(path, data={**SPAM, "key": key}),
        client.post(path, data=SPAM, query_string={"api_key": key}),
        client.post(path, data=SPAM, headers={"Host": f"{key.upper()}.akismet.news.internal:8000"}),
        client.post(path, data=SPAM, content_type="multipart/form-data", headers={"Host": f"{key}.rest.akismet.com"}),
        client.post(path, data=f"comment_content=casino&api_key={key}", content_type="text/plain"),
    ]
    assert {answer.data for answer in asked} == {b"true"}
    assert client.post(path, data=SPAM, headers={"Host": "rest.akismet.com"}).data == b"invalid"


def test_a_key_of_another_kind_opens_nothing(app: Flask, make_ask: Callable[[Flask], Ask], site_key: str) -> None:
    assert make_ask(app)("comment-check", {**HAM, "api_key": site_key}).data == b"invalid"


def test_wrong_keys_have_to_wait_and_those_who_opened_go_on(ask: Ask, logged: list[dict[str, Any]]) -> None:
    assert ask("verify-key").data == b"valid"
    for _ in range(MOST_WRONG):
        assert ask("verify-key", {"api_key": WRONG}).data == b"invalid"
    throttled = ask("verify-key", {"api_key": WRONG})
    assert throttled.data == b"invalid"
    assert throttled.headers["X-akismet-debug-help"].startswith("Too many wrong keys")
    assert ask("verify-key").data == b"valid"
    other = {"environ_base": {"REMOTE_ADDR": "198.51.100.7"}}
    assert ask("verify-key", **other).data == b"valid"
    assert WRONG not in json.dumps(logged, default=str)


def test_a_quota_is_told_in_words_and_headers(make_app: Callable[..., Flask], make_ask: Callable[[Flask], Ask]) -> None:
    ask = make_ask(make_app(rate_limit_per_minute=2))
    assert [ask("comment-check", HAM).data for _ in range(2)] == [b"false"] * 2
    refused = ask("comment-check", HAM)
    assert (refused.status_code, refused.data) == (200, b"throttled")
    assert refused.headers["X-akismet-error"] == "too-many-requests"
    assert refused.headers["X-akismet-alert-code"] == "429"
    assert refused.headers["X-akismet-alert-msg"] == refused.headers["X-akismet-debug-help"]
    assert ask("usage-limit", version="1.2").json["throttled"] is True


# Comments


CHECKED: dict[str, tuple[dict[str, str], bytes, dict[str, str]]] = {
    "approved": (HAM, b"false", {}),
    "blatant spam": (SPAM, b"true", {"X-akismet-pro-tip": "discard"}),
    "another guideline rejects": (INSULT, b"true", {}),
    "held": (HELD, b"false", {"X-akismet-recheck-after": "604800"}),
    "HTML is read as text": ({**HAM, "comment_content": "<p>What an <b>id</b>iot.</p>"}, b"true", {}),
    "nothing to read": ({**HAM, "comment_content": ""}, b"false", {}),
    "a language nobody knows": (
        {**HAM, "comment_content": "xx", "blog_lang": "xx"},
        b"false",
        {"X-akismet-recheck-after": "604800"},
    ),
    "administrators may do everything": ({**INSULT, "user_role": "administrator"}, b"false", {}),
    "the name for tests": ({**HAM, "comment_author": "akismet-guaranteed-spam"}, b"true", {}),
    "the old name for tests": ({**HAM, "comment_author": "viagra-test-123", "is_test": "1"}, b"true", {}),
    "the address for tests": ({**HAM, "comment_author_email": "akismet-guaranteed-spam@example.com"}, b"true", {}),
}


def test_comments_are_checked(ask: Ask) -> None:
    for case, (form, text, more) in CHECKED.items():
        answer = ask("comment-check", form)
        assert (answer.status_code, answer.data) == (200, text), case
        told = {name: value for name, value in answer.headers if name.lower().startswith("x-akismet-")}
        assert len(told.pop("X-akismet-guid")) == 32, case
        assert told == more, case


def test_wordpress_holds_by_an_error_for_it_approves_by_itself_what_is_to_be_rechecked(ask: Ask) -> None:
    answer = ask("comment-check", HELD, headers=WORDPRESS)
    assert (answer.data, answer.headers["X-akismet-error"]) == (b"false", "held")
    assert "X-akismet-recheck-after" not in answer.headers
    assert "X-akismet-alert-code" not in answer.headers
    assert "X-akismet-error" not in ask("comment-check", SPAM, headers=WORDPRESS).headers


def test_what_is_checked_is_not_kept(ask: Ask, database: Database, tmp_path: Path, logged: list[Any]) -> None:
    ask("comment-check", {**SPAM, "comment_content": "the casino of one reader", "comment_author": "Ida Ek"})
    database.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("ombuds.db*"))
    assert b"casino of one reader" not in kept
    assert "Ida Ek" not in json.dumps(logged, default=str)


# Corrections


def test_corrections_become_labels_and_of_two_the_later_counts(
    ask: Ask, database: Database, secret: str, logged: list[Any]
) -> None:
    told = {"comment_author": "Ida Ek", "comment_author_email": "Ida@readers.example", "blog_lang": "sv_SE"}
    known = {**HAM, "comment_ID": "17", **told}
    assert ask("submit-spam", known).data == THANKS
    assert ask("submit-spam", {**INSULT, **told}).data == THANKS
    assert ask("submit-ham", {**known, "comment_content": "A fair\0 point."}).data == THANKS
    assert sorted(learned(database)) == [
        ("A fair point.", "SPAM", 0.0, "akismet", "sv-SE"),
        ("What an idiot.", "SPAM", 1.0, "akismet", "sv-SE"),
    ]
    with database.reading() as tx:
        rows = tx.execute(select(labels.c.external_id, labels.c.author_ref)).all()
    assert {row.author_ref for row in rows} == {keys.hidden_author("ida@readers.example", secret)}
    assert "akismet-17@blog.example/news" in {row.external_id for row in rows}
    assert "readers.example" not in json.dumps([*map(tuple, rows), logged], default=str)


def test_a_writer_can_be_forgotten_by_address_or_name(ask: Ask, api: Any, database: Database) -> None:
    ask("submit-spam", {**SPAM, "comment_author": "Ida", "comment_author_email": "ida@readers.example"})
    ask("submit-ham", {**INSULT, "comment_author": "Bo Ek"})
    assert api.post("/v1/authors:erase", {"author_ref": "Ida@readers.example"}).status_code == 204
    assert [row[0] for row in learned(database)] == ["What an idiot."]
    assert api.post("/v1/authors:erase", {"author_ref": "bo ek"}).status_code == 204
    with database.reading() as tx:
        assert set(tx.execute(select(labels.c.text, labels.c.author_ref)).all()) == {(None, None)}


@pytest.mark.parametrize(
    "changes",
    [{"is_test": "true"}, {"comment_author": "akismet-guaranteed-spam"}, {"comment_content": " "}],
    ids=["a test", "the name for tests", "no text"],
)
def test_tests_teach_nothing(ask: Ask, database: Database, changes: dict[str, str]) -> None:
    assert ask("submit-spam", {**SPAM, **changes}).data == THANKS
    assert learned(database) == []


def test_false_in_words_is_no_test(ask: Ask, database: Database) -> None:
    ask("submit-spam", {**SPAM, "is_test": "false"})
    assert learned(database) == [("Win at the casino.", "SPAM", 1.0, "akismet", "en")]


# Figures


def test_figures_of_a_key(ask: Ask, app: Flask, key: str) -> None:
    month = f"{datetime.now(UTC):%Y-%m}"
    for form in (HAM, SPAM, INSULT, {**SPAM, "blog": "http://other.example"}, {**SPAM, "is_test": "1"}):
        ask("comment-check", form)
    ask("submit-ham", INSULT)
    assert ask("usage-limit", version="1.2").json == {"limit": "none", "usage": 4, "percentage": 0, "throttled": False}
    by_get = app.test_client().get("/1.2/usage-limit", query_string={"api_key": key})
    assert (by_get.json["usage"], by_get.headers["Cache-Control"]) == (4, "no-store")
    busiest = {
        "site": "blog.example/news",
        "api_calls": "3",
        "spam": "2",
        "ham": "1",
        "missed_spam": "0",
        "false_positives": "1",
        "is_revoked": False,
    }
    other = busiest | {"site": "other.example", "api_calls": "1", "spam": "1", "ham": "0", "false_positives": "0"}
    assert ask("key-sites", version="1.2").json == {month: [busiest, other], "limit": 500, "offset": 0, "total": 2}
    listed = ask("key-sites", {"format": "csv", "limit": "1", "offset": "1", "order": "spam", "month": month})
    first, *rows = listed.get_data(as_text=True).splitlines()
    assert first == f"Active sites for {key[:4]}… during {month} (limit:1, offset: 1, total: 2)"
    assert rows[1:] == ["other.example,1,1,0,0,0,false"]
    stats = ask("get-stats", {"from": "all"}).json
    assert (stats["spam"], stats["ham"], stats["accuracy"], stats["time_saved"]) == (3, 1, 75.0, 30)
    assert stats["breakdown"][month]["da"] == f"{month}-01"
    assert len(stats["breakdown"]) == 13
    assert ask("get-subscription").json["status"] == "active"
    assert ask("deactivate").data == b"deactivated"


def test_without_a_key_no_figures(app: Flask) -> None:
    for name in ("usage-limit", "key-sites", "get-stats"):
        answer = app.test_client().get(f"/1.2/{name}")
        assert (answer.status_code, answer.data) == (200, b"invalid")


# What goes wrong


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/1.1/comment-check", 405), ("POST", "/1.1/nothing", 404), ("GET", "/1.2", 404)],
)
def test_wrong_addresses_are_told_in_words(app: Flask, method: str, path: str, status: int) -> None:
    answer = app.test_client().open(path, method=method)
    assert (answer.status_code, answer.content_type) == (status, "text/plain; charset=utf-8")
    assert ("Allow" in answer.headers) == (status == 405)


def test_what_cannot_be_read_or_answered_is_held_by_wordpress(ask: Ask, app: Flask, logged: list[Any]) -> None:
    client = app.test_client()
    failures = [
        ask("comment-check", {**HAM, "comment_content": "crash"}),
        ask("comment-check", {**HAM, "padding": "x" * 1_048_576}),
        client.post("/1.1/comment-check", data="a&" * 20_000),
        client.post("/1.1/comment-check", data=b"--x\r\n", content_type="multipart/form-data"),
    ]
    assert [failure.headers.get("X-akismet-error") for failure in failures] == [
        "internal",
        "too-large",
        "malformed",
        None,
    ]
    assert {failure.status_code for failure in failures} == {200}
    assert failures[-1].data == b"invalid"  # werkzeug reads it as a form without fields
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["request.failed"]


def test_without_database_or_redis_those_known_are_answered(
    make_app: Callable[..., Flask],
    make_ask: Callable[[Flask], Ask],
    absent_redis: Dispatcher,
    database: Database,
    tmp_path: Path,
    key: str,
) -> None:
    ask = make_ask(make_app(dispatcher=absent_redis))
    assert ask("comment-check", SPAM).data == b"true"
    database.close()
    (tmp_path / "ombuds.db").rename(tmp_path / "away.db")
    (tmp_path / "ombuds.db").mkdir()
    assert ask("comment-check", INSULT).data == b"true"
    assert ask("usage-limit", version="1.2").json["usage"] == 2
    lost = ask("submit-spam", SPAM)
    assert (lost.status_code, lost.data, lost.headers["X-akismet-error"]) == (200, b"unavailable", "unavailable")
    begun = make_ask(make_app(dispatcher=absent_redis))
    unknown = begun("comment-check", SPAM)
    assert (unknown.status_code, unknown.data, unknown.headers["X-akismet-alert-code"]) == (200, b"unavailable", "503")
    for _ in range(MOST_WRONG + 1):
        begun("verify-key", {"api_key": "too-long-to-be-one"})
    assert begun("verify-key").headers["X-akismet-debug-help"].startswith("Too many wrong keys")
    assert key


RESTRAINED = hypothesis.settings(
    max_examples=150, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
)
NAMES = st.sampled_from(
    ["verify-key", "comment-check", "submit-spam", "submit-ham", "usage-limit", "key-sites", "get-stats", "deactivate"]
)
FIELDS = st.sampled_from(
    ["comment_content", "blog", "blog_lang", "comment_author", "is_test", "user_role", "comment_ID", "month", "limit"]
)
WORDS = {b"valid", b"invalid", b"true", b"false", b"malformed", b"deactivated", THANKS}


@RESTRAINED
@given(
    name=NAMES,
    form=st.dictionaries(FIELDS, st.text(max_size=50), max_size=5),
    query=st.dictionaries(FIELDS, st.text(max_size=20), max_size=2),
    raw=st.none() | st.binary(max_size=80),
    kind=st.sampled_from([None, "application/json", "multipart/form-data; boundary=x", "text/plain"]),
)
def test_whatever_is_sent_the_answer_has_akismets_shape(
    app: Flask, key: str, name: str, form: dict[str, str], query: dict[str, str], raw: bytes | None, kind: str | None
) -> None:
    host = {"Host": f"{key}.rest.akismet.com"}
    path = f"/1.1/{name}"
    sent = {"data": form} if raw is None else {"data": raw, "content_type": kind}
    answer = app.test_client().post(path, query_string=query, headers=host, buffered=True, **sent)
    assert answer.status_code == 200
    if answer.mimetype == "application/json":
        assert isinstance(answer.json, dict)
    else:
        assert answer.mimetype in {"text/plain", "text/csv"}
        assert answer.data in WORDS or answer.mimetype == "text/csv"
