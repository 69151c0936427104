"""Errors as problem details: every one of the core's, HTTP's own, a lost database, and what nobody expected."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.exceptions import TooManyRequests

from moderation import errors
from moderation.store.database import Database
from service import problems
from service.problems import Kind

NOT_FOR_CLIENTS = {
    errors.InvalidSetting,
    errors.NotMigrated,
    errors.UnknownSite,
    errors.UnknownKey,
    errors.SiteExists,
    errors.InvalidSite,
    errors.InvalidGuidelines,
    errors.ForbiddenAddress,
    errors.UnknownTraining,
    errors.TrainingTakenOver,
    errors.UnknownRescoring,
    errors.UnknownCoralSecret,
    errors.InvalidCoralSecret,
    errors.InvalidLabelFile,
    errors.OriginTaken,
}

OF_THE_CONSOLE = {
    errors.UnknownModerator,
    errors.UnknownBatch,
    errors.TooLateToUndo,
    errors.Stale,
    errors.NoGuideline,
    errors.UnfilledPlaceholder,
    errors.InvalidTemplate,
    errors.ModeratorExists,
    errors.InvalidModerator,
    errors.LastAdmin,
    errors.WeakPassword,
    errors.SignInRefused,
    errors.SignInThrottled,
    errors.LinkRefused,
    errors.NothingChosen,
    errors.TooManyChosen,
    errors.TooLateForBatch,
    errors.UnclearWording,
    errors.InvalidFilter,
    errors.GuidelinesChanged,
    errors.InvalidCutOffs,
    errors.VersionUnusable,
    errors.GateNotPassed,
    errors.AlreadyChampion,
    errors.NothingToRollBack,
    errors.NothingInShadow,
    errors.InvalidNote,
    errors.InvalidShare,
}
"""What only people at the desk meet: its pages say these in words of their own."""


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """An application of the test's own: tests here add routes to it."""
    return make_app(alone=True)


def _leaves(kind: type[errors.OmbudsError]) -> Iterator[type[errors.OmbudsError]]:
    for one in kind.__subclasses__():
        if one.__module__ == errors.__name__:
            below = list(_leaves(one))
            yield from below or [one]


def test_every_error_of_the_core_is_mapped_or_known_to_be_none_of_a_clients_doing() -> None:
    assert set(_leaves(errors.OmbudsError)) == set(problems.KINDS) | NOT_FOR_CLIENTS | OF_THE_CONSOLE


def test_every_kind_of_problem_has_a_type_of_its_own() -> None:
    kinds = {value for value in vars(problems).values() if isinstance(value, Kind)} | set(problems.KINDS.values())
    assert len({kind.type for kind in kinds}) == len(kinds)
    assert all(kind.type.startswith(("urn:ombuds:problem:", "https://iana.org/")) for kind in kinds)
    assert all(400 <= kind.status < 600 for kind in kinds)


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/v1", 404, "not-found"),
        ("GET", "/v2/comments", 404, "not-found"),
        ("GET", "/v1/comments/", 404, "not-found"),
        ("GET", "/v1/comments/a/b", 404, "not-found"),
        ("GET", "/v1/comments/a%2Fb", 404, "not-found"),
        ("GET", "/v1/comments/%2F", 404, "not-found"),
        ("GET", "//v1/comments/a", 404, "not-found"),
        ("GET", "/v1//comments/a", 404, "not-found"),
        ("GET", "/static/", 404, "not-found"),
        ("GET", "/static/../app.py", 404, "not-found"),
        ("GET", "/static/%2e%2e/app.py", 404, "not-found"),
        ("GET", "/v1/webhooks/a/b", 404, "not-found"),
        ("GET", "/v1/comments", 405, "method-not-allowed"),
        ("PUT", "/v1/comments/c-1", 405, "method-not-allowed"),
        ("TRACE", "/v1/comments", 405, "method-not-allowed"),
        ("CONNECT", "/v1/comments", 405, "method-not-allowed"),
        ("BREW", "/v1/comments", 405, "method-not-allowed"),
        ("POST", "/docs", 405, "method-not-allowed"),
        ("PATCH", "/v1/webhooks/wh_1:rotate", 405, "method-not-allowed"),
        ("GET", "/v1/deliveries/msg_1:replay", 405, "method-not-allowed"),
    ],
)
def test_an_address_or_method_that_is_not_there_is_a_problem(
    api: Any, method: str, path: str, status: int, slug: str
) -> None:
    answer = api(method, path)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json["type"] == f"urn:ombuds:problem:{slug}"
    assert (answer.json["status"], set(answer.json)) == (status, {"type", "title", "status", "detail"})
    assert ("Allow" in answer.headers) == (status == 405)


