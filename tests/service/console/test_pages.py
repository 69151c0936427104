"""What every page of the console does: who is let in, what is refused, and what each answer carries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import moderators
from moderation.store import moderators as store
from moderation.store import sessions
from service.console import pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

    from moderation.store.database import Database

PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """An application of the test's own: one test here adds a route to it."""
    return make_app(alone=True)


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """What a page carries is the same on every database."""
    (tmp_path / "ombuds.db").write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{tmp_path / 'ombuds.db'}"


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(visitor: Callable[[], Any]) -> None:
    answer = visitor().get("/queues/held?sort=age", headers=PAGE)
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/queues/held?sort%3Dage")


def test_a_script_that_is_signed_out_is_told_so(visitor: Callable[[], Any]) -> None:
    answer = visitor().get("/queues/held/pulse", headers=SCRIPT)
    assert (answer.status_code, list(answer.json)) == (401, ["error"])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"X-CSRF-Token": ""}, 403),
        ({"X-CSRF-Token": "0" * 64}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
def test_a_form_counts_only_from_our_own_pages(
    signed_in: Callable[..., Any], headers: dict[str, str], status: int
) -> None:
    assert signed_in().post("/queues/held/keep", headers=headers).status_code == status


def test_the_token_may_stand_in_the_form(signed_in: Callable[..., Any]) -> None:
    browser = signed_in()
    token, browser.token = browser.token, None
    assert browser.post("/queues/held/keep").status_code == 403
    assert browser.post("/queues/held/keep", data={"csrf": token}).status_code == 200


def test_every_page_is_locked_down_and_kept_by_no_cache(signed_in: Callable[..., Any]) -> None:
    headers = signed_in().get("/queues/held").headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_role_that_is_too_low_is_told_so(app: Flask, signed_in: Callable[..., Any]) -> None:
    views = pages.blueprint("vault", role=pages.Role.ADMIN)
    views.add_url_rule("/vault", view_func=lambda: "gold")
    app.register_blueprint(views)
    refused = signed_in(role="editor").get("/vault", headers=PAGE)
    assert refused.status_code == 403
    assert "This page is not for your role." in refused.text
    assert signed_in(role="admin").get("/vault").text == "gold"


def test_a_disabled_moderator_is_out_with_the_next_request(database: Database, signed_in: Callable[..., Any]) -> None:
    browser = signed_in()
    assert browser.get("/queues/held").status_code == 200
    moderators.disable(database, browser.who.id, datetime.now(UTC))
    assert browser.get("/queues/held").status_code == 302


def test_a_session_is_over_after_twelve_idle_hours(database: Database, signed_in: Callable[..., Any]) -> None:
    browser = signed_in()
    with database.writing() as tx:
        (session,) = sessions.of_moderator(tx, browser.who.id, datetime.now(UTC))
        sessions.see(tx, session.id, datetime.now(UTC) - timedelta(hours=12, minutes=1))
    assert browser.get("/queues/held").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("/queues/reported", "/queues/reported"),
        ("//evil.example", "/queues/"),
        ("https://evil.example", "/queues/"),
        ("/\\evil.example", "/queues/"),
        ("", "/queues/"),
    ],
)
def test_signing_in_leads_on_to_our_own_pages_only(signed_in: Callable[..., Any], wanted: str, got: str) -> None:
    assert signed_in().get("/sign-in", query_string={"next": wanted}).location == got


def test_the_page_is_in_the_moderators_language_else_in_the_browsers(
    database: Database, signed_in: Callable[..., Any], visitor: Callable[[], Any]
) -> None:
    browser = signed_in()
    french = {"Accept-Language": "fr-CA,fr;q=0.9"}
    assert '<html lang="fr">' in browser.get("/queues/held", headers=french).text
    with database.writing() as tx:
        store.change(tx, browser.who.id, {"language": "de"})
    assert '<html lang="de">' in browser.get("/queues/held", headers=french).text
    assert '<html lang="pt">' in visitor().get("/sign-in", headers={"Accept-Language": "pt-BR"}).text
    assert '<html lang="en">' in visitor().get("/sign-in", headers={"Accept-Language": "fi"}).text


def test_over_https_the_cookie_is_bound_to_this_host(
    add_moderator: Callable[..., Any], visitor: Callable[[], Any], database: Database, secret: str
) -> None:
    who = add_moderator()
    token = moderators.link(database, who.email, secret, datetime.now(UTC))
    answer = visitor().post(f"/links/{token}", base_url="https://ombuds.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-ombuds_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_the_first_page_is_the_queue(visitor: Callable[[], Any]) -> None:
    assert visitor().get("/").location == "/queues/"
