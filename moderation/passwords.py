"""Passwords of the people at the console: Argon2id digests, and the same time for a wrong name as for a wrong word."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from moderation.errors import WeakPassword

SHORTEST = 12
"""Characters. Length is what counts (NIST SP 800-63B); no rule asks for signs or digits."""

LONGEST = 500

_hasher = PasswordHasher()


def check(password: str) -> None:
    """Refuse what is too short to be safe, or too long to be meant.

    Raises:
        WeakPassword: with what to do.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(SHORTEST, LONGEST)
    if len(set(password)) < SHORTEST // 3:
        raise WeakPassword(SHORTEST, LONGEST)


def digest(password: str) -> str:
    """Hash a password with a salt of its own."""
    return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Tell whether a password is the one that was hashed. Without one it takes just as long to say no."""
    try:
        return _hasher.verify(stored or _nobodys(), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Tell whether a digest was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    return _hasher.hash("a password that nobody has")
