"""Guidelines in the record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from moderation.store import policies

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site


def test_the_newest_row_is_in_force_and_the_others_are_history(database: Database, site: Site, now: datetime) -> None:
    later = now + timedelta(days=1)
    with database.writing() as tx:
        assert policies.current(tx, site.id) is None
        policies.add(tx, site.id, "g-1", "one", now)
        policies.add(tx, site.id, "g-2", "two", later)
        assert policies.current(tx, site.id) == "two"
        assert policies.history(tx, site.id) == [("g-2", later), ("g-1", now)]
