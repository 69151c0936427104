"""Idempotency keys in the record. Concurrent ones: see test_intake."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from moderation import tables
from moderation.store import idempotency
from moderation.store.idempotency import Remembered

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site


@pytest.fixture
def key_id(database: Database, site: Site) -> int:
    with database.reading() as tx:
        return int(tx.execute(select(tables.site_keys.c.id).where(tables.site_keys.c.site_id == site.id)).scalar_one())


def test_a_key_is_new_once(database: Database, key_id: int, now: datetime) -> None:
    first, second = Remembered("f-1", "c-1"), Remembered("f-2", "c-2")
    with database.writing() as tx:
        assert idempotency.remember(tx, key_id, "k", first, now) is None
        assert idempotency.remember(tx, key_id, "k", second, now) == first
        assert idempotency.remember(tx, key_id, "l", second, now) is None


def test_what_is_older_than_a_moment_is_forgotten(database: Database, key_id: int, now: datetime) -> None:
    with database.writing() as tx:
        for hours in range(4):
            idempotency.remember(tx, key_id, f"k-{hours}", Remembered("f", "c"), now + timedelta(hours=hours))
        assert idempotency.forget_before(tx, now + timedelta(hours=2)) == 2
        left = tx.execute(select(tables.idempotency_keys.c.key)).scalars().all()
    assert sorted(left) == ["k-2", "k-3"]


def test_a_key_can_be_used_anew_after_a_day_swept_or_not(database: Database, key_id: int, now: datetime) -> None:
    first, second = Remembered("f-1", "c-1"), Remembered("f-2", "c-2")
    with database.writing() as tx:
        idempotency.remember(tx, key_id, "k", first, now)
        assert idempotency.remember(tx, key_id, "k", second, now + idempotency.LASTS) == first
        later = now + idempotency.LASTS + timedelta(seconds=1)
        assert idempotency.remember(tx, key_id, "k", second, later) is None
        assert idempotency.remember(tx, key_id, "k", first, later) == second
