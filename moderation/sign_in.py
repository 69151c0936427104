"""Signing in at the console: passwords, second factors, one-time links, sessions, and patience with wrong guesses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyotp

from moderation import keys, passwords
from moderation.desk import Moderator
from moderation.errors import LinkRefused, SignInRefused, SignInThrottled
from moderation.store import audit, moderators
from moderation.store import sessions as store

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from moderation.store.database import Database
    from moderation.store.moderators import Credentials
    from moderation.store.sessions import Session

INVITATION = "invite"
SIGN_IN = "sign-in"

LINK_LASTS = {INVITATION: timedelta(days=7), SIGN_IN: timedelta(minutes=10)}
"""How long a one-time link can be used, by its purpose."""

IDLE = timedelta(hours=12)
"""A session that nobody uses for so long is over."""

LONGEST = timedelta(days=7)
"""Every session is over after this."""

_SEEN_EVERY = timedelta(minutes=1)
_FREE_FAILURES = (5, 20)
"""Wrong guesses in a row before one has to wait: for one address, and from one place, where a newsroom may sit."""

_FIRST_WAIT_SECONDS = 2
_LONGEST_WAIT_SECONDS = 900
_STEP_SECONDS = 30
_MOST_AGENT = 300


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is signed in, in which session, and the digest of its token."""

    moderator: Moderator
    session: Session
    digest: str


@dataclass(frozen=True, slots=True)
class Halfway:
    """A password was right, or a link; a code is still needed."""

    moderator_id: int


def with_password(
    database: Database, email: str, password: str, place: str, secret: str, now: datetime
) -> Moderator | Halfway:
    """Check an address and a password; someone with a second factor is only halfway in.

    `place` is where the request comes from: guesses are counted by address and by place, and have to wait.

    Raises:
        SignInRefused: either is wrong, which of them is never said.
        SignInThrottled: too many were wrong; with the seconds to wait.
    """
    email = email.strip().lower()
    guess_keys = _guess_keys(email, place, secret)
    with database.reading() as tx:
        _insist_on_patience(tx, guess_keys, now)
        known = moderators.find_credentials(tx, email=email)
    is_right = passwords.matches(password, None if known is None else known.password_digest)
    with database.writing() as tx:
        if known is not None and is_right and not known.moderator.is_disabled:
            if known.password_digest is not None and passwords.is_outdated(known.password_digest):
                moderators.change(tx, known.moderator.id, {"password_digest": passwords.digest(password)})
            if known.sealed_totp is not None:
                return Halfway(known.moderator.id)
            _forgive(tx, guess_keys)
            return known.moderator
        _count_failure(tx, guess_keys, now)
    raise SignInRefused


def with_code(database: Database, moderator_id: int, code: str, place: str, secret: str, now: datetime) -> Moderator:
    """Check the second factor's code; each works once.

    Raises:
        SignInRefused: it is wrong or was used.
        SignInThrottled: too many were wrong.
    """
    with database.writing() as tx:
        known = moderators.find_credentials(tx, moderator_id=moderator_id)
        guess_keys = _guess_keys(f"code {moderator_id}", place, secret)
        _insist_on_patience(tx, guess_keys, now)
        step = None if known is None else matching_step(known, code, secret, now)
        is_open = known is not None and not known.moderator.is_disabled
        if known is not None and is_open and step is not None and moderators.use_code(tx, moderator_id, step):
            _forgive(tx, guess_keys)
            return known.moderator
        _count_failure(tx, guess_keys, now)
    raise SignInRefused


def with_subject(database: Database, subject: str, email: str | None, now: datetime) -> Moderator:
    """Let in whom the newsroom's own sign-in vouches for. `email` is only given where it is verified.

    Whoever comes so for the first time is known by the address to which they were invited; from then on by `subject`,
    which must be one over all issuers. Nobody is added.

    Raises:
        SignInRefused: nobody is known by either, or they are disabled.
    """
    with database.writing() as tx:
        known = moderators.find_credentials(tx, oidc_subject=subject)
        if known is None and email is not None:
            known = moderators.find_credentials(tx, email=email.strip().lower())
            if known is not None and known.oidc_subject is None and not known.moderator.is_disabled:
                moderators.change(tx, known.moderator.id, {"oidc_subject": subject})
                audit.log(tx, known.moderator.actor, "subject.recognised", known.moderator.actor, now)
            elif known is not None:
                known = None
    if known is None or known.moderator.is_disabled:
        raise SignInRefused
    return known.moderator


def matching_step(known: Credentials, code: str, secret: str, now: datetime) -> int | None:
    """Find the 30-second step whose code this is, one step early or late included; None where there is none."""
    if known.sealed_totp is None:
        return None
    totp = pyotp.TOTP(keys.unseal(known.sealed_totp, secret))
    digits = "".join(code.split())
    present = int(now.timestamp()) // _STEP_SECONDS
    for step in (present, present - 1, present + 1):
        if pyotp.utils.strings_equal(digits, totp.generate_otp(step)):
            return step
    return None


