"""Errors as pages for people, as a sentence for scripts, and as ever for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """An application of the test's own: one test here adds a route to it."""
    return make_app(alone=True)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Errors look the same on every database."""
    return sqlite_url


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nothing", 404, "There is nothing here"),
        ("POST", "/queues/held", 405, "This address is for a form"),
        ("GET", "/undo", 405, "This address is for a form"),
        ("GET", "/console/fonts/slanted.ttf", 404, "There is nothing here"),
    ],
)
def test_people_see_a_page(visitor: Callable[[], Any], method: str, path: str, status: int, title: str) -> None:
    answer = visitor().open(path, method=method, headers=PAGE)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert f"<h1>{title}</h1>" in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_what_was_asked_for_is_not_repeated(visitor: Callable[[], Any]) -> None:
    assert "hush" not in visitor().get("/hush-hush?hush", headers=PAGE).text


def test_programs_and_the_api_have_problem_details_as_ever(visitor: Callable[[], Any]) -> None:
    assert visitor().get("/nothing").mimetype == "application/problem+json"
    assert visitor().get("/v1/nothing", headers=PAGE).mimetype == "application/problem+json"


def test_scripts_of_the_console_get_a_sentence(signed_in: Callable[..., Any]) -> None:
    answer = signed_in().post("/acts", headers=SCRIPT)
    assert answer.status_code == 400
    assert answer.json == {"error": "The form does not say what to do with which comment."}
    answer = signed_in(email="jo@news.example").get("/queues/imaginary", headers=SCRIPT)
    assert answer.status_code == 404
    assert answer.json["error"]


def test_what_a_view_says_stands_on_the_page(signed_in: Callable[..., Any]) -> None:
    answer = signed_in().post("/acts", headers=PAGE)
    assert answer.status_code == 400
    assert "The form does not say what to do with which comment." in answer.text


def test_what_breaks_is_said_without_what_it_was(app: Flask, visitor: Callable[[], Any]) -> None:
    def explode() -> None:
        raise ZeroDivisionError("a comment that nobody should read")

    app.add_url_rule("/broken", view_func=explode)
    answer = visitor().get("/broken", headers=PAGE)
    assert answer.status_code == 500
    assert "Something broke here" in answer.text
    assert "nobody" not in answer.text
