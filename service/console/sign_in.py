"""Signing in and out: a password and a code, a one-time link, an invitation."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, cast

from flask import Response, redirect, render_template, request, url_for

from moderation import keys, moderators, sign_in
from moderation.desk import Moderator
from moderation.errors import InvalidModerator, LinkRefused, SignInRefused, SignInThrottled, WeakPassword
from moderation.sign_in import Halfway
from service.console import pages, single_sign_on
from service.console.translation import gettext as _
from service.parts import parts

views = pages.public("sign_in")

_HALFWAY_COOKIE = "ombuds_halfway"
_HALFWAY_SECONDS = 300
_HALFWAY = "halfway "


@views.get("/")
def home() -> Any:
    """Go to where the work is."""
    return redirect(url_for("queues.first"))


@views.get("/sign-in")
def show() -> Any:
    """Show the page to sign in on."""
    if pages.find_signed() is not None:
        return redirect(_onward())
    return render_template(
        "console/sign_in.html", onward=request.args.get("next", ""), email="", elsewhere=single_sign_on.is_offered()
    )


@views.post("/sign-in")
def with_password() -> Any:
    """Check an address and a password."""
    email, made = request.form.get("email", ""), parts()
    shown = {"email": email, "elsewhere": single_sign_on.is_offered()}
    try:
        found = sign_in.with_password(
            made.database, email, request.form.get("password", ""), _place(), made.settings.secret, _now()
        )
    except SignInThrottled as error:
        refused = _("Too many attempts. Try again in %(n)s seconds.", n=error.seconds)
        return _again("console/sign_in.html", refused, HTTPStatus.TOO_MANY_REQUESTS, **shown)
    except SignInRefused:
        return _again("console/sign_in.html", _("Email or password is wrong."), HTTPStatus.UNAUTHORIZED, **shown)
    return _onto_code(found, "password") if isinstance(found, Halfway) else _let_in(found, "password")


@views.get("/sign-in/code")
def ask_code() -> Any:
    """Ask for the second factor's code."""
    if _halfway() is None:
        return redirect(url_for("sign_in.show"))
    return render_template("console/sign_in_code.html", onward=request.args.get("next", ""))


@views.post("/sign-in/code")
def with_code() -> Any:
    """Check the second factor's code."""
    halfway, made = _halfway(), parts()
    if halfway is None:
        return redirect(url_for("sign_in.show"))
    moderator_id, how = halfway
    try:
        who = sign_in.with_code(
            made.database, moderator_id, request.form.get("code", ""), _place(), made.settings.secret, _now()
        )
    except SignInThrottled as error:
        refused = _("Too many attempts. Try again in %(n)s seconds.", n=error.seconds)
        return _again("console/sign_in_code.html", refused, HTTPStatus.TOO_MANY_REQUESTS)
    except SignInRefused:
        return _again("console/sign_in_code.html", _("This code is wrong or was used."), HTTPStatus.UNAUTHORIZED)
    answer = _let_in(who, f"{how} and code")
    answer.delete_cookie(_HALFWAY_COOKIE, path="/sign-in")
    return answer


@views.get("/links/<token>")
def show_link(token: str) -> Any:
    """Show a one-time link's button: whoever only looks at the link does not use it up."""
    try:
        who = sign_in.whose_link(parts().database, token, sign_in.SIGN_IN, parts().settings.secret, _now())
    except LinkRefused:
        return _refused_link()
    return render_template("console/sign_in_link.html", who=who)


@views.post("/links/<token>")
def with_link(token: str) -> Any:
    """Sign in with a one-time link."""
    try:
        found = sign_in.with_link(parts().database, token, sign_in.SIGN_IN, parts().settings.secret, _now())
    except LinkRefused:
        return _refused_link()
    return _onto_code(found, "link") if isinstance(found, Halfway) else _let_in(found, "link")


@views.get("/invitations/<token>")
def show_invitation(token: str) -> Any:
    """Show an invitation: its name, and a password to choose."""
    try:
        who = sign_in.whose_link(parts().database, token, sign_in.INVITATION, parts().settings.secret, _now())
    except LinkRefused:
        return _refused_link()
    return render_template("console/invitation.html", who=who, name=who.name)


@views.post("/invitations/<token>")
def accept_invitation(token: str) -> Any:
    """Accept an invitation: keep name and password, and sign in."""
    made, name = parts(), request.form.get("name", "")
    try:
        who = sign_in.whose_link(made.database, token, sign_in.INVITATION, made.settings.secret, _now())
        moderators.set_profile(made.database, who, name, who.language, _now())
        moderators.set_password(made.database, who, request.form.get("password", ""), _now(), former=None)
        sign_in.with_link(made.database, token, sign_in.INVITATION, made.settings.secret, _now())
    except LinkRefused:
        return _refused_link()
    except WeakPassword:
        refused = _("Take at least 12 characters, and not the same few over and over.")
        return _again("console/invitation.html", refused, HTTPStatus.UNPROCESSABLE_ENTITY, who=who, name=name)
    except InvalidModerator:
        refused = _("A name has 1 to 100 characters.")
        return _again("console/invitation.html", refused, HTTPStatus.UNPROCESSABLE_ENTITY, who=who, name=name)
    return _let_in(who, "invitation")


@views.post("/sign-out")
def leave() -> Any:
    """Sign out of this browser. Without a session there is nothing to protect, and nothing happens."""
    found = pages.find_signed()
    if found is not None:
        sign_in.end(parts().database, found, _now())
    return pages.let_out(cast("Response", redirect(url_for("sign_in.show"))))


def _let_in(who: Moderator, how: str) -> Response:
    token = sign_in.begin(
        parts().database, who, request.headers.get("User-Agent", ""), how, parts().settings.secret, _now()
    )
    return pages.let_in(cast("Response", redirect(_onward())), token)


def _onto_code(found: Halfway, how: str) -> Response:
    """Ask for the code next, and remember for a while who came so far, and how."""
    answer = cast("Response", redirect(url_for("sign_in.ask_code", next=request.form.get("next"))))
    answer.set_cookie(
        _HALFWAY_COOKIE,
        keys.seal_for_now(f"{_HALFWAY}{found.moderator_id} {how}", parts().settings.secret, _now()),
        max_age=_HALFWAY_SECONDS,
        secure=pages.is_secure(),
        httponly=True,
        samesite="Strict",
        path="/sign-in",
    )
    return answer


def _onward() -> str:
    return pages.safe_address(request.values.get("next"), url_for("queues.first"))


def _again(template: str, refused: str, status: HTTPStatus, **values: Any) -> tuple[str, HTTPStatus]:
    return render_template(template, refused=refused, onward=request.form.get("next", ""), **values), status


def _refused_link() -> tuple[str, HTTPStatus]:
    return render_template("console/link_refused.html"), HTTPStatus.GONE


def _halfway() -> tuple[int, str] | None:
    """Tell who came halfway in, and how."""
    sealed = request.cookies.get(_HALFWAY_COOKIE, "")
    told = keys.unseal_fresh(sealed, parts().settings.secret, _HALFWAY_SECONDS, _now()) or ""
    moderator_id, _space, how = told.removeprefix(_HALFWAY).partition(" ")
    return (int(moderator_id), how) if told.startswith(_HALFWAY) and how else None


def _place() -> str:
    return request.remote_addr or ""


def _now() -> datetime:
    return datetime.now(UTC)
