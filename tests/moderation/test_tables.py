"""The record's own types."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from moderation import tables

if TYPE_CHECKING:
    from moderation.store.database import Database


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=2))),
        datetime(1, 1, 2, tzinfo=UTC),
    ],
)
def test_a_moment_comes_back_as_the_same_time_in_utc(database: Database, moment: datetime) -> None:
    with database.writing() as tx:
        tx.execute(insert(tables.sites).values(name="a", created_at=moment))
        kept = tx.execute(select(tables.sites.c.created_at)).scalar_one()
    assert kept == moment
    assert kept.tzinfo is UTC


def test_no_moment_is_no_moment(database: Database) -> None:
    with database.writing() as tx:
        site_id = tx.execute(
            insert(tables.sites).values(name="a", created_at=datetime.now(UTC)).returning(tables.sites.c.id)
        ).scalar_one()
        key = {"site_id": site_id, "digest": "d", "hint": "h", "scopes": "", "created_at": datetime.now(UTC)}
        tx.execute(insert(tables.site_keys).values(key))
        assert tx.execute(select(tables.site_keys.c.revoked_at)).scalar_one() is None
