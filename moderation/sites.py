"""Sites and their keys: adding, opening with a key, revoking."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation import keys
from moderation.domain import KeyKind, Scope
from moderation.errors import InvalidSite, KeyRefused, ScopeMissing, SiteExists, UnknownKey, UnknownSite
from moderation.store import audit
from moderation.store import sites as store

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site, SiteKey

DEFAULT_SCOPES = frozenset({Scope.SUBMIT, Scope.READ})
"""What a site's key may do unless more is asked for."""

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")


def add(
    database: Database,
    name: str,
    scopes: Collection[Scope],
    secret: str,
    now: datetime,
    *,
    kind: KeyKind = KeyKind.OMBUDS,
    language: str = "en",
) -> tuple[Site, str]:
    """Add a site with its first key, for clients of this kind. The key is shown now and never again.

    Raises:
        InvalidSite: the name is not 1 to 100 of a-z, 0-9, . and -.
        SiteExists: the name is taken.
    """
    if not _NAME.fullmatch(name):
        raise InvalidSite(name)
    with database.writing() as tx:
        if store.find(tx, name) is not None:
            raise SiteExists(name)
        site = store.add(tx, name, now, language)
        key = keys.new_key(kind)
        store.add_key(tx, site.id, keys.digest(key, secret), keys.hint(key), frozenset(scopes), now, kind)
        audit.log(tx, "command line", "site.added", name, now)
    return site, key


def add_key(
    database: Database,
    name: str,
    scopes: Collection[Scope],
    secret: str,
    now: datetime,
    kind: KeyKind = KeyKind.OMBUDS,
) -> str:
    """Give a site one more key, for clients of this kind.

    Raises:
        UnknownSite: there is no such site.
    """
    key = keys.new_key(kind)
    with database.writing() as tx:
        site = named(store.find(tx, name), name)
        added = store.add_key(tx, site.id, keys.digest(key, secret), keys.hint(key), frozenset(scopes), now, kind)
        told = {"key_id": added.id, "scopes": sorted(scopes), "kind": kind.value}
        audit.log(tx, "command line", "key.added", name, now, told)
    return key


def revoke_key(database: Database, name: str, key_id: int, now: datetime) -> None:
    """Revoke a key from now on.

    Raises:
        UnknownSite: there is no such site.
        UnknownKey: the site has no such key.
    """
    with database.writing() as tx:
        site = named(store.find(tx, name), name)
        if not store.revoke_key(tx, site.id, key_id, now):
            raise UnknownKey(str(key_id))
        audit.log(tx, "command line", "key.revoked", name, now, {"key_id": key_id})


def open_with(
    database: Database, key: str | None, secret: str, scope: Scope, kind: KeyKind = KeyKind.OMBUDS
) -> SiteKey:
    """Find the key that a client gave. A key for one kind of clients opens nothing for another.

    Raises:
        KeyRefused: it is missing, unknown, revoked or of another kind.
        ScopeMissing: it may not do what `scope` names.
    """
    found = in_force(database, key, secret) if key else None
    if found is None or found.kind is not kind:
        raise KeyRefused
    if scope not in found.scopes:
        raise ScopeMissing(scope)
    return found


def in_force(database: Database, key: str, secret: str) -> SiteKey | None:
    """Look a key up, of whatever kind; None when it is unknown or revoked."""
    with database.reading() as tx:
        found = store.key_by_digest(tx, keys.digest(key, secret))
    return None if found is None or found.revoked_at is not None else found


def find(database: Database, name: str) -> Site:
    """Look a site up by name.

    Raises:
        UnknownSite: there is no such site.
    """
    with database.reading() as tx:
        return named(store.find(tx, name), name)


def named(site: Site | None, name: str) -> Site:
    """Insist that a site was found.

    Raises:
        UnknownSite: it was not.
    """
    if site is None:
        raise UnknownSite(name)
    return site
