"""The secrets that Coral signs its requests with: Coral makes them, the operator brings them here."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from moderation import keys
from moderation.errors import InvalidCoralSecret, InvalidSetting, UnknownCoralSecret
from moderation.sites import named
from moderation.store import audit
from moderation.store import coral as store
from moderation.store import sites as site_store

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.store.coral import Secret
    from moderation.store.database import Database

MOST = 10
"""So many may be in force: one for the phase, one for each webhook, and each once more while it is rotated."""

_SIGNING = re.compile(r"[!-~]{12,500}")
_SHOWN = 10


def add(database: Database, name: str, given: str, secret: str, now: datetime) -> int:
    """Let one more secret of Coral's count for a site; it is kept sealed. Answers with its number.

    Raises:
        UnknownSite: there is no such site.
        InvalidCoralSecret: it cannot be one, is there already, or there are too many.
    """
    signing = given.strip()
    if not _SIGNING.fullmatch(signing):
        raise InvalidCoralSecret("paste it whole, as Coral shows it: 12 to 500 characters without spaces")
    with database.writing() as tx:
        site = named(site_store.find(tx, name), name)
        site_store.lock(tx, site.id)
        there = store.secrets_of(tx, site.id)
        if signing in _unsealed(there, secret):
            raise InvalidCoralSecret("it is there already")
        if len(there) >= MOST:
            raise InvalidCoralSecret(f"there are {MOST} already; remove those that Coral does not use any more")
        secret_id = store.add_secret(tx, site.id, keys.seal(signing, secret), signing[:_SHOWN] + "…", now)
        audit.log(tx, "command line", "coral_secret.added", name, now, {"secret_id": secret_id})
    return secret_id


def remove(database: Database, name: str, secret_id: int, now: datetime) -> None:
    """Let a secret of Coral's count no more.

    Raises:
        UnknownSite: there is no such site.
        UnknownCoralSecret: the site has none of this number.
    """
    with database.writing() as tx:
        site = named(site_store.find(tx, name), name)
        if not store.remove_secret(tx, site.id, secret_id):
            raise UnknownCoralSecret(str(secret_id))
        audit.log(tx, "command line", "coral_secret.removed", name, now, {"secret_id": secret_id})


def of_site(database: Database, name: str) -> list[Secret]:
    """List the secrets of a site, sealed.

    Raises:
        UnknownSite: there is no such site.
    """
    with database.reading() as tx:
        return store.secrets_of(tx, named(site_store.find(tx, name), name).id)


def in_force(database: Database, site_id: int, secret: str) -> tuple[str, ...]:
    """Unseal the secrets of a site. One that was sealed under another server secret counts no more."""
    with database.reading() as tx:
        return _unsealed(store.secrets_of(tx, site_id), secret)


def _unsealed(kept: list[Secret], secret: str) -> tuple[str, ...]:
    found = []
    for one in kept:
        with suppress(InvalidSetting):
            found.append(keys.unseal(one.sealed, secret))
    return tuple(found)
