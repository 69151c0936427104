"""The audit log's page: whose acts are seen, how they are told, and how they are filtered."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from moderation.store import audit
from service.console.audit import action_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from moderation.store.database import Database

ROOT = Path(__file__).parents[3]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is promised over HTTP is the same on every database."""
    return sqlite_url


@pytest.fixture
def log(database: Database) -> Callable[..., None]:
    """Write into the log."""

    def write(actor: str, action: str, subject: str, at: datetime | None = None, **details: Any) -> None:
        with database.writing() as tx:
            audit.log(tx, actor, action, subject, at or datetime.now(UTC), details)

    return write


def rows(page: str) -> list[str]:
    """The log's rows as words."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in body.split("<tr>")[1:]]


def test_moderators_see_what_they_did_and_editors_what_all_did(
    signed_in: Callable[..., Any], log: Callable[..., None]
) -> None:
    mara, edda = signed_in(), signed_in(role="editor")
    log(mara.who.actor, "comment.rejected", "comment 7", guidelines=["respectful", "on-topic"])
    log(edda.who.actor, "comment.approved", "comment 8")
    log("command line", "site.added", "weekly")
    assert [row[6:] for row in rows(mara.get("/audit").text)] == [
        "Mara Lindqvist Rejected a comment Comment 7 respectful, on-topic",
        "Mara Lindqvist Signed in with a password",
    ]
    everyone = [row[6:] for row in rows(edda.get("/audit").text)]
    assert everyone[:3] == [
        "Command line Added a site weekly",
        "Edda Holm Approved a comment Comment 8",
        "Mara Lindqvist Rejected a comment Comment 7 respectful, on-topic",
    ]
    other = mara.get("/audit", query_string={"person": edda.who.actor}).text
    assert "Comment 8" not in other
    assert "Everybody" not in other


def test_it_is_filtered_by_person_action_and_day(signed_in: Callable[..., Any], log: Callable[..., None]) -> None:
    ada = signed_in(role="admin")
    before = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
    for days in range(3):
        log("moderator:9", "comment.held", f"comment {days}", before + timedelta(days=days))
    log("site 1", "webhook.added", "wh_1", before)

    def found(**query: str) -> list[str]:
        page = ada.get("/audit", query_string=query).text
        return re.findall(r"Comment \d|wh_1", " ".join(rows(page)))

    assert found(person="moderator:9") == ["Comment 2", "Comment 1", "Comment 0"]
    assert found(action="webhook.added") == ["wh_1"]
    assert found(day="2026-03-02") == ["Comment 1"]
    assert found(day="2026-03-01", action="comment.held") == ["Comment 0"]
    assert len(found(day="yesterday")) == 4
    assert "Nothing of this kind was done." in ada.get("/audit?day=2020-01-01").text


def test_it_is_paged_with_its_filter(signed_in: Callable[..., Any], log: Callable[..., None]) -> None:
    ada = signed_in(role="admin")
    for number in range(60):
        log("moderator:9", "comment.held", f"comment {number}")
    first = ada.get("/audit?action=comment.held").text
    (earlier,) = re.findall(r'href="([^"]+)">Earlier', first)
    second = ada.get(unescape(earlier)).text
    assert [len(rows(page)) for page in (first, second)] == [50, 10]
    assert "Earlier" not in second.partition("</tbody>")[2]
    assert "Latest" in second


def test_what_an_act_was_about_is_told_and_linked(signed_in: Callable[..., Any], log: Callable[..., None]) -> None:
    ada = signed_in(role="admin")
    log(ada.who.actor, "moderator.changed", ada.who.actor, role="editor", site_ids=None)
    log(ada.who.actor, "batch.begun", "batch 3", status="REJECTED", n=40)
    log("moderator:9", "moderator.disabled", ada.who.actor)
    log("moderator:9", "thing.never-heard-of", "moderator:77")
    page = ada.get("/audit").text
    assert [row[6:] for row in rows(page)][:4] == [
        "moderator:9 thing.never-heard-of moderator:77",
        "moderator:9 Disabled someone Ada Brandt",
        "Ada Brandt Began a batch Batch 3 Rejected, 40",
        "Ada Brandt Changed what someone may do Editor",
    ]
    assert 'href="/batches/3"' in page


def test_every_action_of_the_code_is_named(app: Flask) -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "moderation").glob("*.py"))
    written = set(re.findall(r'audit\.log\(\s*tx,\s*[^,]+(?:\([^)]*\))?[^,]*,\s*"([a-z]+\.[a-z_]+)"', sources))
    assert len(written) > 20
    with app.test_request_context():
        assert written - set(action_names()) == set()
