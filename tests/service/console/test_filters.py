"""Saved filters at the console: kept beside a search, offered on its page and in the palette."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_search_is_kept_offered_renamed_and_removed(signed_in: Callable[..., Any]) -> None:
    browser = signed_in()
    kept = browser.post("/filters", data={"name": "My <b>", "address": "/search?q=b", "back": "/search?q=b"})
    assert (kept.status_code, kept.location) == (302, "/search?q=b")
    page = browser.get("/search?q=b").get_data(as_text=True)
    assert '<a href="/search?q=b" aria-current="page">My &lt;b&gt;</a>' in page
    number = re.search(r'name="filter" value="(\d+)"', page)
    assert number is not None
    browser.post("/filters", data={"act": "rename", "filter": number[1], "name": "Bridges", "back": "/search"})
    assert ">Bridges</a>" in browser.get("/search").get_data(as_text=True)
    words = [entry["words"] for entry in browser.get("/palette?q=brid").get_json()["entries"]]
    assert "Saved: Bridges" in words
    browser.post("/filters", data={"act": "remove", "filter": number[1]})
    assert "Bridges" not in browser.get("/search").get_data(as_text=True)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "", "address": "/search?q=b"}, "needs a name"),
        ({"name": "x" * 61, "address": "/search?q=b"}, "60 letters at most"),
        ({"name": "x", "address": "https://elsewhere.example"}, "Only queues and searches"),
        ({"act": "rename", "filter": "x", "name": ""}, "needs a name"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(
    signed_in: Callable[..., Any], form: dict[str, str], sentence: str
) -> None:
    answer = signed_in().post("/filters", data=form)
    assert answer.status_code == 400
    assert sentence in answer.get_data(as_text=True)


def test_there_is_an_end_to_them(monkeypatch: pytest.MonkeyPatch, signed_in: Callable[..., Any]) -> None:
    monkeypatch.setattr("moderation.saved_filters.MOST", 0)
    answer = signed_in().post("/filters", data={"name": "x", "address": "/search?q=b"})
    assert "Remove one first" in answer.get_data(as_text=True)


def test_a_form_leads_nowhere_else(signed_in: Callable[..., Any]) -> None:
    kept = signed_in().post("/filters", data={"name": "x", "address": "/search", "back": "//elsewhere.example"})
    assert kept.location == "/queues/held"
