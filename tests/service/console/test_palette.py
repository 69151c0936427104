"""The palette's answers: any id, address, name or command, as places to go to; the key is told where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from moderation import endpoints
from moderation.domain import Article, Author

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

    from moderation.store.database import Database
    from moderation.store.sites import Site

HARBOUR = Article("https://news.example/harbour", "Harbour dredged", "Local")


@pytest.fixture
def ask(signed_in: Callable[..., Any]) -> Callable[..., list[dict[str, str]]]:
    """Ask the palette as someone."""

    def look(q: str = "", browser: Any = None, **who: Any) -> list[dict[str, str]]:
        answer = (browser or signed_in(**who)).get("/palette", query_string={"q": q})
        assert answer.status_code == 200
        entries: list[dict[str, str]] = answer.get_json()["entries"]
        return entries

    return look


def test_nothing_typed_lists_every_command_of_ones_role(ask: Callable[..., list[dict[str, str]]]) -> None:
    moderator = [entry["words"] for entry in ask()]
    assert moderator[:2] == ["Queue: Held", "Queue: Reported"]
    assert moderator[-1] == "Sign out"
    assert not {"Audit log", "People", "Escalated comments"} & set(moderator)
    editor = [entry["words"] for entry in ask(role="editor")]
    assert {"Audit log", "Escalated comments"} <= set(editor)
    assert "People" not in editor
    assert "People" in [entry["words"] for entry in ask(role="admin")]


@pytest.mark.parametrize(
    ("typed", "first"),
    [("held", "Queue: Held"), ("NUM", "Numbers"), ("sec op", "Queue: Second opinion"), ("sign", "Sign out")],
)
def test_a_command_is_found_by_how_its_words_begin(
    ask: Callable[..., list[dict[str, str]]], typed: str, first: str
) -> None:
    found = ask(typed)
    assert found[0]["words"] == first
    assert found[-1]["words"] == f"Search comments for “{typed}”"


def test_keys_are_told_by_name_or_as_they_are(ask: Callable[..., list[dict[str, str]]]) -> None:
    by_words = {entry["words"]: entry for entry in ask()}
    assert by_words["Queue: Held"]["name"] == "queue-1"
    assert by_words["Numbers"]["key"] == "g n"
    assert by_words["Sign out"]["form"] == "sign-out"


def test_ids_addresses_and_names_lead_to_pages(
    ask: Callable[..., list[dict[str, str]]],
    accept: Callable[..., Any],
    signed_in: Callable[..., Any],
    database: Database,
    site: Site,
    secret: str,
    now: datetime,
) -> None:
    comment = accept("c-1", "a word", article=HARBOUR, author=Author("r/1", "Ida <Sorel>"))
    endpoint = endpoints.add(
        database, site.id, "https://news.example/hook", list(endpoints.ALL_EVENTS), secret, (), now
    )
    browser = signed_in()
    by_id = ask("c-1", browser)[0]
    assert (by_id["address"], by_id["words"]) == (f"/comments/{comment.id}", "Comment by Ida <Sorel>")
    assert by_id["detail"] == "Not scored yet · Harbour dredged · c-1"
    assert ask(HARBOUR.url, browser)[0]["words"] == "Article: Harbour dredged"
    assert ask("ida", browser)[0]["address"] == "/authors/news.example/r/1"
    assert ask(endpoint[0].id, browser)[0]["address"] == f"/deliveries?site={site.id}"
    assert ask("http://localhost/queues/held?sort=age", browser)[0]["address"] == "/queues/held?sort=age"
    assert ask("http://[", browser)[0]["words"].startswith("Search comments")


def test_nothing_out_of_sight_is_found(
    ask: Callable[..., list[dict[str, str]]], accept: Callable[..., Any], signed_in: Callable[..., Any]
) -> None:
    accept("c-1", "a word", article=HARBOUR, author=Author("r-1", "Ida"))
    browser = signed_in(sections=("Sport",))
    for typed in ("c-1", "r-1", "Harbour", HARBOUR.url):
        words = [entry["words"] for entry in ask(typed, browser)]
        assert words == [f"Search comments for “{typed}”"]


def test_who_is_signed_out_is_told_so(app: Flask) -> None:
    answer = app.test_client().get("/palette?q=x", headers={"Accept": "application/json"})
    assert answer.status_code == 401
