"""Signing in by the newsroom's own OpenID Connect provider: discovery, PKCE and nonce by Authlib, nobody added."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, cast

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from flask import Response, abort, redirect, render_template, request, url_for
from joserfc.errors import JoseError
from requests import RequestException

from moderation import keys, sign_in
from moderation.errors import SignInRefused
from service.console import pages
from service.console.translation import gettext as _
from service.parts import parts

views = pages.public("single_sign_on")

_COOKIE = "ombuds_elsewhere"
_PATH = "/sign-in/elsewhere"
_AWAY_SECONDS = 600
_ANSWER_SECONDS = 10

log = structlog.get_logger()


class Provider(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]  # Authlib has no types
    """A provider as Authlib knows it, without its ties to a web framework."""

    client_cls = OAuth2Session


class _Doubtful(Exception):
    """The provider's answer does not hold."""


def is_offered() -> bool:
    """Tell whether the button belongs on the page to sign in on."""
    return parts().settings.oidc_issuer is not None


@views.get(_PATH)
def leave() -> Any:
    """Send someone to the provider; what must come back with them is in a sealed cookie."""
    try:
        asked = _provider().create_authorization_url(_return_address())
    except (RequestException, AuthlibBaseError, RuntimeError, ValueError) as error:
        return _failed(error)
    carried = {name: asked[name] for name in ("state", "nonce", "code_verifier")}
    carried["next"] = pages.safe_address(request.args.get("next"), url_for("queues.first"))
    answer = cast("Response", redirect(asked["url"]))
    answer.set_cookie(
        _COOKIE,
        keys.seal_for_now(json.dumps(carried), parts().settings.secret, _now()),
        max_age=_AWAY_SECONDS,
        secure=pages.is_secure(),
        httponly=True,
        samesite="Lax",
        path=_PATH,
    )
    return answer


@views.get(f"{_PATH}/back")
def come_back() -> Any:
    """Let in who comes back from the provider, if they were invited."""
    carried = _carried()
    if carried is None or not hmac.compare_digest(request.args.get("state", ""), carried["state"]):
        return _refused(_("This took too long, or began in another browser. Try again."), HTTPStatus.BAD_REQUEST)
    if "error" in request.args:
        return _refused(_("The sign-in was broken off there. Try again."), HTTPStatus.UNAUTHORIZED)
    try:
        subject, email = _told(carried)
    except (RequestException, AuthlibBaseError, JoseError, RuntimeError, ValueError, KeyError, _Doubtful) as error:
        return _failed(error)
    try:
        who = sign_in.with_subject(parts().database, subject, email, _now())
    except SignInRefused:
        words = _("Your newsroom’s sign-in knows you, but nobody invited you to this console. Ask an admin.")
        return _refused(words, HTTPStatus.FORBIDDEN)
    made = parts()
    agent = request.headers.get("User-Agent", "")
    token = sign_in.begin(made.database, who, agent, "single sign-on", made.settings.secret, _now())
    return _forget(pages.let_in(cast("Response", redirect(carried["next"])), token))


def _told(carried: dict[str, str]) -> tuple[str, str | None]:
    """Ask the provider who it is: a name that is one over all issuers, and the address if it is verified."""
    provider = _provider()
    token = provider.fetch_access_token(
        _return_address(), code=request.args.get("code", ""), code_verifier=carried["code_verifier"]
    )
    claims = provider.parse_id_token(token, carried["nonce"])
    if claims is None or not claims.get("sub"):
        raise _Doubtful("no id_token")
    if "email" not in claims and provider.server_metadata.get("userinfo_endpoint"):
        more = provider.userinfo(token=token)
        if more.get("sub") != claims["sub"]:
            raise _Doubtful("userinfo is about someone else")
        claims = {**more, **claims}
    subject = hashlib.sha256(f"{parts().settings.oidc_issuer}\n{claims['sub']}".encode()).hexdigest()
    is_verified = claims.get("email_verified") in {True, "true"} and isinstance(claims.get("email"), str)
    return subject, claims["email"] if is_verified else None


def _provider() -> Provider:
    settings = parts().settings
    if settings.oidc_issuer is None:
        abort(HTTPStatus.NOT_FOUND)
    provider = _made(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    found = provider.load_server_metadata().get("issuer", "")
    if found.rstrip("/") != settings.oidc_issuer.rstrip("/"):
        _made.cache_clear()
        raise RuntimeError(f"the provider calls itself {found!r}")
    return provider


@lru_cache(maxsize=4)
def _made(issuer: str, client_id: str | None, client_secret: str | None) -> Provider:
    """Know a provider for as long as the process lives: its description and keys are asked for once."""
    return Provider(
        None,
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": _ANSWER_SECONDS,
            "leeway": 5,
        },
    )


def _carried() -> dict[str, str] | None:
    sealed = request.cookies.get(_COOKIE, "")
    told = keys.unseal_fresh(sealed, parts().settings.secret, _AWAY_SECONDS, _now())
    if told is None or not told.startswith("{"):
        return None
    return cast("dict[str, str]", json.loads(told))


def _return_address() -> str:
    return f"{parts().settings.url}{url_for('single_sign_on.come_back')}"


def _failed(error: Exception) -> Response:
    """Say that it failed; what exactly is for the log, which gets no tokens: errors of these libraries hold none."""
    log.warning("single_sign_on.failed", error=type(error).__name__, detail=str(error)[:200])
    words = _("Your newsroom’s sign-in does not answer as it should. Try again, or use a password.")
    return _refused(words, HTTPStatus.BAD_GATEWAY)


def _refused(words: str, status: HTTPStatus) -> Response:
    page = render_template("console/sign_in.html", refused=words, onward="", email="", elsewhere=is_offered())
    return _forget(Response(page, status))


def _forget(answer: Response) -> Response:
    answer.delete_cookie(_COOKIE, path=_PATH)
    return answer


def _now() -> datetime:
    return datetime.now(UTC)