def test_an_http_error_without_a_type_of_ours_is_about_blank(app: Flask, client: Any) -> None:
    @app.get("/busy")
    def busy() -> None:
        raise TooManyRequests

    answer = client(app, None).get("/busy")
    assert (answer.status_code, answer.json["type"], answer.json["title"]) == (429, "about:blank", "Too Many Requests")


def test_an_unexpected_error_is_a_500_without_internals_and_its_log_has_no_text(
    api: Any, logged: list[dict[str, Any]]
) -> None:
    answer = api.post(
        "/v1/score", {"text": "my crash and my secret"}
    )  # the tiny scorer raises with the text in its error
    assert answer.status_code == 500
    assert answer.json == {
        "type": "urn:ombuds:problem:internal",
        "title": "Something broke here",
        "status": 500,
        "detail": "this is our fault; the log says more",
    }
    (entry,) = [entry for entry in logged if entry["event"] == "request.failed"]
    assert entry["error"] == "ZeroDivisionError"
    assert "in score" in entry["where"]
    assert "secret" not in repr(logged)


def test_a_database_that_is_gone_is_a_503_to_try_again(
    make_app: Callable[..., Flask],
    client: Any,
    site_key: str,
    comment: Callable[..., Any],
    logged: list[dict[str, Any]],
) -> None:
    gone = Database("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    answer = client(make_app(database=gone), site_key).post("/v1/comments", comment())
    assert answer.status_code == 503
    assert answer.json["type"] == "urn:ombuds:problem:unavailable"
    assert answer.headers["Retry-After"] == "1"
    assert "127.0.0.1" not in answer.get_data(as_text=True)
    assert [entry["event"] for entry in logged] == ["database.failed"]


def test_a_statement_of_ours_that_is_wrong_is_a_500_and_not_a_busy_database(
    app: Flask, client: Any, database: Database
) -> None:
    @app.get("/wrong")
    def wrong() -> str:
        with database.writing() as tx:
            tx.execute(text("INSERT INTO sites (name) VALUES (NULL)"))
        return ""

    answer = client(app, None).get("/wrong")
    assert answer.status_code == 500
    assert "sites" not in answer.get_data(as_text=True)


def test_a_redirect_is_no_problem(app: Flask, client: Any) -> None:
    app.add_url_rule("/folder/", "folder", lambda: "here", merge_slashes=True)
    answer = client(app, None).get("/folder")
    assert (answer.status_code, answer.headers["Location"]) == (308, "http://localhost/folder/")


@pytest.mark.parametrize(
    ("place", "pointer"),
    [((), ""), (("a", 0, "b"), "/a/0/b"), (("a/b", "~"), "/a~1b/~0"), (("",), "/")],
)
def test_pointers_are_written_as_rfc_6901_has_them(place: tuple[str | int, ...], pointer: str) -> None:
    assert problems.pointer(place) == pointer


def test_problems_are_utf_8_json(api: Any) -> None:
    answer = api.get("/v1/comments/nothing-of-that-name")
    assert json.loads(answer.get_data())["detail"] == "there is no comment 'nothing-of-that-name'"


def test_the_problem_of_a_field_that_the_core_refuses_points_to_it(api: Any) -> None:
    answer = api.post("/v1/webhooks", {"url": "https://news.example:99999/"})
    assert answer.json["errors"] == [{"detail": answer.json["detail"], "pointer": "/url"}]


def test_every_error_of_the_core_says_what_to_do_in_words() -> None:
    for kind in _leaves(errors.OmbudsError):
        arguments = ["x"] * (len(inspect.signature(kind).parameters))
        assert str(kind(*arguments))
