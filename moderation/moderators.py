"""The people at the console: adding and inviting them, their roles and limits, their passwords and second factors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyotp

from moderation import keys, passwords, sign_in
from moderation.desk import Moderator, Post, Role
from moderation.errors import InvalidModerator, LastAdmin, ModeratorExists, SignInRefused, UnknownModerator, UnknownSite
from moderation.store import audit, sessions, sites
from moderation.store import moderators as store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.store.database import Database

COMMAND_LINE = "command line"
"""The audit log's actor for what is done by who can run commands on the server."""

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
_MOST_NAME = 100
_ISSUER = "Ombuds"


def invite(
    database: Database,
    email: str,
    name: str,
    post: Post,
    secret: str,
    now: datetime,
    *,
    by: str = COMMAND_LINE,
) -> tuple[Moderator, str]:
    """Add someone and return them with the token of their invitation link, which is kept nowhere.

    Raises:
        InvalidModerator: the address or the name cannot be one.
        ModeratorExists: someone has this address.
        UnknownSite: a site to limit them to is not there.
    """
    email, name = email.strip().lower(), _checked_name(name)
    if not _EMAIL.fullmatch(email):
        raise InvalidModerator("email", f"{email!r} is not an e-mail address")
    with database.writing() as tx:
        if store.find_by_email(tx, email) is not None:
            raise ModeratorExists(email)
        added = store.add(tx, email, name, post.role, _site_ids(tx, post), post.sections or None, now)
        token = sign_in.new_link(tx, added.id, sign_in.INVITATION, secret, now)
        audit.log(tx, by, "moderator.invited", added.actor, now, {"role": post.role.value})
    return added, token


def link(database: Database, email: str, secret: str, now: datetime, *, by: str = COMMAND_LINE) -> str:
    """Make someone a fresh one-time sign-in link; return its token.

    Raises:
        UnknownModerator: nobody has this address, or they are disabled.
    """
    with database.writing() as tx:
        who = store.find_by_email(tx, email.strip().lower())
        if who is None or who.is_disabled:
            raise UnknownModerator(email)
        token = sign_in.new_link(tx, who.id, sign_in.SIGN_IN, secret, now)
        audit.log(tx, by, "moderator.linked", who.actor, now)
    return token


def invite_again(database: Database, moderator_id: int, secret: str, now: datetime, *, by: str = COMMAND_LINE) -> str:
    """Let someone choose a new password by a fresh invitation link; return its token.

    The old password, the second factor and all sessions are gone: who asks for this has lost one of them.

    Raises:
        UnknownModerator: there is nobody of this number, or they are disabled.
    """
    with database.writing() as tx:
        who = _found(tx, moderator_id)
        if who.is_disabled:
            raise UnknownModerator(who.email)
        store.change(tx, who.id, {"password_digest": None, "sealed_totp": None, "totp_counter": None})
        sessions.revoke(tx, who.id, now)
        token = sign_in.new_link(tx, who.id, sign_in.INVITATION, secret, now)
        audit.log(tx, by, "moderator.reinvited", who.actor, now)
    return token


def last_seen(database: Database) -> dict[int, datetime]:
    """Tell, by number, when everybody was last seen at the console."""
    with database.reading() as tx:
        return sessions.last_seen(tx)


def everyone(database: Database) -> list[Moderator]:
    """List everyone by name, the disabled too."""
    with database.reading() as tx:
        return store.everyone(tx)


def find(database: Database, moderator_id: int) -> Moderator:
    """Look someone up.

    Raises:
        UnknownModerator: there is nobody of this number.
    """
    with database.reading() as tx:
        return _found(tx, moderator_id)


def assign(database: Database, moderator_id: int, post: Post, now: datetime, *, by: str = COMMAND_LINE) -> None:
    """Change what someone may do and see.

    Raises:
        UnknownModerator: there is nobody of this number.
        UnknownSite: a site to limit them to is not there.
        LastAdmin: nobody else could change it back.
    """
    with database.writing() as tx:
        who = _found(tx, moderator_id)
        if post.role is not Role.ADMIN:
            _keep_an_admin(tx, who)
        site_ids = _site_ids(tx, post)
        changed: dict[str, Any] = {
            "role": post.role.value,
            "site_ids": None if site_ids is None else sorted(site_ids),
            "sections": sorted(post.sections) or None,
        }
        store.change(tx, who.id, changed)
        audit.log(tx, by, "moderator.changed", who.actor, now, changed)


def disable(database: Database, moderator_id: int, now: datetime, *, by: str = COMMAND_LINE) -> None:
    """Let someone in no more; their sessions end with their next request.

    Raises:
        UnknownModerator: there is nobody of this number.
        LastAdmin: nobody could let them in again.
    """
    with database.writing() as tx:
        who = _found(tx, moderator_id)
        _keep_an_admin(tx, who)
        store.change(tx, who.id, {"disabled_at": now})
        sessions.revoke(tx, who.id, now)
        sessions.cancel_links(tx, who.id, now)
        audit.log(tx, by, "moderator.disabled", who.actor, now)


