"""One's own page: name and language, password, second factor, sessions, what spares one, and keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import segno
from babel import Locale
from flask import redirect, request, url_for
from markupsafe import Markup

from moderation import keys, moderators, sign_in
from moderation.errors import InvalidModerator, SignInRefused, WeakPassword
from service.console import key_choices, wellness
from service.console.fields import whole, wholes
from service.console.key_choices import UnclearKeys
from service.console.pages import LANGUAGES, blueprint, me, see, signed
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("me")

_MOST_BREAK_AFTER = 500
_FACTOR_SECONDS = 900
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS X": "Mac"}


@views.get("/me")
def show() -> str:
    """Show one's own settings."""
    return _page()


@views.post("/me/profile")
def profile() -> Any:
    """Change one's name and the console's language."""
    language = request.form.get("language") or None
    try:
        moderators.set_profile(
            parts().database,
            me(),
            request.form.get("name", ""),
            language if language in LANGUAGES else None,
            _now(),
        )
    except InvalidModerator:
        return _again("profile", _("A name has 1 to 100 characters."))
    return _done("profile")


@views.post("/me/password")
def password() -> Any:
    """Choose a password; everywhere else one is signed out."""
    form = request.form
    if form.get("password") != form.get("again"):
        return _again("password", _("The two new passwords differ."))
    try:
        moderators.set_password(
            parts().database,
            me(),
            form.get("password", ""),
            _now(),
            former=form.get("former"),
            session_id=signed().session.id,
        )
    except WeakPassword:
        return _again("password", _("Take at least 12 characters, and not the same few over and over."))
    except SignInRefused:
        return _again("password", _("The present password is wrong."))
    return _done("password")


@views.get("/me/factor")
def propose_factor() -> str:
    """Show a second factor to add: a QR code, and the same to type."""
    return _factor_page(*moderators.new_factor(me()))


@views.post("/me/factor")
def add_factor() -> Any:
    """Add the second factor that was shown, once its first code is right."""
    made, who = parts(), me()
    sealed = request.form.get("factor", "")
    told = keys.unseal_fresh(sealed, made.settings.secret, _FACTOR_SECONDS, _now()) or ""
    owner, _space, factor = told.partition(" ")
    if owner != who.actor:
        return redirect(url_for("me.propose_factor"))
    try:
        moderators.add_factor(made.database, who, factor, request.form.get("code", ""), made.settings.secret, _now())
    except SignInRefused:
        refused = _("This code is wrong. Wait for the next one, and look at the clock of your device.")
        page = _factor_page(factor, moderators.factor_address(who, factor), refused)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    return _done("factor")


@views.post("/me/factor/drop")
def drop_factor() -> Any:
    """Ask for codes no more; a last one is needed."""
    made = parts()
    try:
        moderators.drop_factor(made.database, me(), request.form.get("code", ""), made.settings.secret, _now())
    except SignInRefused:
        return _again("factor", _("This code is wrong or was used."))
    return _done("factor")


@views.post("/me/sessions")
def end_sessions() -> Any:
    """Sign out in one other browser, or in all of them."""
    if "session" not in request.form:
        sign_in.end_elsewhere(parts().database, signed(), _now())
    for session_id in wholes(request.form.getlist("session")):
        sign_in.end_there(parts().database, me(), session_id, _now())
    return _done("sessions")


@views.post("/me/wellness")
def spare() -> Any:
    """Keep what spares one: masks, grey, easy texts between hard ones, when to take a break."""
    form = request.form
    after = form.get("break_after", type=whole)
    if after is None or not 0 <= after <= _MOST_BREAK_AFTER:
        return _again("wellness", _("Give a number from 0 to %(most)s.", most=_MOST_BREAK_AFTER))
    moderators.set_preferences(
        parts().database,
        me(),
        {
            "masks": "masks" in form,
            "greyscale": "greyscale" in form,
            "interleave": "interleave" in form,
            "break_after": after,
        },
    )
    return _done("wellness")


@views.post("/me/keys")
def choose_keys() -> Any:
    """Keep one's own keys, or go back to the usual ones."""
    try:
        own = {} if "usual" in request.form else key_choices.chosen(request.form)
    except UnclearKeys as error:
        return _again("own-keys", str(error))
    moderators.set_preferences(parts().database, me(), {"keys": own})
    return _done("own-keys")


def browser_named(user_agent: str) -> str:
    """Name a browser and its system, as people would."""
    browser = next((name for mark, name in _BROWSERS.items() if f"{mark}/" in user_agent), None)
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent), None)
    if system is None and "Linux" in user_agent:
        system = "Linux"
    if browser is None:
        return re.sub(r"[^\w .-]", "", user_agent.partition("/")[0])[:40].strip() or _("Unknown browser")
    return browser if system is None else _("%(browser)s on %(system)s", browser=browser, system=system)


def _page(refused: str | None = None, section: str | None = None) -> str:
    who, database = me(), parts().database
    has_password, has_factor = moderators.has_factor(database, who)
    return see(
        "console/me.html",
        page="me",
        section=section or request.args.get("did"),
        refused=refused,
        typed=request.form if refused else {},
        has_password=has_password,
        has_factor=has_factor,
        sessions=[(one, browser_named(one.user_agent)) for one in sign_in.sessions_of(database, who, _now())],
        here=signed().session.id,
        languages=[(code, (Locale(code).display_name or code).capitalize()) for code in LANGUAGES],
        break_after=wellness.exposure(who).limit,
        chosen_keys=who.preferences.get("keys", {}),
    )


def _factor_page(factor: str, address: str, refused: str | None = None) -> str:
    # No namespace, size or style in it: the page's style sheet decides, and its policy would forbid the last.
    drawn = segno.make(address, error="m").svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
    return see(
        "console/factor.html",
        page="me",
        drawn=Markup(drawn),  # noqa: S704  made by segno of black and white squares, with no text in it
        groups=[factor[place : place + 4] for place in range(0, len(factor), 4)],
        sealed=keys.seal_for_now(f"{me().actor} {factor}", parts().settings.secret, _now()),
        refused=refused,
    )


def _done(section: str) -> Any:
    return redirect(f"{url_for('me.show', did=section)}#{section}")


def _again(section: str, refused: str) -> tuple[str, HTTPStatus]:
    return _page(refused, section), HTTPStatus.UNPROCESSABLE_ENTITY


def _now() -> datetime:
    return datetime.now(UTC)
