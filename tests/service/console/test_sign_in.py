"""Signing in and out over HTTP: a password, a code, a link, an invitation."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from moderation import keys, moderators, sign_in
from service.console.pages import COOKIE

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.desk import Moderator
    from moderation.store.database import Database

PASSWORD = "three ferries on the lake"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is promised over HTTP is the same on every database."""
    return sqlite_url


@pytest.fixture
def mara(database: Database, add_moderator: Callable[..., Moderator]) -> Moderator:
    """Someone with a password."""
    who = add_moderator()
    moderators.set_password(database, who, PASSWORD, datetime.now(UTC), former=None)
    return who


def cookies(answer: Any) -> str:
    return "\n".join(answer.headers.getlist("Set-Cookie"))


# A password


def test_a_password_lets_in_and_on(mara: Moderator, visitor: Callable[[], Any]) -> None:
    browser = visitor()
    answer = browser.post("/sign-in", data={"email": mara.email, "password": PASSWORD, "next": "/me"})
    assert (answer.status_code, answer.location) == (302, "/me")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookies(answer).split("; "))
    assert "Secure" not in cookies(answer)
    assert browser.get("/me").status_code == 200
    assert browser.get("/sign-in").location == "/queues/"


@pytest.mark.parametrize(
    ("email", "password"), [("mara@news.example", "four swans"), ("nobody@news.example", PASSWORD)]
)
def test_a_wrong_one_is_told_without_saying_which(
    mara: Moderator,  # noqa: ARG001  is there
    visitor: Callable[[], Any],
    email: str,
    password: str,
) -> None:
    answer = visitor().post("/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 401
    assert "Email or password is wrong." in answer.text
    assert f'value="{email}"' in answer.text
    assert password not in answer.text
    assert cookies(answer) == ""


def test_too_many_wrong_ones_have_to_wait_and_are_told_how_long(mara: Moderator, visitor: Callable[[], Any]) -> None:
    for _ in range(5):
        visitor().post("/sign-in", data={"email": mara.email, "password": "wrong"})
    answer = visitor().post("/sign-in", data={"email": mara.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert re.search(r"Try again in [123] seconds?\.", answer.text)  # fewer, where the five wrong ones took long


def test_another_site_cannot_sign_anyone_in(mara: Moderator, visitor: Callable[[], Any]) -> None:
    form = {"email": mara.email, "password": PASSWORD}
    answer = visitor().post("/sign-in", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert cookies(answer) == ""


# A code


@pytest.fixture
def factor(database: Database, mara: Moderator, secret: str) -> str:
    """A second factor that was added a while ago."""
    made, _ = moderators.new_factor(mara)
    earlier = datetime.now(UTC) - timedelta(minutes=5)
    moderators.add_factor(database, mara, made, pyotp.TOTP(made).at(earlier), secret, earlier)
    return made


def test_after_the_password_comes_the_code(mara: Moderator, factor: str, visitor: Callable[[], Any]) -> None:
    browser = visitor()
    answer = browser.post("/sign-in", data={"email": mara.email, "password": PASSWORD, "next": "/me"})
    assert answer.location == "/sign-in/code?next=/me"
    assert f"{COOKIE}=" not in cookies(answer)
    assert browser.get("/me").status_code == 302
    assert 'value="/me"' in browser.get(answer.location).text
    wrong = browser.post("/sign-in/code", data={"code": "000000", "next": "/me"})
    assert wrong.status_code == 401
    assert "This code is wrong or was used." in wrong.text
    answer = browser.post("/sign-in/code", data={"code": pyotp.TOTP(factor).now(), "next": "/me"})
    assert answer.location == "/me"
    assert browser.get("/me").status_code == 200
    assert browser.get_cookie("ombuds_halfway", path="/sign-in") is None


def test_guessing_codes_has_to_wait(
    mara: Moderator,
    factor: str,  # noqa: ARG001  is there
    visitor: Callable[[], Any],
) -> None:
    browser = visitor()
    browser.post("/sign-in", data={"email": mara.email, "password": PASSWORD})
    answers = [browser.post("/sign-in/code", data={"code": "1"}).status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


@pytest.mark.parametrize("carried", ["", "forged", "number", "bare", "old"])
def test_without_a_fresh_password_no_code_is_asked_for(
    mara: Moderator, visitor: Callable[[], Any], secret: str, carried: str
) -> None:
    now = datetime.now(UTC)
    browser = visitor()
    value = {
        "": "",
        "forged": "gAAAAABn",
        "number": keys.seal_for_now(str(mara.id), secret, now),
        "bare": keys.seal_for_now(f"halfway {mara.id}", secret, now),
        "old": keys.seal_for_now(f"halfway {mara.id} password", secret, now - timedelta(minutes=6)),
    }[carried]
    browser.set_cookie("ombuds_halfway", value, path="/sign-in")
    assert browser.get("/sign-in/code").location == "/sign-in"
    assert browser.post("/sign-in/code", data={"code": "1"}).location == "/sign-in"


# Links


def test_a_link_shows_a_button_and_is_used_up_by_it_alone(
    database: Database, mara: Moderator, visitor: Callable[[], Any], secret: str
) -> None:
    address = f"/links/{moderators.link(database, mara.email, secret, datetime.now(UTC))}"
    for _ in range(2):  # whoever previews it does not use it up
        seen = visitor().get(address)
        assert seen.status_code == 200
        assert "Sign in as Mara Lindqvist" in seen.text
    browser = visitor()
    assert browser.post(address).location == "/queues/"
    assert browser.get("/me").status_code == 200
    for answer in (visitor().get(address), visitor().post(address)):
        assert answer.status_code == 410
        assert "This link no longer works" in answer.text


def test_a_link_does_not_spare_anyone_the_code(
    database: Database, mara: Moderator, factor: str, visitor: Callable[[], Any], secret: str
) -> None:
    browser = visitor()
    answer = browser.post(f"/links/{moderators.link(database, mara.email, secret, datetime.now(UTC))}")
    assert answer.location == "/sign-in/code"
    assert f"{COOKIE}=" not in cookies(answer)
    assert browser.get("/me").status_code == 302
    assert browser.post("/sign-in/code", data={"code": pyotp.TOTP(factor).now()}).location == "/queues/"
    assert "by a one-time link and a code" in browser.get("/audit").text


def test_an_invitation_sets_name_and_password(
    database: Database, add_moderator: Callable[..., Moderator], visitor: Callable[[], Any], secret: str
) -> None:
    who = add_moderator("jo@news.example", "Jo")
    address = f"/invitations/{moderators.invite_again(database, who.id, secret, datetime.now(UTC))}"
    assert 'value="jo@news.example"' in visitor().get(address).text
    weak = visitor().post(address, data={"name": "Jo March", "password": "short"})
    assert weak.status_code == 422
    assert 'value="Jo March"' in weak.text
    nameless = visitor().post(address, data={"name": " ", "password": PASSWORD})
    assert nameless.status_code == 422
    assert "A name has 1 to 100 characters." in nameless.text
    browser = visitor()
    assert browser.post(address, data={"name": "Jo March", "password": PASSWORD}).status_code == 302
    assert "Jo March" in browser.get("/me").text
    assert visitor().get(address).status_code == 410
    assert visitor().post(address, data={"name": "Eve", "password": PASSWORD}).status_code == 410
    assert visitor().post("/sign-in", data={"email": who.email, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("address", ["/links/nonsense", "/invitations/nonsense"])
def test_a_link_that_never_was_is_like_an_old_one(visitor: Callable[[], Any], address: str) -> None:
    assert visitor().get(address).status_code == 410
    assert visitor().post(address).status_code == 410


# Out


def test_signing_out_ends_the_session_and_takes_the_cookie(database: Database, signed_in: Callable[..., Any]) -> None:
    browser = signed_in()
    kept = browser.get_cookie(COOKIE).value
    answer = browser.post("/sign-out")
    assert answer.location == "/sign-in"
    assert browser.get_cookie(COOKIE) is None
    browser.set_cookie(COOKIE, kept)
    assert browser.get("/me").status_code == 302
    assert sign_in.sessions_of(database, browser.who, datetime.now(UTC)) == []


def test_who_is_not_signed_in_is_signed_out_already(visitor: Callable[[], Any]) -> None:
    assert visitor().post("/sign-out").location == "/sign-in"
