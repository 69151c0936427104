"""Signing in by OpenID Connect, with a small provider of our own on a real port."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from moderation import moderators
from moderation.desk import Moderator
from moderation.store.database import Database
from service.console import providers

CLIENT_ID, CLIENT_SECRET = "ombuds", "a-secret-between-two"
PAGE = {"Accept": "text/html"}


@dataclass
class Provider:
    """A newsroom's sign-in: whoever comes is `person`, at once. Its answers can be bent."""

    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "7", "email": "Mara@News.Example", "email_verified": True}
    )
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    description: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    signs_with: Any = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    url: str = ""

    def describe(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **({"userinfo_endpoint": f"{self.url}/userinfo"} if self.userinfo else {}),
            **self.description,
        }

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Give a code's tokens to who shows that they asked for it."""
        known = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        asked = self.asked.pop(form.get("code", ""), None)
        if authorization != f"Basic {known}" or asked is None:
            return 401, {"error": "invalid_client"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if challenge.decode().rstrip("=") != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            **self.person,
            **self.claims,
        }
        signed = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.signs_with or self.key)
        return 200, {"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": signed}

    def authorize(self, address: str) -> str:
        """Take someone in, and name the address to which they are sent back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.url}/authorize?")
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == (
            "code",
            "ombuds",
            "S256",
        )
        assert "openid" in asked["scope"].split()
        self.asked["code-1"] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': 'code-1', 'state': asked['state']})}"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The newsroom's sign-in."""
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = {
                "/.well-known/openid-configuration": made.describe,
                "/jwks": lambda: {"keys": [made.key.as_dict(private=False)]},
                "/userinfo": lambda: made.userinfo,
            }[self.path]()
            self.tell(200, told)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            flat = {name: values[0] for name, values in form.items()}
            self.tell(*made.token(flat, self.headers.get("Authorization", "")))

        def tell(self, status: int, told: Any) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the standard library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()
    providers.provider.cache_clear()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a provider tells is the same on every database."""
    return sqlite_url


@pytest.fixture
def app(make_app: Callable[..., Flask], provider: Provider) -> Flask:
    """The application of a newsroom with a sign-in of its own."""
    return make_app(
        url="http://localhost",
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
    )


@pytest.fixture
def go(visitor: Callable[[], Any], provider: Provider) -> Callable[..., TestResponse]:
    """Go to the provider and back, in one browser; `change` bends the address of the way back."""

    def there_and_back(change: Callable[[str], str] = str, browser: Any = None, onward: str = "/numbers") -> Any:
        browser = browser or visitor()
        left = browser.get("/sign-in/elsewhere", query_string={"next": onward}, headers=PAGE)
        assert left.status_code == 302, left.text
        return browser.get(change(provider.authorize(left.location)), headers=PAGE)

    return there_and_back


def test_the_button_is_there_where_a_provider_is(
    make_app: Callable[..., Flask], visitor: Callable[[], Any], provider: Provider
) -> None:
    assert "/sign-in/elsewhere?next=/numbers" in visitor().get("/sign-in?next=/numbers").text
    without = make_app().test_client()
    assert "elsewhere" not in without.get("/sign-in").text
    assert without.get("/sign-in/elsewhere", headers=PAGE).status_code == 404
    assert provider.asked == {}


def test_who_was_invited_comes_in_and_is_known_by_subject_from_then_on(
    database: Database,
    add_moderator: Callable[..., Moderator],
    visitor: Callable[[], Any],
    go: Callable[..., Any],
    provider: Provider,
) -> None:
    mara = add_moderator()
    browser = visitor()
    back = go(browser=browser)
    assert (back.status_code, back.location) == (302, "/numbers")
    assert "ombuds_session=" in back.headers["Set-Cookie"]
    assert "Mara Lindqvist" in browser.get("/me").text
    provider.person = {"sub": "7"}
    assert go().status_code == 302
    provider.person = {"sub": "8", "email": "mara@news.example", "email_verified": True}
    assert go().status_code == 403
    assert [one.id for one in moderators.everyone(database)] == [mara.id]


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "7", "email": "stranger@news.example", "email_verified": True},
        {"sub": "7", "email": "mara@news.example", "email_verified": False},
        {"sub": "7", "email": "mara@news.example"},
        {"sub": "7"},
    ],
    ids=["unknown", "unverified", "unsaid", "without"],
)
def test_nobody_is_added(
    database: Database,
    add_moderator: Callable[..., Moderator],
    go: Callable[..., Any],
    provider: Provider,
    person: dict[str, Any],
) -> None:
    add_moderator()
    provider.person = person
    back = go()
    assert back.status_code == 403
    assert "nobody invited you" in back.text
    assert "ombuds_session=" not in str(back.headers)
    assert len(moderators.everyone(database)) == 1


def test_the_disabled_stay_out(
    database: Database, add_moderator: Callable[..., Moderator], go: Callable[..., Any], now: Any
) -> None:
    who = add_moderator()
    moderators.disable(database, who.id, now)
    assert go().status_code == 403
    moderators.enable(database, who.id, now)
    assert go().status_code == 302
    moderators.disable(database, who.id, now)
    assert go().status_code == 403


def test_an_address_may_come_from_userinfo_about_the_same_person(
    add_moderator: Callable[..., Moderator], go: Callable[..., Any], provider: Provider
) -> None:
    add_moderator()
    provider.person = {"sub": "7"}
    provider.userinfo = {"sub": "9", "email": "mara@news.example", "email_verified": True}
    assert go().status_code == 502
    provider.userinfo["sub"] = "7"
    assert go().status_code == 302


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000_000},
        {"sub": ""},
    ],
    ids=str,
)
def test_a_token_that_is_not_meant_so_is_refused(
    add_moderator: Callable[..., Moderator], go: Callable[..., Any], provider: Provider, claims: dict[str, Any]
) -> None:
    add_moderator()
    provider.claims = claims
    back = go()
    assert back.status_code == 502
    assert "does not answer as it should" in back.text
    assert "ombuds_session=" not in str(back.headers)


def test_a_token_of_another_key_is_refused_and_a_changed_key_is_fetched(
    add_moderator: Callable[..., Moderator], go: Callable[..., Any], provider: Provider
) -> None:
    add_moderator()
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "first"})
    assert go().status_code == 502
    provider.signs_with = None
    assert go().status_code == 302
    provider.key = RSAKey.generate_key(2048, {"kid": "second"})
    assert go().status_code == 302


def test_the_way_back_belongs_to_the_browser_that_left(
    add_moderator: Callable[..., Moderator], visitor: Callable[[], Any], go: Callable[..., Any], provider: Provider
) -> None:
    add_moderator()
    assert go(lambda address: address.replace("state=", "state=x")).status_code == 400
    left = visitor().get("/sign-in/elsewhere", headers=PAGE)
    assert visitor().get(provider.authorize(left.location), headers=PAGE).status_code == 400
    stolen = visitor()
    stolen.set_cookie("ombuds_elsewhere", "gAAAAA", path="/sign-in/elsewhere")
    assert stolen.get("/sign-in/elsewhere/back?code=1&state=", headers=PAGE).status_code == 400


def test_who_breaks_off_there_may_try_again(go: Callable[..., Any]) -> None:
    back = go(lambda address: address.replace("code=code-1", "error=access_denied"))
    assert back.status_code == 401
    assert "broken off" in back.text


def test_signing_in_leads_to_our_own_pages_only(
    add_moderator: Callable[..., Moderator], go: Callable[..., Any]
) -> None:
    add_moderator()
    assert go(onward="https://evil.example").location == "/queues/"


def test_a_provider_that_is_another_or_does_not_answer_is_told_kindly(
    visitor: Callable[[], Any], make_app: Callable[..., Flask], provider: Provider
) -> None:
    provider.description = {"issuer": "https://evil.example"}
    assert visitor().get("/sign-in/elsewhere", headers=PAGE).status_code == 502
    provider.description = {}
    assert visitor().get("/sign-in/elsewhere", headers=PAGE).status_code == 302
    gone = make_app(oidc_issuer="http://127.0.0.1:9", oidc_client_id="x", oidc_client_secret="y").test_client()
    answer = gone.get("/sign-in/elsewhere", headers=PAGE)
    assert answer.status_code == 502
    assert "use a password" in answer.text
