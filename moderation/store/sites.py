"""Sites and their keys in the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Row, insert, select, update

from moderation.domain import KeyKind, Scope
from moderation.tables import site_keys, sites

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Site:
    """A publisher that sends comments and hears decisions. `language` is what its readers mostly write in."""

    id: int
    name: str
    last_sequence: int
    language: str = "en"


@dataclass(frozen=True, slots=True)
class SiteKey:
    """One key of a site. The key itself is never kept: `digest` is its HMAC, `hint` its first characters.

    `kind` says whose clients it is for; it opens nothing else.
    """

    id: int
    site_id: int
    hint: str
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None
    kind: KeyKind = KeyKind.OMBUDS


_SITE = select(sites.c.id, sites.c.name, sites.c.last_sequence, sites.c.language)


def add(tx: Connection, name: str, now: datetime, language: str = "en") -> Site:
    """Add a site; its name must be free."""
    added = insert(sites).values(name=name, created_at=now, language=language)
    return Site(tx.execute(added.returning(sites.c.id)).scalar_one(), name, 0, language)


def find(tx: Connection, name: str) -> Site | None:
    """Look a site up by its name."""
    row = tx.execute(_SITE.where(sites.c.name == name)).one_or_none()
    return None if row is None else Site(*row)


def get(tx: Connection, site_id: int) -> Site:
    """Read a site that is there."""
    return Site(*tx.execute(_SITE.where(sites.c.id == site_id)).one())


def lock(tx: Connection, site_id: int) -> None:
    """Let nobody else lock the site until the transaction ends. Whoever locks a comment too does that first.

    Others may still refer to it: whoever adds an article does, and then waits for the comment.
    """
    tx.execute(select(sites.c.id).where(sites.c.id == site_id).with_for_update(key_share=True))


def everyone(tx: Connection) -> list[Site]:
    """List all sites by name."""
    return [Site(*row) for row in tx.execute(_SITE.order_by(sites.c.name))]


def last_sequence(tx: Connection, site_id: int) -> int:
    """Tell the sequence of the site's newest released decision; 0 when there is none."""
    return int(tx.execute(select(sites.c.last_sequence).where(sites.c.id == site_id)).scalar_one())


def take_sequences(tx: Connection, site_id: int, n: int) -> int:
    """Take `n` places in the site's feed and return the first.

    The site's row stays locked until the transaction ends: whoever takes later places commits later, so that the feed
    has no gaps and no late arrivals.
    """
    taken = update(sites).where(sites.c.id == site_id).values(last_sequence=sites.c.last_sequence + n)
    return int(tx.execute(taken.returning(sites.c.last_sequence)).scalar_one()) - n + 1


def add_key(
    tx: Connection,
    site_id: int,
    digest: str,
    hint: str,
    scopes: frozenset[Scope],
    now: datetime,
    kind: KeyKind = KeyKind.OMBUDS,
) -> SiteKey:
    """Add a key by its digest."""
    words = " ".join(sorted(scopes))
    added = insert(site_keys).values(
        site_id=site_id, digest=digest, hint=hint, scopes=words, created_at=now, kind=kind.value
    )
    key_id = tx.execute(added.returning(site_keys.c.id)).scalar_one()
    return SiteKey(key_id, site_id, hint, scopes, now, None, kind)


def key_by_digest(tx: Connection, digest: str) -> SiteKey | None:
    """Look a key up, revoked ones too."""
    row = tx.execute(select(site_keys).where(site_keys.c.digest == digest)).one_or_none()
    return None if row is None else _key(row)


def keys_of(tx: Connection, site_id: int) -> list[SiteKey]:
    """List a site's keys, oldest first."""
    return [
        _key(row)
        for row in tx.execute(select(site_keys).where(site_keys.c.site_id == site_id).order_by(site_keys.c.id))
    ]


def revoke_key(tx: Connection, site_id: int, key_id: int, now: datetime) -> bool:
    """Revoke a key of the site; False when there is no such key. A second revocation changes nothing."""
    mine = (site_keys.c.id == key_id) & (site_keys.c.site_id == site_id)
    tx.execute(update(site_keys).where(mine, site_keys.c.revoked_at.is_(None)).values(revoked_at=now))
    return tx.execute(select(site_keys.c.id).where(mine)).one_or_none() is not None


def _key(row: Row[tuple[object, ...]]) -> SiteKey:
    scopes = frozenset(Scope(word) for word in row.scopes.split())
    return SiteKey(row.id, row.site_id, row.hint, scopes, row.created_at, row.revoked_at, KeyKind(row.kind))
