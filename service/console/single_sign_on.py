"""Signing in by the newsroom's own OpenID Connect provider. Nobody is added: who was not invited stays out."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from http import HTTPStatus
from importlib import import_module
from typing import Any, cast

import structlog
from flask import Response, abort, redirect, render_template, request, url_for

from moderation import keys, sign_in
from moderation.errors import SignInRefused
from service.console import pages
from service.console.translation import gettext as _
from service.parts import parts

views = pages.public("single_sign_on")

_COOKIE = "ombuds_elsewhere"
_PATH = "/sign-in/elsewhere"
_AWAY_SECONDS = 600

log = structlog.get_logger()


def is_offered() -> bool:
    """Tell whether the button belongs on the page to sign in on."""
    return parts().settings.oidc_issuer is not None


@views.get(_PATH)
def leave() -> Any:
    """Send someone to the provider; what must come back with them is in a sealed cookie."""
    provider, failed = _provider()
    try:
        asked = provider.leave(_return_address())
    except failed as error:
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
    if carried is None or not hmac.compare_digest(
        request.args.get("state", "").encode(errors="replace"), carried["state"].encode()
    ):
        return _refused(_("This took too long, or began in another browser. Try again."), HTTPStatus.BAD_REQUEST)
    if "error" in request.args:
        return _refused(_("The sign-in was broken off there. Try again."), HTTPStatus.UNAUTHORIZED)
    provider, failed = _provider()
    try:
        claims = provider.tell(
            _return_address(), request.args.get("code", ""), carried["code_verifier"], carried["nonce"]
        )
    except failed as error:
        return _failed(error)
    try:
        who = sign_in.with_subject(parts().database, _subject(claims), _verified_email(claims), _now())
    except SignInRefused:
        words = _("Your newsroom’s sign-in knows you, but nobody invited you to this console. Ask an admin.")
        return _refused(words, HTTPStatus.FORBIDDEN)
    made = parts()
    agent = request.headers.get("User-Agent", "")
    token = sign_in.begin(made.database, who, agent, "single sign-on", made.settings.secret, _now())
    return _forget(pages.let_in(cast("Response", redirect(carried["next"])), token))


def _provider() -> tuple[Any, type[Exception]]:
    """Give the provider that is set, and the error that it raises."""
    settings = parts().settings
    if settings.oidc_issuer is None:
        abort(HTTPStatus.NOT_FOUND)
    module = import_module("service.console.providers")
    provider = module.provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    return provider, module.ProviderFailed


def _subject(claims: dict[str, Any]) -> str:
    """Name someone as one over all issuers."""
    return hashlib.sha256(f"{parts().settings.oidc_issuer}\n{claims['sub']}".encode()).hexdigest()


def _verified_email(claims: dict[str, Any]) -> str | None:
    email, told = claims.get("email"), claims.get("email_verified")
    is_verified = told is True or told == "true"  # some providers write it as text
    return email if is_verified and isinstance(email, str) else None


def _carried() -> dict[str, str] | None:
    sealed = request.cookies.get(_COOKIE, "")
    told = keys.unseal_fresh(sealed, parts().settings.secret, _AWAY_SECONDS, _now())
    if told is None or not told.startswith("{"):
        return None
    return cast("dict[str, str]", json.loads(told))


def _return_address() -> str:
    return f"{parts().settings.url}{url_for('single_sign_on.come_back')}"


def _failed(error: Exception) -> Response:
    """Say that it failed; what exactly is for the log."""
    log.warning("single_sign_on.failed", detail=str(error))
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
