"""Acts: what forms do with a comment, with scripts and without, and how they are refused in words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from moderation import decisions, site_decisions
from moderation.desk_tables import second_opinions
from moderation.domain import Status
from moderation.store import comments
from moderation.tables import decisions as made
from moderation.tables import labels

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def mara(signed_in: Callable[..., Any]) -> Any:
    return signed_in()


@pytest.fixture
def held(hold: Callable[..., CommentRow]) -> CommentRow:
    return hold()


def form(comment: CommentRow, act: str, **fields: Any) -> dict[str, Any]:
    return {"act": act, "comment": comment.id, "revision": 1, "back": "/queues/held?sort=age", **fields}


def newest(database: Database) -> Any:
    with database.reading() as tx:
        return tx.execute(select(made).order_by(made.c.decided_at.desc())).first()


@pytest.mark.parametrize(("act", "status"), [("approve", "APPROVED"), ("hold", "HELD"), ("reject", "REJECTED")])
def test_a_form_decides_and_goes_back_where_it_was(
    database: Database, mara: Any, held: CommentRow, act: str, status: str
) -> None:
    answer = mara.post("/acts", data=form(held, act, guideline=["respectful"]))
    where = urlsplit(answer.location)
    decision = newest(database)
    assert (answer.status_code, where.path) == (302, "/queues/held")
    assert parse_qs(where.query) == {"sort": ["age"], "did": [decision.id]}
    assert (decision.status, decision.released_at, decision.moderator_id) == (status, None, mara.who.id)
    assert [reason["guideline"] for reason in decision.reasons] == (["respectful"] if act == "reject" else [])


def test_a_script_is_told_the_decision(database: Database, mara: Any, held: CommentRow) -> None:
    told = mara.post("/acts", data=form(held, "approve"), headers=SCRIPT).json
    assert told == {"decision": newest(database).id, "comment": held.id}


def test_a_guideline_that_was_suggested_and_not_ticked_is_a_label(
    database: Database, mara: Any, held: CommentRow
) -> None:
    mara.post("/acts", data=form(held, "reject", guideline=["no-spam"], suggested="respectful no-spam"))
    with database.reading() as tx:
        found = {row.attribute: row.value for row in tx.execute(select(labels))}
    assert found == {"LIKELY_TO_REJECT": 1.0, "SPAM": 1.0, "TOXICITY": 0.0, "INSULT": 0.0}


def test_words_that_were_marked_are_kept_with_the_decision(database: Database, mara: Any, held: CommentRow) -> None:
    mara.post("/acts", data=form(held, "reject", guideline=["respectful"], spans=json.dumps([[0, 5]])))
    assert newest(database).reasons[0]["spans"] == [{"begin": 0, "end": 5}]


@pytest.mark.parametrize(
    "spans", ["{", "[[1]]", "[[5, 1]]", "[[-1, 2]]", '[["a", 2]]', json.dumps([[0, 1]] * 201), "7"]
)
def test_marked_words_that_make_no_sense_are_refused(mara: Any, held: CommentRow, spans: str) -> None:
    assert mara.post("/acts", data=form(held, "approve", spans=spans), headers=SCRIPT).status_code == 400


def test_a_message_goes_with_the_decision_filled_in(database: Database, mara: Any, held: CommentRow) -> None:
    said = "Dear {author}: {guideline}, please."
    mara.post("/acts", data=form(held, "reject", guideline=["respectful"], message=said))
    assert newest(database).message == "Dear Ida: Be respectful, please."


@pytest.mark.parametrize(
    ("act", "fields", "status", "words"),
    [
        ("reject", {}, 422, "Name at least one guideline."),
        ("reject", {"guideline": ["nothing"]}, 422, "The guidelines were changed meanwhile."),
        ("approve", {"revision": 2}, 409, "This comment has changed since you saw it."),
        ("approve", {"comment": 10_000}, 404, "There is no such comment that you may see."),
        ("escalate", {"comment": 10_000}, 404, "There is no such comment that you may see."),
        ("approve", {"message": "Dear {name}"}, 422, "still holds {name}"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    mara: Any, held: CommentRow, act: str, fields: dict[str, Any], status: int, words: str
) -> None:
    data = {**form(held, act), **fields}
    told = mara.post("/acts", data=data, headers=SCRIPT)
    assert told.status_code == status
    assert words in told.json["error"]
    back = mara.post("/acts", data=data)
    assert words in parse_qs(urlsplit(back.location).query)["failed"][0]


@pytest.mark.parametrize("data", [{"act": "approve"}, {"act": "dance", "comment": 1}, {"comment": 1}, {}])
def test_a_form_that_says_too_little_is_refused(mara: Any, data: dict[str, Any]) -> None:
    assert mara.post("/acts", data=data, headers=SCRIPT).status_code == 400


def test_a_comment_that_its_site_withdrew_cannot_be_decided(
    database: Database, site: Site, mara: Any, held: CommentRow
) -> None:
    site_decisions.withdraw(database, site.id, held.external_id, datetime.now(UTC))
    told = mara.post("/acts", data=form(held, "approve"), headers=SCRIPT)
    assert (told.status_code, told.json["kind"]) == (409, "CommentRemoved")


def test_another_s_decision_comes_first(signed_in: Callable[..., Any], mara: Any, held: CommentRow) -> None:
    signed_in(email="jo@news.example", name="Jo").post("/acts", data=form(held, "approve"))
    assert mara.post("/acts", data=form(held, "approve"), headers=SCRIPT).json["kind"] == "Stale"


def test_a_decision_is_taken_back_by_a_form(database: Database, mara: Any, held: CommentRow) -> None:
    decision = mara.post("/acts", data=form(held, "approve"), headers=SCRIPT).json["decision"]
    answer = mara.post("/undo", data={"decision": decision, "back": "/queues/held"})
    assert parse_qs(urlsplit(answer.location).query) == {"at": [str(held.id)]}
    assert newest(database).undone_at is not None
    assert mara.post("/undo", data={"decision": decision}, headers=SCRIPT).status_code == 409


def test_what_the_site_has_heard_cannot_be_taken_back(database: Database, mara: Any, held: CommentRow) -> None:
    decision = mara.post("/acts", data=form(held, "approve"), headers=SCRIPT).json["decision"]
    with database.writing() as tx:
        decisions.release_due(tx, datetime(2100, 1, 1, tzinfo=UTC))
    told = mara.post("/undo", data={"decision": decision}, headers=SCRIPT)
    assert (told.status_code, told.json["error"]) == (409, "Too late: the site has heard it.")


@pytest.mark.parametrize(("view", "kept"), [("APPROVED", "APPROVED"), ("", None), ("HELD", None)])
def test_a_second_opinion_is_asked_for(
    database: Database, mara: Any, held: CommentRow, view: str, kept: str | None
) -> None:
    told = mara.post("/acts", data=form(held, "opinion", view=view, question=" Really? "), headers=SCRIPT).json
    assert told == {"decision": None, "comment": held.id}
    with database.reading() as tx:
        row = tx.execute(select(second_opinions)).one()
    assert (row.asked_by, row.first_view, row.question) == (mara.who.id, kept, "Really?")


def test_nobody_is_sent_to_another_host(mara: Any, held: CommentRow) -> None:
    answer = mara.post("/acts", data=form(held, "approve", back="//evil.example/"))
    assert urlsplit(answer.location).path == "/queues/"


def test_with_no_time_to_undo_the_site_hears_at_once(
    app: Flask, database: Database, site: Site, mara: Any, held: CommentRow
) -> None:
    parts = app.extensions["ombuds"]
    app.extensions["ombuds"] = replace(parts, settings=replace(parts.settings, undo_seconds=0))
    mara.post("/acts", data=form(held, "approve"))
    with database.reading() as tx:
        found = comments.find(tx, site.id, held.external_id)
    assert found is not None
    assert found.status is Status.APPROVED
