"""Pages of the console: who may see them, what protects their forms, and what they all carry."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, g, jsonify, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from moderation import sign_in
from moderation.desk import Moderator, Role
from moderation.sign_in import Signed
from service.console import wellness
from service.console.refusals import POLICY, refuse, wants_json
from service.console.translation import gettext as _
from service.parts import parts

LANGUAGES = ("en", "de", "es", "fr", "pt")
"""Languages of the interface, the source first."""

COOKIE = "ombuds_session"
_SECURE_COOKIE = "__Host-ombuds_session"
_SAFE = {"GET", "HEAD", "OPTIONS"}


def blueprint(name: str, *, role: Role = Role.MODERATOR) -> Blueprint:
    """Make a family of pages that only someone signed in sees, in this role or one above it."""
    made = public(name)

    def check() -> Response | None:
        return _check(role)

    made.before_request(check)
    return made


def public(name: str) -> Blueprint:
    """Make a family of pages that everyone may see, such as the one to sign in on. What it is sent is checked too."""
    made = Blueprint(name, f"service.console.{name}")
    made.before_request(_refuse_other_sites)
    made.before_request(_refuse_nul)
    made.after_request(_finish)
    made.register_error_handler(HTTPException, refuse)
    return made


def me() -> Moderator:
    """Tell who is signed in."""
    return signed().moderator


def signed() -> Signed:
    """Tell who is signed in, and in which session."""
    return cast("Signed", g.signed)


def see(template: str, **values: Any) -> str:
    """Draw a page with all that stands in the masthead."""
    return render_template(template, me=me(), exposure=wellness.exposure(me()), **values)


def find_signed() -> Signed | None:
    """Find out who sends the present request, once; None where nobody is signed in."""
    if "signed" not in g:
        token = request.cookies.get(_cookie_name())
        made = parts()
        g.signed = sign_in.find(made.database, token, made.settings.secret, datetime.now(UTC)) if token else None
    return cast("Signed | None", g.signed)


def let_in(answer: Response, token: str) -> Response:
    """Give the browser its session."""
    answer.set_cookie(
        _cookie_name(),
        token,
        max_age=int(sign_in.LONGEST.total_seconds()),
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return answer


def let_out(answer: Response) -> Response:
    """Take the browser's session away."""
    answer.delete_cookie(_cookie_name(), secure=is_secure(), httponly=True, samesite="Lax", path="/")
    return answer


def is_secure() -> bool:
    """Tell whether people come by https, here or at the proxy that stands before us (then OMBUDS_URL says so)."""
    return request.is_secure or parts().settings.url.startswith("https:")


def safe_address(given: str | None, otherwise: str) -> str:
    """Take an address to go on to only if it is one of ours: a path, and no other host."""
    if not given or not given.startswith("/") or given.startswith("//") or "\\" in given or not given.isprintable():
        return otherwise
    return given


def csrf_token() -> str:
    """Give the token that this session's forms carry."""
    found = find_signed()
    return "" if found is None else sign_in.csrf_token(found.digest, parts().settings.secret)


def csrf_field() -> Markup:
    """Give the hidden field of a form."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(csrf_token())


def _check(role: Role) -> Response | None:
    found = find_signed()
    if found is None:
        if wants_json():
            answer = jsonify({"error": _("You are signed out. Sign in again; nothing is lost.")})
            answer.status_code = HTTPStatus.UNAUTHORIZED
            return answer
        onward = request.full_path.removesuffix("?") if request.method in _SAFE else None
        return cast("Response", redirect(url_for("sign_in.show", next=onward)))
    if request.method not in _SAFE:
        given = request.headers.get("X-CSRF-Token") or request.form.get("csrf") or ""
        if not hmac.compare_digest(given.encode(errors="replace"), csrf_token().encode()):
            abort(HTTPStatus.FORBIDDEN, _("This form is too old. Load the page again."))
    if not found.moderator.role.may(role):
        abort(HTTPStatus.FORBIDDEN, _("This page is not for your role."))
    return None


def _refuse_other_sites() -> None:
    """Refuse what another site's page sends, whatever it carries."""
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    is_foreign = site not in {None, "same-origin", "none"} if site else bool(origin) and origin not in _own_origins()
    if is_foreign:
        abort(HTTPStatus.FORBIDDEN, _("This came from another site."))


def _refuse_nul() -> None:
    """Refuse the one character that texts in a database cannot hold, wherever it stands. Nobody types it."""
    in_form = request.method not in _SAFE and any("\0" in one for _name, told in request.form.lists() for one in told)
    if in_form or "\0" in request.path or b"%00" in request.query_string:
        abort(HTTPStatus.BAD_REQUEST, _("This holds a character that no text may hold (NUL). Nothing was done."))


def _own_origins() -> set[str]:
    return {f"{request.scheme}://{request.host}", "{0.scheme}://{0.netloc}".format(urlsplit(parts().settings.url))}


def _finish(answer: Response) -> Response:
    headers: Mapping[str, str] = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    for name, value in headers.items():
        answer.headers.setdefault(name, value)
    return answer


def _cookie_name() -> str:
    return _SECURE_COOKIE if is_secure() else COOKIE


def language() -> str:
    """Choose the page's language: one's own, else what the browser prefers."""
    found = g.get("signed")
    chosen = None if found is None else found.moderator.language
    return chosen or request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