def begin(database: Database, who: Moderator, user_agent: str, how: str, secret: str, now: datetime) -> str:
    """Begin a session and return its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    with database.writing() as tx:
        store.begin(tx, who.id, _digest(token, secret), user_agent[:_MOST_AGENT], now, now + LONGEST)
        audit.log(tx, who.actor, "session.begun", who.actor, now, {"how": how})
    return token


def find(database: Database, token: str, secret: str, now: datetime) -> Signed | None:
    """Tell who is signed in with a token; None when the session is over, revoked, or was never there."""
    digest = _digest(token, secret)
    with database.reading() as tx:
        session = store.find(tx, digest, now)
        who = None if session is None else moderators.find(tx, session.moderator_id)
    if session is None or who is None or who.is_disabled or session.seen_at < now - IDLE:
        return None
    if session.seen_at < now - _SEEN_EVERY:
        with database.writing() as tx:
            store.see(tx, session.id, now)
    return Signed(who, session, digest)


def end(database: Database, signed: Signed, now: datetime) -> None:
    """Sign out."""
    with database.writing() as tx:
        store.revoke(tx, signed.moderator.id, now, session_id=signed.session.id)
        audit.log(tx, signed.moderator.actor, "session.ended", signed.moderator.actor, now)


def sessions_of(database: Database, who: Moderator, now: datetime) -> list[Session]:
    """List where someone is signed in, the latest used first."""
    with database.reading() as tx:
        return [one for one in store.of_moderator(tx, who.id, now) if one.seen_at >= now - IDLE]


def end_there(database: Database, who: Moderator, session_id: int, now: datetime) -> bool:
    """End one of someone's own sessions, wherever it is; False when there is none of this number."""
    with database.writing() as tx:
        is_ended = bool(store.revoke(tx, who.id, now, session_id=session_id))
        if is_ended:
            audit.log(tx, who.actor, "session.ended", who.actor, now)
    return is_ended


def end_elsewhere(database: Database, signed: Signed, now: datetime) -> int:
    """End all sessions of someone but the one that asks; return how many."""
    with database.writing() as tx:
        n_ended = store.revoke(tx, signed.moderator.id, now, but=signed.session.id)
        if n_ended:
            audit.log(tx, signed.moderator.actor, "session.ended", signed.moderator.actor, now, {"n": n_ended})
    return n_ended


def new_link(tx: Connection, moderator_id: int, purpose: str, secret: str, now: datetime) -> str:
    """Make a one-time link's token for someone. Earlier ones stop working."""
    token = secrets.token_urlsafe(32)
    store.cancel_links(tx, moderator_id, now)
    store.add_link(tx, moderator_id, _digest(token, secret), purpose, now, now + LINK_LASTS[purpose])
    return token


def whose_link(database: Database, token: str, purpose: str, secret: str, now: datetime) -> Moderator:
    """Tell whose link this is, without using it.

    Raises:
        LinkRefused: it was used, is too old, or never was.
    """
    with database.reading() as tx:
        moderator_id = store.find_link(tx, _digest(token, secret), purpose, now)
        who = None if moderator_id is None else moderators.find(tx, moderator_id)
    if who is None or who.is_disabled:
        raise LinkRefused
    return who


def with_link(database: Database, token: str, purpose: str, secret: str, now: datetime) -> Moderator | Halfway:
    """Use a one-time link up; someone with a second factor is only halfway in.

    Raises:
        LinkRefused: it was used, is too old, or never was.
    """
    who = whose_link(database, token, purpose, secret, now)
    with database.writing() as tx:
        if not store.use_link(tx, _digest(token, secret), now):
            raise LinkRefused
        known = moderators.find_credentials(tx, moderator_id=who.id)
    return who if known is None or known.sealed_totp is None else Halfway(who.id)


def csrf_token(session_digest: str, secret: str) -> str:
    """Give the token that a session's forms carry, so that no other site can send them."""
    return keys.derive(f"forms {session_digest}", secret)


def _digest(token: str, secret: str) -> str:
    return keys.derive(f"session {token}", secret)


def _guess_keys(name: str, place: str, secret: str) -> tuple[str, str]:
    return keys.derive(f"sign-in {name}", secret), keys.derive(f"place {place}", secret)


def _insist_on_patience(tx: Connection, guess_keys: tuple[str, str], now: datetime) -> None:
    """Let nobody guess before their wait is over: it doubles with every failure after the free ones."""
    for key, n_free in zip(guess_keys, _FREE_FAILURES, strict=True):
        failed = store.failures(tx, key)
        if failed is None or failed[0] < n_free:
            continue
        doubled = _FIRST_WAIT_SECONDS * 2 ** min(failed[0] - n_free, 16)
        until = failed[1] + timedelta(seconds=min(doubled, _LONGEST_WAIT_SECONDS))
        if until > now:
            raise SignInThrottled(int((until - now).total_seconds()) + 1)


def _forgive(tx: Connection, guess_keys: tuple[str, str]) -> None:
    for key in guess_keys:
        store.forgive(tx, key)


def _count_failure(tx: Connection, guess_keys: tuple[str, str], now: datetime) -> None:
    for key in guess_keys:
        store.fail(tx, key, now)
