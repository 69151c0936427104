"""Idempotency keys in the record: fingerprint and comment id, never a text, for 24 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select

from moderation.store.database import insert_into
from moderation.tables import idempotency_keys

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a key was used for."""

    fingerprint: str
    external_id: str


LASTS = timedelta(hours=24)
"""How long a key is remembered."""


def remember(tx: Connection, site_key_id: int, key: str, remembered: Remembered, now: datetime) -> Remembered | None:
    """Remember what a key is used for; answers what it was used for before, or None when it is new."""
    fresh = insert_into(tx)(idempotency_keys).values(
        site_key_id=site_key_id,
        key=key,
        fingerprint=remembered.fingerprint,
        external_id=remembered.external_id,
        created_at=now,
    )
    known = idempotency_keys.c
    anew = fresh.on_conflict_do_update(
        index_elements=["site_key_id", "key"],
        set_={name: fresh.excluded[name] for name in ("fingerprint", "external_id", "created_at")},
        where=known.created_at < now - LASTS,
    )
    if tx.execute(anew.returning(known.key)).scalar_one_or_none() is not None:
        return None
    row = tx.execute(
        select(known.fingerprint, known.external_id).where(known.site_key_id == site_key_id, known.key == key)
    ).one_or_none()
    return None if row is None else Remembered(row.fingerprint, row.external_id)


def forget_before(tx: Connection, moment: datetime) -> int:
    """Forget keys used before a moment; returns how many."""
    return tx.execute(delete(idempotency_keys).where(idempotency_keys.c.created_at < moment)).rowcount
