"""Secrecy under the server's secret: digests of site keys and session tokens, and sealed secrets."""

from __future__ import annotations

import hmac
import secrets
import string
from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken

from moderation.domain import KeyKind
from moderation.errors import InvalidSetting

if TYPE_CHECKING:
    from datetime import datetime

_PREFIX = "omb_"
_HINT = len(_PREFIX) + 4
_SHORT = string.ascii_lowercase + string.digits
_N_SHORT = 12
_N_HIDDEN = 32


def new_key(kind: KeyKind = KeyKind.OMBUDS) -> str:
    """Make a site key: a prefix that secret scanners can find, and 256 random bits.

    Akismet's clients take twelve characters that may stand in a host's name, and nothing else: 62 random bits, which
    whoever lets them open something must guard against guessing.
    """
    if kind is KeyKind.AKISMET:
        return "".join(secrets.choice(_SHORT) for _ in range(_N_SHORT))
    return _PREFIX + secrets.token_urlsafe(32)


def hint(key: str) -> str:
    """Show enough of a key to tell it from others, too little to use it."""
    return key[: 4 if len(key) == _N_SHORT else _HINT] + "…"


def digest(key: str, secret: str) -> str:
    """Hash a site key with the server's secret, so that a stolen database opens nothing (HMAC-SHA-256, hex)."""
    return hmac.digest(_derived(secret, "site keys"), key.encode(), "sha256").hex()


def hidden_author(writer: str, secret: str) -> str:
    """Hash an e-mail address or a name: what its owner wrote can be found again and forgotten, and they cannot be."""
    told = writer.strip().lower()
    return "hidden-" + hmac.digest(_derived(secret, "authors"), told.encode(), "sha256").hex()[:_N_HIDDEN]


def derive(text: str, secret: str) -> str:
    """Hash what opens the console (session tokens, one-time links) with the server's secret (HMAC-SHA-256, hex)."""
    return hmac.digest(_derived(secret, "console"), text.encode(), "sha256").hex()


def seal(text: str, secret: str) -> str:
    """Encrypt what must be read again, such as a webhook's signing secret (Fernet: AES-128-CBC and HMAC-SHA-256)."""
    return _fernet(secret).encrypt(text.encode()).decode()


def unseal(sealed: str, secret: str) -> str:
    """Decrypt what `seal` made.

    Raises:
        InvalidSetting: the server's secret is not the one it was sealed with.
    """
    try:
        return _fernet(secret).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise InvalidSetting("OMBUDS_SECRET", "is not the secret that this database was filled under") from error


def seal_for_now(text: str, secret: str, now: datetime) -> str:
    """Encrypt what a browser carries for a few minutes, with the time at which it was given."""
    return _fernet(secret).encrypt_at_time(text.encode(), int(now.timestamp())).decode()


def unseal_fresh(sealed: str, secret: str, seconds: int, now: datetime) -> str | None:
    """Decrypt what `seal_for_now` made within the last seconds; None when it is older, or not ours."""
    try:
        return _fernet(secret).decrypt_at_time(sealed.encode(), seconds, int(now.timestamp())).decode()
    except InvalidToken:
        return None


@lru_cache(maxsize=4)
def _fernet(secret: str) -> Fernet:
    return Fernet(urlsafe_b64encode(_derived(secret, "webhook secrets")))


def _derived(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")
