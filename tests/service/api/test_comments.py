"""Comments over HTTP: taken in, answered at once or after a wait, shown, withdrawn, reported, appealed, decided."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import text
from werkzeug.test import TestResponse

from moderation.domain import Decision, Scope, Status
from moderation.store import idempotency
from moderation.store.database import Database

Posted = Callable[..., TestResponse]
Comment = Callable[..., dict[str, Any]]
Judged = Callable[..., Decision]
ONE = {"Idempotency-Key": '"one"'}


# Taking in


def test_a_new_comment_is_stored_queued_and_answered_202(posted: Posted, redis: Redis) -> None:
    answer = posted()
    assert answer.status_code == 202
    assert answer.headers["Location"] == "/v1/comments/c-1"
    shown = answer.json
    assert shown["id"] == "c-1"
    assert (shown["status"], shown["revision"], shown["scores"], shown["reasons"]) == ("PENDING", 1, None, [])
    assert shown["decision"] is None
    assert redis.llen("rq:queue:score") == 1


def test_every_field_of_the_contract_is_taken(posted: Posted) -> None:
    answer = posted(
        author={"ref": "r", "name": "Ida", "joined_at": "2020-01-01T00:00:00Z"},
        article={"url": "https://news.example/a", "title": "t", "section": "local", "text": "long"},
        parent={"id": "c-0", "text": "what?"},
        language="en",
        created_at="2026-03-01T12:00:00+01:00",
        metadata={"ip_country": "NO", "depth": [1, {"x": None}]},
    )
    assert answer.status_code == 202


def test_fields_that_may_be_left_out_may_be_null(posted: Posted) -> None:
    assert posted(parent=None, language=None, created_at=None).status_code == 202


def test_the_same_text_again_is_no_new_revision_and_202_while_pending(posted: Posted) -> None:
    posted()
    again = posted(metadata={"seen": 2})
    assert (again.status_code, again.json["revision"]) == (202, 1)


def test_the_same_text_again_is_200_with_the_decision_once_decided(posted: Posted, judged: Judged) -> None:
    posted()
    decision = judged()
    again = posted()
    assert again.status_code == 200
    assert again.json["decision"]["id"] == decision.id


def test_another_text_is_a_new_revision_pending_with_the_old_decision_in_its_history(
    posted: Posted, judged: Judged, api: Any
) -> None:
    posted()
    judged()
    edited = posted(text="A fair point, badly made.")
    assert edited.status_code == 202
    assert (edited.json["status"], edited.json["revision"], edited.json["decision"]) == ("PENDING", 2, None)
    shown = api.get("/v1/comments/c-1").json
    assert [decision["revision"] for decision in shown["decisions"]] == [1]


def test_a_comment_posted_again_after_its_removal_is_refused(posted: Posted, api: Any) -> None:
    posted()
    assert api.delete("/v1/comments/c-1").status_code == 204
    answer = posted()
    assert answer.status_code == 409
    assert answer.json["type"] == "urn:ombuds:problem:comment-removed"


def test_concurrent_posts_of_one_id_never_fail_and_make_one_comment(
    api: Any, comment: Comment, at_once: Callable[..., list[TestResponse]]
) -> None:
    texts = ["the same", "the same", "another", "the same", "another", "a third"]
    answers = at_once(*(lambda text=text: api.post("/v1/comments", comment(text=text)) for text in texts))
    assert {answer.status_code for answer in answers} == {202}
    assert api.get("/v1/comments/c-1").json["revision"] <= len(texts)


def test_two_sites_may_use_the_same_id(posted: Posted, other: Any, comment: Comment, judged: Judged) -> None:
    posted()
    judged()
    answer = other.post("/v1/comments", comment())
    assert (answer.status_code, answer.json["status"]) == (202, "PENDING")


def test_a_comment_is_taken_in_while_redis_is_gone(
    make_app: Callable[..., Flask], client: Any, site_key: str, comment: Comment, absent_redis: Any
) -> None:
    api = client(make_app(dispatcher=absent_redis, rate_limit_per_minute=100), site_key)
    assert api.post("/v1/comments", comment("c-1")).status_code == 202
    begun = time.monotonic()
    assert [api.post("/v1/comments", comment(f"c-{n}")).status_code for n in range(2, 12)] == [202] * 10
    assert time.monotonic() - begun < 2


# Idempotency-Key


def test_a_repeated_request_changes_nothing_and_answers_with_the_state_as_it_is_now(
    api: Any, comment: Comment, judged: Judged
) -> None:
    first = api.post("/v1/comments", comment(), headers=ONE)
    judged()
    replayed = api.post("/v1/comments", comment(), headers=ONE)
    assert (first.status_code, replayed.status_code) == (202, 200)
    assert replayed.json["status"] == "APPROVED"
    assert replayed.headers["Location"] == "/v1/comments/c-1"


def test_a_replay_of_an_older_revision_does_not_bring_the_old_text_back(api: Any, comment: Comment) -> None:
    api.post("/v1/comments", comment(text="first"), headers=ONE)
    api.post("/v1/comments", comment(text="second"))
    assert api.post("/v1/comments", comment(text="first"), headers=ONE).json["revision"] == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param('"one"', "one", id="quoted, then bare"),
        pytest.param("one", '"one"', id="bare, then quoted"),
        pytest.param('"one two"', '"one two"', id="with a space"),
        pytest.param("x" * 255, '"' + "x" * 255 + '"', id="255 characters"),
    ],
)
def test_a_key_is_the_same_with_and_without_quotes(api: Any, comment: Comment, first: str, second: str) -> None:
    api.post("/v1/comments", comment(), headers={"Idempotency-Key": first})
    answer = api.post("/v1/comments", comment(text="another"), headers={"Idempotency-Key": second})
    assert answer.status_code == 422
    assert answer.json["type"] == "urn:ombuds:problem:idempotency-mismatch"


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="empty"),
        pytest.param('""', id="empty in quotes"),
        pytest.param('"', id="one quote"),
        pytest.param("x" * 256, id="256 characters"),
        pytest.param("naïve", id="not ASCII"),
        pytest.param("two words", id="a space without quotes"),
        pytest.param('"a"b"', id="a quote inside"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused_and_nothing_is_stored(api: Any, comment: Comment, key: str) -> None:
    answer = api.post("/v1/comments", comment(), headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json["type"] == "urn:ombuds:problem:invalid-value"
    assert api.get("/v1/comments/c-1").status_code == 404


def test_two_keys_of_a_site_do_not_share_idempotency_keys(
    app: Flask, api: Any, client: Any, comment: Comment, key_with: Callable[..., str]
) -> None:
    api.post("/v1/comments", comment("c-1"), headers=ONE)
    answer = client(app, key_with(Scope.SUBMIT)).post("/v1/comments", comment("c-2"), headers=ONE)
    assert answer.status_code == 202


def test_a_request_that_failed_leaves_its_key_free(api: Any, comment: Comment) -> None:
    assert api.post("/v1/comments", comment(text=""), headers=ONE).status_code == 422
    assert api.post("/v1/comments", comment(), headers=ONE).status_code == 202


def test_concurrent_requests_with_one_key_make_one_comment(
    api: Any, comment: Comment, at_once: Callable[..., list[TestResponse]]
) -> None:
    answers = at_once(*[lambda: api.post("/v1/comments", comment(), headers=ONE)] * 5)
    assert {answer.status_code for answer in answers} == {202}
    assert {answer.json["revision"] for answer in answers} == {1}


def test_the_record_keeps_a_fingerprint_and_no_text(api: Any, comment: Comment, database: Database) -> None:
    api.post("/v1/comments", comment(text="a secret remark"), headers=ONE)
    with database.reading() as tx:
        rows = tx.execute(text("SELECT * FROM idempotency_keys")).all()
    assert len(rows) == 1
    assert "secret" not in repr(rows)
    assert idempotency.Remembered.__slots__ == ("fingerprint", "external_id")


# The preference to wait


def test_a_decision_that_comes_in_time_is_the_answer(
    api: Any, comment: Comment, judged: Judged, eventually: Callable[..., None]
) -> None:
    def decide() -> None:
        eventually(lambda: api.get("/v1/comments/c-1").status_code == 200)
        judged(status=Status.REJECTED)

    worker = threading.Thread(target=decide)
    worker.start()
    answer = api.post("/v1/comments", comment(), headers={"Prefer": "wait=10"})
    worker.join()
    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "wait=10"
    assert answer.json["status"] == "REJECTED"
    assert answer.json["scores"] == {"INSULT": 0.99}
    assert answer.json["decision"]["reasons"] == answer.json["reasons"]
    assert answer.json["reasons"][0]["spans"] == [{"begin": 0, "end": 4}]


def test_a_decision_that_does_not_come_in_time_is_202(api: Any, comment: Comment) -> None:
    begun = time.monotonic()
    answer = api.post("/v1/comments", comment(), headers={"Prefer": "wait=1"})
    assert (answer.status_code, answer.json["status"]) == (202, "PENDING")
    assert 0.9 < time.monotonic() - begun < 3


def test_a_replay_waits_afresh(api: Any, comment: Comment, judged: Judged) -> None:
    headers = {**ONE, "Prefer": "wait=10"}
    api.post("/v1/comments", comment(), headers=ONE)
    worker = threading.Timer(0.2, judged)
    worker.start()
    assert api.post("/v1/comments", comment(), headers=headers).status_code == 200
    worker.join()


def test_a_preference_that_is_not_understood_is_ignored(api: Any, comment: Comment) -> None:
    answer = api.post("/v1/comments", comment(), headers={"Prefer": "handling=lenient"})
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer.headers


# Showing


def test_a_comment_shows_state_scores_reasons_and_all_decisions(posted: Posted, judged: Judged, api: Any) -> None:
    posted()
    first = judged(status=Status.HELD)
    second = judged(status=Status.APPROVED)
    shown = api.get("/v1/comments/c-1").json
    assert shown["status"] == "APPROVED"
    assert [decision["id"] for decision in shown["decisions"]] == [first.id, second.id]
    assert shown["decision"] == shown["decisions"][-1]
    assert set(shown["decision"]) == {
        *("id", "comment_id", "revision", "sequence", "status", "previous_status", "by"),
        *("reasons", "model_version", "policy_version", "decided_at"),
    }
    assert "text" not in shown


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/comments/c-1"),
        ("DELETE", "/v1/comments/c-1"),
        ("POST", "/v1/comments/c-1/reports"),
        ("POST", "/v1/comments/c-1/appeals"),
        ("POST", "/v1/comments/c-1/decisions"),
    ],
)
def test_another_sites_comment_is_not_there(posted: Posted, other: Any, api: Any, method: str, path: str) -> None:
    posted()
    bodies = {
        "reports": {"reporter_ref": "r", "reason": "rude"},
        "appeals": {"text": "why?"},
        "decisions": {"status": "REJECTED"},
    }
    body = bodies.get(path.rpartition("/")[2])
    answer = other(method, path, **({} if body is None else {"json": body}))
    assert answer.status_code == 404
    assert answer.json["type"] == "urn:ombuds:problem:unknown-comment"
    assert api.get("/v1/comments/c-1").json["status"] == "PENDING"


@pytest.mark.parametrize("id_", [".", "..", "~", "a:b", "x" * 200, "A.b_c~d-e:f"])
def test_every_id_that_may_be_posted_can_be_shown(posted: Posted, api: Any, id_: str) -> None:
    answer = posted(id_)
    assert answer.status_code == 202
    assert api.get(answer.headers["Location"]).json["id"] == id_


@pytest.mark.parametrize("id_", ["", "x" * 201, "a b", "a/b", "ä", "a\n", "a%2Fb"])
def test_an_id_that_may_not_be_is_refused(posted: Posted, id_: str) -> None:
    answer = posted(id_)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/id"


# Withdrawing


def test_a_withdrawn_comment_is_removed_and_keeps_its_decisions(posted: Posted, judged: Judged, api: Any) -> None:
    posted()
    judged()
    answer = api.delete("/v1/comments/c-1")
    assert (answer.status_code, answer.get_data(), "Content-Type" in answer.headers) == (204, b"", False)
    shown = api.get("/v1/comments/c-1").json
    assert (shown["status"], shown["scores"]) == ("REMOVED", None)
    assert [decision["status"] for decision in shown["decisions"]] == ["APPROVED", "REMOVED"]


def test_withdrawing_twice_does_no_harm(posted: Posted, api: Any) -> None:
    posted()
    assert [api.delete("/v1/comments/c-1").status_code for _ in range(2)] == [204, 204]
    assert len(api.get("/v1/comments/c-1").json["decisions"]) == 1


# Reports, appeals, decisions


def test_a_report_is_taken_once_a_reader(posted: Posted, api: Any) -> None:
    posted()
    told = {"reporter_ref": "r-1", "reason": "rude"}
    answers = [api.post("/v1/comments/c-1/reports", told) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert [answer.json for answer in answers] == [
        {"comment_id": "c-1", "is_new": True},
        {"comment_id": "c-1", "is_new": False},
    ]
    assert api.post("/v1/comments/c-1/reports", {**told, "reporter_ref": "r-2"}).status_code == 201


def test_an_appeal_is_taken_once_a_rejection(posted: Posted, judged: Judged, api: Any) -> None:
    posted()
    judged(status=Status.REJECTED)
    appeals = [api.post("/v1/comments/c-1/appeals", {"text": "It was irony."}) for _ in range(2)]
    assert [answer.status_code for answer in appeals] == [201, 200]


@pytest.mark.parametrize("status", [None, Status.APPROVED, Status.HELD])
def test_only_a_rejection_can_be_appealed(posted: Posted, judged: Judged, api: Any, status: Status | None) -> None:
    posted()
    if status is not None:
        judged(status=status)
    answer = api.post("/v1/comments/c-1/appeals", {"text": "Why?"})
    assert answer.status_code == 409
    assert answer.json["type"] == "urn:ombuds:problem:nothing-to-appeal"


def test_the_sites_own_decision_counts_at_once(posted: Posted, api: Any) -> None:
    posted()
    answer = api.post("/v1/comments/c-1/decisions", {"status": "REJECTED", "guideline": "respectful"})
    assert answer.status_code == 201
    assert (answer.json["by"], answer.json["status"], answer.json["previous_status"]) == ("site", "REJECTED", "PENDING")
    assert answer.json["reasons"][0]["guideline"] == "respectful"
    assert api.get("/v1/comments/c-1").json["status"] == "REJECTED"


def test_a_decision_by_a_guideline_that_the_site_does_not_have_changes_nothing(posted: Posted, api: Any) -> None:
    posted()
    answer = api.post("/v1/comments/c-1/decisions", {"status": "REJECTED", "guideline": "nonsense"})
    assert answer.status_code == 422
    assert answer.json["type"] == "urn:ombuds:problem:unknown-guideline"
    assert answer.json["errors"][0]["pointer"] == "/guideline"
    assert api.get("/v1/comments/c-1").json["status"] == "PENDING"


@pytest.mark.parametrize("status", ["PENDING", "REMOVED", "approved", ""])
def test_a_site_cannot_decide_a_status_that_is_no_decision(posted: Posted, api: Any, status: str) -> None:
    posted()
    assert api.post("/v1/comments/c-1/decisions", {"status": status}).status_code == 422


@pytest.mark.parametrize(
    ("act", "body"), [("reports", {"reporter_ref": "r", "reason": "rude"}), ("decisions", {"status": "APPROVED"})]
)
def test_a_removed_comment_can_be_neither_reported_nor_decided(
    posted: Posted, api: Any, act: str, body: dict[str, str]
) -> None:
    posted()
    api.delete("/v1/comments/c-1")
    answer = api.post(f"/v1/comments/c-1/{act}", body)
    assert answer.status_code == 409
    assert answer.json["type"] == "urn:ombuds:problem:comment-removed"


# The site's own word


def test_a_site_says_where_a_comment_stands_on_its_pages(api: Any, posted: Posted, judged: Judged) -> None:
    posted()
    judged(status=Status.REJECTED)
    said = api("PUT", "/v1/comments/c-1/site-status", json={"status": "APPROVED"})
    assert said.status_code == 200
    assert said.json.pop("said_at").endswith("+00:00")
    assert (said.json["comment_id"], said.json["site_status"], said.json["status"], said.json["agrees"]) == (
        "c-1",
        "APPROVED",
        "REJECTED",
        False,
    )
    assert api.get("/v1/comments/c-1").json["status"] == "REJECTED"


def test_a_site_may_say_that_what_it_withdrew_is_gone(api: Any, posted: Posted) -> None:
    posted()
    api.delete("/v1/comments/c-1")
    assert api("PUT", "/v1/comments/c-1/site-status", json={"status": "REMOVED"}).json["agrees"] is True


@pytest.mark.parametrize(
    ("body", "status"), [({"status": "PENDING"}, 422), ({"status": "approved"}, 422), ({}, 422), (None, 415)]
)
def test_a_site_status_that_is_none_is_refused(
    api: Any, posted: Posted, body: dict[str, str] | None, status: int
) -> None:
    posted()
    given = {} if body is None else {"json": body}
    assert api("PUT", "/v1/comments/c-1/site-status", **given).status_code == status


def test_nothing_is_said_of_a_comment_that_is_not_the_sites(api: Any, other: Any, posted: Posted) -> None:
    posted()
    assert api("PUT", "/v1/comments/c-2/site-status", json={"status": "HELD"}).status_code == 404
    assert other("PUT", "/v1/comments/c-1/site-status", json={"status": "HELD"}).status_code == 404
