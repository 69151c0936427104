"""Champions: which version decides for whom is promoted and rolled back by people, and challengers score in shadow."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from moderation.errors import AlreadyChampion, InvalidNote, InvalidShare, NothingInShadow, NothingToRollBack
from moderation.store import audit
from moderation.store import champions as store

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.store.champions import Promotion, Shadow, Standing
    from moderation.store.database import Database

LONGEST_NOTE = 2_000
"""In characters."""


def standing(database: Database) -> Standing:
    """Tell which versions stand for whom, and which are in shadow."""
    with database.reading() as tx:
        return store.standing(tx)


def promote(database: Database, site_id: int | None, version: str, by: str, note: str, now: datetime) -> Promotion:
    """Let a version decide from now on, for a site or for all that have none of their own; processes follow by polling.

    If it is in shadow there, it comes out of it. Whether it may be promoted (that it can be loaded, and what its gate
    said) is for the caller to see to, for the core knows versions by name alone.

    Raises:
        InvalidNote: the note is empty, or too long.
        AlreadyChampion: it decides there already.
    """
    said = _note(note)
    with database.writing() as tx:
        store.lock(tx)
        if store.standing(tx).own(site_id) == version:
            raise AlreadyChampion(version)
        store.end_shadow(tx, site_id, now, version)
        return _put(tx, site_id, version, by, said, now, "promoted")


def roll_back(database: Database, site_id: int | None, by: str, note: str, now: datetime) -> Promotion:
    """Put back what decided before the latest promotion for just this site, or for all.

    Rolled back twice, it is as it was at first: nobody's work is lost by a click too many.

    Raises:
        InvalidNote: the note is empty, or too long.
        NothingToRollBack: nothing was ever promoted there.
    """
    said = _note(note)
    with database.writing() as tx:
        store.lock(tx)
        last = store.latest(tx, site_id)
        if last is None:
            raise NothingToRollBack
        return _put(tx, site_id, last.former, by, said, now, "rolled_back")


def put_in_shadow(
    database: Database, site_id: int | None, version: str, share: float, by: str, now: datetime
) -> Shadow:
    """Let a challenger score a share of what comes in, beside the champion; what was in shadow there comes out of it.

    Raises:
        InvalidShare: the share is not above 0, or above 1.
        AlreadyChampion: it decides there.
    """
    if not 0 < share <= 1:
        raise InvalidShare(share)
    with database.writing() as tx:
        store.lock(tx)
        if store.standing(tx).of(site_id) == version:
            raise AlreadyChampion(version)
        store.end_shadow(tx, site_id, now)
        fresh = {"site_id": site_id, "version": version, "share": share, "by": by, "since": now}
        shadow_id = store.begin_shadow(tx, fresh)
        audit.log(tx, by, "version.in_shadow", version, now, {"site_id": site_id, "share": share})
        found = store.find_shadow(tx, shadow_id)
        assert found is not None  # noqa: S101  it was just added
        return found


def end_shadow(database: Database, site_id: int | None, by: str, now: datetime) -> None:
    """Let no challenger score for just this site, or for all, any more. What was scored stays to be looked at.

    Raises:
        NothingInShadow: none does.
    """
    with database.writing() as tx:
        in_shadow = store.standing(tx).shadows.get(site_id)
        if in_shadow is None or not store.end_shadow(tx, site_id, now):
            raise NothingInShadow
        audit.log(tx, by, "version.out_of_shadow", in_shadow.version, now, {"site_id": site_id})


def is_drawn(shadow: Shadow, site_id: int, external_id: str) -> bool:
    """Tell whether a comment is of the share that a challenger scores: always the same ones, whatever the version."""
    drawn = blake2b(f"{site_id} {external_id}".encode(), digest_size=4).digest()
    return int.from_bytes(drawn) < shadow.share * 2**32


def _put(
    tx: Connection, site_id: int | None, version: str | None, by: str, note: str, now: datetime, act: str
) -> Promotion:
    former = store.standing(tx).own(site_id)
    fresh = {"site_id": site_id, "version": version, "former": former, "by": by, "note": note, "at": now}
    store.add(tx, fresh)
    details = {"site_id": site_id, "version": version, "former": former}
    audit.log(tx, by, f"version.{act}", version or "shipped", now, details)
    found = store.latest(tx, site_id)
    assert found is not None  # noqa: S101  it was just added
    return found


def _note(note: str) -> str:
    said = note.strip()
    if not said or len(said) > LONGEST_NOTE:
        raise InvalidNote(LONGEST_NOTE)
    return said