def enable(database: Database, moderator_id: int, now: datetime, *, by: str = COMMAND_LINE) -> None:
    """Let someone in again.

    Raises:
        UnknownModerator: there is nobody of this number.
    """
    with database.writing() as tx:
        who = _found(tx, moderator_id)
        store.change(tx, who.id, {"disabled_at": None})
        audit.log(tx, by, "moderator.enabled", who.actor, now)


def set_profile(database: Database, who: Moderator, name: str, language: str | None, now: datetime) -> None:
    """Change one's own name and the console's language.

    Raises:
        InvalidModerator: the name cannot be one.
    """
    with database.writing() as tx:
        store.change(tx, who.id, {"name": _checked_name(name), "language": language})
        audit.log(tx, who.actor, "profile.changed", who.actor, now)


def set_preferences(database: Database, who: Moderator, preferences: Mapping[str, Any]) -> None:
    """Keep someone's own settings: wellness and keys. Private to them, so not in the audit log."""
    with database.writing() as tx:
        store.change(tx, who.id, {"preferences": {**who.preferences, **preferences}})


def set_password(
    database: Database, who: Moderator, password: str, now: datetime, *, former: str | None, session_id: int = 0
) -> None:
    """Set one's own password; all other sessions end. Who has one must give it.

    Raises:
        SignInRefused: the former password is wrong.
        WeakPassword: the new one is.
    """
    passwords.check(password)
    with database.reading() as tx:
        known = store.find_credentials(tx, moderator_id=who.id)
    stored = None if known is None else known.password_digest
    if stored is not None and not passwords.matches(former or "", stored):
        raise SignInRefused
    digest = passwords.digest(password)
    with database.writing() as tx:
        store.change(tx, who.id, {"password_digest": digest})
        sessions.revoke(tx, who.id, now, but=session_id)
        audit.log(tx, who.actor, "password.changed", who.actor, now)


def new_factor(who: Moderator) -> tuple[str, str]:
    """Propose a second factor: its secret, and the address that an authenticator reads from a QR code."""
    factor = pyotp.random_base32()
    return factor, factor_address(who, factor)


def factor_address(who: Moderator, factor: str) -> str:
    """Write the address from which an authenticator learns a second factor."""
    return pyotp.TOTP(factor).provisioning_uri(name=who.email, issuer_name=_ISSUER)


def add_factor(database: Database, who: Moderator, factor: str, code: str, secret: str, now: datetime) -> None:
    """Ask for a second factor from now on, once a first code shows that it works.

    Raises:
        SignInRefused: the code is wrong, or there is another factor, which a last code of its own has to drop first.
    """
    sealed = keys.seal(factor, secret)
    trial = store.Credentials(who, None, sealed, None, None)
    step = sign_in.matching_step(trial, code, secret, now)
    if step is None:
        raise SignInRefused
    with database.writing() as tx:
        known = store.find_credentials(tx, moderator_id=who.id)
        if known is None or known.sealed_totp is not None:
            raise SignInRefused
        store.change(tx, who.id, {"sealed_totp": sealed, "totp_counter": step})
        audit.log(tx, who.actor, "factor.added", who.actor, now)


def drop_factor(database: Database, who: Moderator, code: str, secret: str, now: datetime) -> None:
    """Ask for a second factor no more.

    Raises:
        SignInRefused: the code is wrong.
    """
    with database.writing() as tx:
        known = store.find_credentials(tx, moderator_id=who.id)
        step = None if known is None else sign_in.matching_step(known, code, secret, now)
        if step is None or not store.use_code(tx, who.id, step):
            raise SignInRefused
        store.change(tx, who.id, {"sealed_totp": None, "totp_counter": None})
        audit.log(tx, who.actor, "factor.dropped", who.actor, now)


def has_factor(database: Database, who: Moderator) -> tuple[bool, bool]:
    """Tell whether someone has a password, and whether they have a second factor."""
    with database.reading() as tx:
        known = store.find_credentials(tx, moderator_id=who.id)
    return (
        known is not None and known.password_digest is not None,
        known is not None and known.sealed_totp is not None,
    )


def _found(tx: Connection, moderator_id: int) -> Moderator:
    who = store.find(tx, moderator_id)
    if who is None:
        raise UnknownModerator(str(moderator_id))
    return who


def _keep_an_admin(tx: Connection, who: Moderator) -> None:
    if who.role is Role.ADMIN and not who.is_disabled and store.n_enabled(tx, Role.ADMIN) == 1:
        raise LastAdmin


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= _MOST_NAME:
        raise InvalidModerator("name", f"a name has 1 to {_MOST_NAME} characters")
    return name


def _site_ids(tx: Connection, post: Post) -> set[int] | None:
    if not post.site_names:
        return None
    found = {name: sites.find(tx, name) for name in post.site_names}
    for name, site in found.items():
        if site is None:
            raise UnknownSite(name)
    return {site.id for site in found.values() if site is not None}
