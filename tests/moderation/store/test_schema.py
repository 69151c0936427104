"""Where a database's schema stands. The migrations themselves: see tests/migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.errors import NotMigrated, Unreachable
from moderation.store import schema
from moderation.store.database import Database

if TYPE_CHECKING:
    from pathlib import Path


def test_a_migrated_database_is_this_release_s(database: Database) -> None:
    schema.check(database)


def test_an_empty_database_is_told_what_to_run(empty_database: Database) -> None:
    with pytest.raises(NotMigrated, match=r"revision none.*ombuds db upgrade") as refused:
        schema.check(empty_database)
    assert refused.value.found is None


def test_upgrading_twice_is_harmless(database: Database) -> None:
    schema.upgrade(database)
    schema.check(database)


def test_a_database_that_cannot_be_asked_is_unreachable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'nowhere' / 'ombuds.db'}")
    with pytest.raises(Unreachable, match="unable to open"):
        schema.check(database)
    database.close()
