"""Coral's phase and webhooks over requests to the application: who is believed, what is answered, kept and learned."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from sqlalchemy import create_engine, select

from moderation import coral_secrets
from moderation.compat_tables import coral_events
from moderation.domain import KeyKind
from moderation.tables import labels
from service.compat import coral_signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from moderation.store.database import Database

    Coral = Any


# Answers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param("<p>A fair point, well made.</p>", None, id="an approval is no opinion"),
        pytest.param("<p>You <b>id</b>iot</p>", "REJECTED", id="a rejection, through tags in the word"),
        pytest.param("You silly man", "SYSTEM_WITHHELD", id="a hold"),
        pytest.param("Best casino", "REJECTED", id="spam"),
        pytest.param("<div><br></div>", None, id="nothing to judge"),
        pytest.param("word " * 5_000, "PREMOD", id="longer than is scored"),
        pytest.param("<b>" * 40_000, "PREMOD", id="longer than is read"),
        pytest.param("I would crash it", "PREMOD", id="the classifier breaks on it"),
    ],
)
def test_what_coral_is_answered(
    body: str, status: str | None, coral: Coral, coral_accepts: Callable[[Any], bool]
) -> None:
    answer = coral.ask(body)
    if status is None:
        assert (answer.status_code, answer.data) == (204, b"")
        return
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.get_json()["status"] == status
    assert coral_accepts(answer.get_json())


# Who is believed


def test_any_of_the_secrets_in_force_will_do(
    make_app: Callable[..., Flask], make_coral: Callable[..., Coral], database: Database, secret: str, now: datetime
) -> None:
    rotating = make_coral(make_app())
    rotating.secrets = ["empsec_the_next_one", "empsec_testsecret"]
    assert rotating.ask("You idiot").status_code == 200
    rotating.secrets = ["empsec_the_next_one"]
    assert rotating.ask("You idiot").status_code == 401
    coral_secrets.add(database, "coral.example", "empsec_the_next_one", secret, now)
    rotated = make_coral(make_app())  # another process: this one reads the secrets every five seconds
    rotated.secrets = ["empsec_the_next_one"]
    assert rotated.ask("You idiot").status_code == 200


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param("", id="none"),
        pytest.param("sha256=" + "0" * 64, id="a wrong one"),
        pytest.param(coral_signature.sign(b"{}", ["empsec_testsecret"]), id="another body's"),
    ],
)
@pytest.mark.parametrize("path", ["/moderate", "/events"])
def test_what_is_not_signed_is_refused(signature: str, path: str, coral: Coral) -> None:
    answer = coral.send(path, b'{"comment": {"body": "You idiot"}}', X_Coral_Signature=signature)
    assert answer.status_code == 401
    assert answer.get_json()["type"] == "urn:ombuds:problem:coral-signature"
    assert coral.kept() == []


def test_without_any_secret_the_operator_is_told_what_to_do(
    app: Flask, make_coral: Callable[..., Coral], add_coral_site: Callable[..., str]
) -> None:
    answer = make_coral(app, add_coral_site("new.example")).ask("Hello")
    assert answer.status_code == 401
    assert "ombuds site coral-secret add" in answer.get_json()["detail"]


def test_other_keys_and_other_addresses_open_nothing(
    app: Flask, make_coral: Callable[..., Coral], site_key: str, coral: Coral
) -> None:
    assert make_coral(app, site_key).ask("Hello").status_code == 401
    assert make_coral(app, "omb_" + "x" * 43).ask("Hello").status_code == 401
    assert coral.app.test_client().get(coral.address + "/moderate").status_code == 405
    assert coral.send("/else", b"{}").status_code == 404


# What is kept and what is learned


def test_a_moderator_s_verdict_finds_its_text_and_becomes_a_label_once(coral: Coral) -> None:
    assert coral.ask("<p>You silly man</p>").status_code == 200
    (text,) = coral.kept()
    assert (text.text, text.author_ref, text.reply) == ("You silly man", "author-7", "SYSTEM_WITHHELD")
    begun = datetime.now(UTC)
    entered = {"queue": "PENDING", "status": "SYSTEM_WITHHELD"}
    assert coral.tell("COMMENT_ENTERED_MODERATION_QUEUE", "e-1", begun, **entered).status_code == 204
    later = begun + timedelta(hours=1)
    for event_id, queue in (("e-2", "PENDING"), ("e-2", "PENDING"), ("e-3", "UNMODERATED"), ("e-4", "PENDING")):
        told = coral.tell("COMMENT_LEFT_MODERATION_QUEUE", event_id, later, queue=queue, status="REJECTED")
        assert told.status_code == 204
    assert coral.learned() == [("You silly man", 1.0, "k-1", "author-7", 0.5)]
    with coral.parts.database.reading() as tx:
        assert len(tx.execute(select(labels)).all()) == 1
    assert [row.external_id for row in coral.kept()] == ["k-1"]


def test_stories_and_unknown_events_are_taken_and_forgotten(coral: Coral) -> None:
    now = datetime.now(UTC)
    for kind in ("STORY_CREATED", "SOMETHING_NEW"):
        assert coral.tell(kind, "e-1", now).status_code == 204
    assert coral.send("/events", b'{"type": ["COMMENT_CREATED"]}').status_code == 204
    assert coral.tell("COMMENT_CREATED", "e-1", now, commentID=None).status_code == 400
    with coral.parts.database.reading() as tx:
        assert tx.execute(select(coral_events)).all() == []


def test_where_no_hours_are_set_nothing_is_kept(
    make_app: Callable[..., Flask], make_coral: Callable[..., Coral]
) -> None:
    coral = make_coral(make_app(coral_join_hours=0))
    assert coral.ask("You silly man").status_code == 200
    assert coral.kept() == []


def test_with_the_database_gone_the_phase_still_answers_and_webhooks_say_so(coral: Coral) -> None:
    assert coral.ask("You idiot").status_code == 200
    coral.parts.keeping.settle()
    coral.parts.database.close()
    coral.parts.database.engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    answer = coral.ask("You complete idiot")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "REJECTED")
    coral.parts.keeping.settle()
    told = coral.tell("COMMENT_CREATED", "e-1", datetime.now(UTC))
    assert (told.status_code, told.headers["Retry-After"]) == (503, "1")


def test_feedback_and_phase_are_one_and_one_key_opens_both(coral: Coral) -> None:
    coral.ask("<p>You <b>silly</b> man</p><p>See <a href='https://x.example/'>here</a></p>")
    coral.kept()
    key = coral.address.removeprefix("/coral/")
    place = {"url": "https://news.example/bridge?commentID=k-1", "Coral_comment_id": "k-1"}
    told = {
        "comment": {"text": "You silly man\n\nSee here"},
        "context": {"entries": [{"text": json.dumps(place)}]},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
        "languages": ["en"],
        "communityId": "Coral:https://coral.news.example",
        "clientToken": "comment:k-1",
    }
    answer = coral.app.test_client().post(f"/v1alpha1/comments:suggestscore?key={key}", json=told)
    assert answer.status_code == 200
    assert {row[2:] for row in coral.learned()} == {("k-1", "author-7", 1.0)}
    assert [row.external_id for row in coral.kept()] == ["k-1"]
    left = {"queue": "PENDING", "status": "REJECTED"}
    assert coral.tell("COMMENT_LEFT_MODERATION_QUEUE", "e-1", datetime.now(UTC), **left).status_code == 204
    assert {row[3] for row in coral.learned()} == {"author-7"}, "nothing was learned twice"


def test_our_own_rejection_of_an_edit_weighs_little_when_it_comes_back_as_feedback(coral: Coral) -> None:
    assert coral.ask("You idiot", action="EDIT").get_json()["status"] == "REJECTED"
    coral.kept()
    url = "https://news.example/bridge?commentID=k-1"
    told = {
        "comment": {"text": "You idiot"},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}},
        "communityId": "Coral:https://coral.news.example",
    }
    key = coral.address.removeprefix("/coral/")
    for address, weight in ((f"{url}&half=\ud800", 1.0), (url, 0.25)):
        entry = {"text": json.dumps({"url": address, "Coral_comment_id": f"k-{address[-1:]}"})}
        answer = coral.app.test_client().post(
            f"/v1alpha1/comments:suggestscore?key={key}", json={**told, "context": {"entries": [entry]}}
        )
        assert answer.status_code == 200
        assert coral.learned()[-1][4] == weight


def test_the_running_server_answers_what_is_signed_to_the_byte(served: Any, secret: str) -> None:
    key, database = served.key_for(KeyKind.CORAL), served.database
    coral_secrets.add(database, "served.example", "whsec_testsecret", secret, datetime.now(UTC))
    database.close()
    body = '{\n  "t": "é"\n}'.encode()
    signed = "sha256=a8a571db173eb0b5dca7a515cbe6cfe66b9a7c9822763dbf7c927ea3e30246c5"

    def post(path: str, body: bytes, signature: str) -> requests.Response:
        headers = {"X-Coral-Signature": signature, "Content-Type": "application/json"}
        return requests.post(f"{served.url}/coral/{key}{path}", data=body, headers=headers, timeout=10)

    assert post("/events", body, signed).status_code == 204
    assert post("/events", body.replace(b"  ", b""), signed).status_code == 401
    asked = json.dumps({"comment": {"body": "You id<b>iot</b> " + "é" * 500_000}}).encode()
    long = post("/moderate", asked, coral_signature.sign(asked, ["whsec_testsecret"]))
    assert (long.status_code, long.json()) == (200, {"status": "PREMOD"})
    huge = b" " * 6_000_000
    assert post("/moderate", huge, coral_signature.sign(huge, ["whsec_testsecret"])).status_code == 413
