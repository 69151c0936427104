"""The numbers' page: who sees what of it, its sentence, and its files."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import decisions, intake
from moderation.decisions import Draft
from moderation.desk import Role
from moderation.domain import Actor, Article, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from moderation.domain import Submission
    from moderation.store.database import Database
    from moderation.store.sites import Site

SECTIONS = ("Thread weather", "Comments by the day", "Minutes until a decision", "Do we agree?", "The desk", "Telling")


@pytest.fixture
def come(database: Database, site: Site, submission: Callable[..., Submission]) -> Callable[..., None]:
    """Let a comment come a minute ago and be decided on, by policy first and then by someone."""

    def take_in(name: str, *statuses: Status, by: int | None = None, title: str = "The bridge") -> None:
        at = datetime.now(UTC) - timedelta(minutes=1)
        article = Article(f"https://news.example/{title}", title, "Town")
        comment = intake.accept(database, site.id, submission(name, article=article), at).comment
        with database.writing() as tx:
            for n, status in enumerate(statuses):
                actor = Actor.MODERATOR if n else Actor.POLICY
                draft = Draft(comment.id, 1, status, actor, moderator_id=by if n else None)
                decisions.record(tx, [draft], at + timedelta(seconds=n))

    return take_in


def words(page: str) -> str:
    """The page's words, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_the_page_begins_with_a_sentence(signed_in: Callable[..., Any], come: Callable[..., None]) -> None:
    browser = signed_in(role=Role.EDITOR)
    come("c-1", Status.APPROVED)
    come("c-2", Status.REJECTED)
    come("c-3", Status.HELD, Status.REJECTED, by=browser.who.id)
    come("c-4")
    page = words(browser.get("/numbers").text)
    assert "4 comments came in within 7 days; policy decided 50%, people 25%, 25% wait." in page
    assert "half had its answer within 1 s" in page
    assert "4 comments came in within 24 hours;" in words(browser.get("/numbers?days=1").text)
    for section in SECTIONS:
        assert section in page


def test_where_nothing_came_in_the_page_says_so(signed_in: Callable[..., Any]) -> None:
    browser = signed_in(role=Role.EDITOR)
    page = browser.get("/numbers").text
    assert "Nothing came in within 7 days." in page
    assert "days=90" in page
    assert "Nothing came in within 24 hours." in browser.get("/numbers?days=1").text
    assert "days=90" not in browser.get("/numbers?days=90").text.partition("figures-sheet")[2]


def test_a_moderator_sees_volumes_and_their_own_numbers(
    signed_in: Callable[..., Any], come: Callable[..., None]
) -> None:
    editor, browser = signed_in(role=Role.EDITOR), signed_in()
    come("c-1", Status.HELD, Status.REJECTED, by=browser.who.id)
    come("c-2", Status.HELD, Status.REJECTED, by=editor.who.id)
    page = browser.get("/numbers").text
    assert "Comments by the day" in page
    assert "Your own numbers" in page
    assert browser.who.name in page
    assert editor.who.name not in page
    for section in ("Thread weather", "Do we agree?", "Telling the sites", "half had its answer"):
        assert section not in page
    assert browser.get("/numbers/volume.csv").status_code == 200
    assert editor.who.name not in browser.get("/numbers/desk.csv").text
    assert browser.get("/numbers/weather.csv").status_code == 404


@pytest.mark.parametrize("figure", ["volume", "desk", "pace", "agreement", "articles", "weather", "messages"])
def test_every_table_is_a_file_too(signed_in: Callable[..., Any], come: Callable[..., None], figure: str) -> None:
    browser = signed_in(role=Role.EDITOR)
    come("c-1", Status.HELD, Status.REJECTED, by=browser.who.id)
    answer = browser.get(f"/numbers/{figure}.csv?days=30")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="ombuds-{figure}-30-days.csv"'
    assert answer.text.startswith("\ufeff")
    assert len(answer.text.splitlines()) > 1
    is_empty = figure in {"agreement", "messages"}
    assert (f"/numbers/{figure}.csv" in browser.get("/numbers").text) is not is_empty


def test_a_title_cannot_be_a_formula(signed_in: Callable[..., Any], come: Callable[..., None]) -> None:
    come("c-1", Status.REJECTED, title="=cmd|'/c calc'!A1")
    assert "\n'=cmd|" in signed_in(role=Role.EDITOR).get("/numbers/articles.csv").text


def test_a_title_cannot_be_markup(signed_in: Callable[..., Any], come: Callable[..., None]) -> None:
    come("c-1", Status.REJECTED, title="<script>alert(1)</script>")
    assert "<script>alert" not in signed_in(role=Role.EDITOR).get("/numbers").text


def test_a_thread_that_turns_rough_is_worth_a_suggestion(
    signed_in: Callable[..., Any], come: Callable[..., None]
) -> None:
    for n in range(6):
        come(f"c-{n}", Status.REJECTED)
    page = signed_in(role=Role.EDITOR).get("/numbers").text
    assert "Rising: consider holding this thread." in page
    assert re.search(r"/queues/held\?article=\d+", page)


def test_one_site_can_be_chosen_and_none_that_is_out_of_sight(
    signed_in: Callable[..., Any],
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    come: Callable[..., None],
) -> None:
    other, _key = add_site("harbour-post")
    come("c-1", Status.APPROVED)
    browser = signed_in(role=Role.EDITOR)
    assert "1 comment came in" in words(browser.get(f"/numbers?site={site.id}").text)
    assert "Nothing came in" in browser.get(f"/numbers?site={other.id}").text
    limited = signed_in(role=Role.EDITOR, email="e@n.example", site_names=["harbour-post"])
    assert limited.get(f"/numbers?site={site.id}").status_code == 404
    assert "Nothing came in" in limited.get("/numbers").text


@pytest.mark.parametrize("days", ["", "2", "-1", "all"])
def test_a_period_that_is_none_is_the_usual_one(signed_in: Callable[..., Any], days: str) -> None:
    assert "within 7 days" in signed_in(role=Role.EDITOR).get(f"/numbers?days={days}").text


def test_nobody_sees_numbers_who_is_not_signed_in(visitor: Callable[[], Any]) -> None:
    assert visitor().get("/numbers").status_code == 302


def test_figures_are_a_minute_old_at_most_and_say_when(
    app: Flask, signed_in: Callable[..., Any], come: Callable[..., None]
) -> None:
    browser = signed_in(role=Role.EDITOR)
    first = browser.get("/numbers").text
    come("c-1", Status.APPROVED)
    assert "Nothing came in" in browser.get("/numbers").text
    assert re.search(r"Counted at \d\d:\d\d UTC", first)
    del app.extensions["ombuds-daybook"]
    assert "1 comment came in" in words(browser.get("/numbers").text)
