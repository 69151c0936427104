"""One's own settings over HTTP."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from moderation import keys, moderators
from service.console.me import browser_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.desk import Moderator
    from moderation.store.database import Database

PASSWORD = "three ferries on the lake"
OTHER = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is promised over HTTP is the same on every database."""
    return sqlite_url


@pytest.fixture
def browser(signed_in: Callable[..., Any]) -> Any:
    """A moderator's browser."""
    return signed_in()


@pytest.fixture
def kept(database: Database, browser: Any) -> Callable[[], Moderator]:
    """The moderator as the record has them now."""
    return lambda: moderators.find(database, browser.who.id)


def test_name_and_language_are_kept(browser: Any, kept: Callable[[], Moderator]) -> None:
    answer = browser.post("/me/profile", data={"name": "Mara L.", "language": "de"})
    assert answer.location == "/me?did=profile#profile"
    assert (kept().name, kept().language) == ("Mara L.", "de")
    browser.post("/me/profile", data={"name": "Mara L.", "language": "tlh"})
    assert kept().language is None
    refused = browser.post("/me/profile", data={"name": ""})
    assert refused.status_code == 422
    assert "A name has 1 to 100 characters." in refused.text


def test_what_spares_one_is_kept_and_takes_effect(browser: Any, kept: Callable[[], Moderator]) -> None:
    browser.post("/me/wellness", data={"greyscale": "on", "break_after": "3"})
    assert kept().preferences == {"masks": False, "greyscale": True, "interleave": False, "break_after": 3}
    page = browser.get("/me").text
    assert re.search(r'<body class="[^"]*is-grey is-bare', page)
    browser.post("/me/wellness", data={"masks": "on", "interleave": "on", "break_after": "0"})
    assert kept().preferences == {"masks": True, "greyscale": False, "interleave": True, "break_after": 0}
    for wrong in ("-1", "501", "often", ""):
        assert browser.post("/me/wellness", data={"break_after": wrong}).status_code == 422
    assert kept().preferences["break_after"] == 0


def test_keys_are_kept_and_given_back(browser: Any, kept: Callable[[], Moderator]) -> None:
    browser.post("/me/keys", data={"key-approve": "f", "key-reject": "r", "leader": ";"})
    assert kept().preferences["keys"] == {"map": {"approve": "f"}, "leader": ";"}
    assert """data-keys='{"leader": ";", "map": {"approve": "f"}}'""" in browser.get("/me").text
    refused = browser.post("/me/keys", data={"key-approve": "r"})
    assert refused.status_code == 422
    assert "would mean both" in refused.text
    assert kept().preferences["keys"]["leader"] == ";"
    browser.post("/me/keys", data={"usual": "1", "key-approve": "r"})
    assert kept().preferences["keys"] == {}


def test_a_key_cannot_break_out_of_its_page(browser: Any) -> None:
    browser.post("/me/keys", data={"key-approve": "'", "key-reject": "<", "key-hold": '"', "key-note": "&"})
    page = browser.get("/me").text
    (carried,) = re.findall(r"data-keys='([^']*)'", page)
    assert "<" not in carried
    assert '"approve": "' in unescape(carried)


def test_a_password_is_set_and_changed(browser: Any) -> None:
    new = {"password": PASSWORD, "again": PASSWORD}
    assert "Set the password" in browser.get("/me").text
    assert "differ" in browser.post("/me/password", data=new | {"again": "x"}).text
    assert "At least" in browser.post("/me/password", data={"password": "short", "again": "short"}).text
    assert browser.post("/me/password", data=new).location == "/me?did=password#password"
    assert "Present password" in browser.get("/me").text
    wrong = browser.post("/me/password", data={**new, "former": "wrong"})
    assert wrong.status_code == 422
    assert "The present password is wrong." in wrong.text
    assert browser.post("/me/password", data={**new, "former": PASSWORD}).status_code == 302
    assert browser.get("/me").status_code == 200


def test_a_second_factor_is_set_up_by_its_picture_and_switched_off(database: Database, browser: Any) -> None:
    page = browser.get("/me/factor").text
    assert "<svg" in page
    assert "style=" not in page
    (sealed,) = re.findall(r'name="factor" value="([^"]+)"', page)
    factor = "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page))
    refused = browser.post("/me/factor", data={"factor": sealed, "code": "000"})
    assert refused.status_code == 422
    assert factor == "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", refused.text))
    code = pyotp.TOTP(factor).now()
    assert browser.post("/me/factor", data={"factor": sealed, "code": code}).location == "/me?did=factor#factor"
    assert moderators.has_factor(database, browser.who) == (False, True)
    assert "Switch it off" in browser.get("/me").text
    assert browser.post("/me/factor/drop", data={"code": code}).status_code == 422
    following = pyotp.TOTP(factor).at(datetime.now(UTC) + timedelta(seconds=30))
    assert browser.post("/me/factor/drop", data={"code": following}).status_code == 302
    assert moderators.has_factor(database, browser.who) == (False, False)


def test_somebody_elses_factor_is_not_taken(database: Database, browser: Any, secret: str) -> None:
    for sealed in ("", "gAAAAA", keys.seal_for_now(f"moderator:999 {OTHER}", secret, datetime.now(UTC))):
        answer = browser.post("/me/factor", data={"factor": sealed, "code": pyotp.TOTP(OTHER).now()})
        assert answer.location == "/me/factor"
    assert moderators.has_factor(database, browser.who) == (False, False)


def test_sessions_are_listed_and_ended(
    browser: Any, enter: Callable[[Moderator], Any], signed_in: Callable[..., Any]
) -> None:
    stranger = signed_in(email="jo@news.example", name="Jo")
    others = [enter(browser.who), enter(browser.who)]
    page = browser.get("/me").text
    numbers = re.findall(r'name="session" value="(\d+)"', page)
    assert len(numbers) == 2
    assert "Sign out everywhere else" in page
    stranger.post("/me/sessions", data={"session": numbers[0]})
    assert [one.get("/me").status_code for one in others] == [200, 200]
    browser.post("/me/sessions", data={"session": numbers[0]})
    assert sorted(one.get("/me").status_code for one in others) == [200, 302]
    browser.post("/me/sessions")
    assert [one.get("/me").status_code for one in (*others, browser, stranger)] == [302, 302, 200, 200]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Version/17 Safari/605.1", "Safari on Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0", "Firefox on Android"),
        ("Firefox/1", "Firefox"),
        ("curl/8.5.0", "curl"),
        ("<b>evil</b>", "bevil"),
        ("", "Unknown browser"),
    ],
)
def test_browsers_are_named_as_people_would(browser: Any, agent: str, name: str) -> None:
    with browser.application.test_request_context():
        assert browser_named(agent) == name
