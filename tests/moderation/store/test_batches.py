"""Batches in the record. How they are chosen, worked and taken back: see moderation/test_batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.domain import Status
from moderation.spreads import Reach
from moderation.store import batches
from moderation.store.batches import Batch

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.database import Database
    from moderation.store.sites import Site


def test_a_batch_is_open_until_it_is_finished_and_again_while_it_is_taken_back(
    database: Database, site: Site, add_moderator: Callable[..., Moderator], now: datetime
) -> None:
    mara = add_moderator()
    fresh = Batch(0, mara.id, mara.name, site.id, "INSULT", Reach(29, 58), Status.APPROVED, None, (3, 1, 2), now)
    with database.writing() as tx:
        assert not batches.has_open(tx)
        assert batches.take_open(tx) is None
        batch_id = batches.add(tx, fresh)
        assert batches.has_open(tx)
        found = batches.take_open(tx)
        assert found is not None
        assert (found.id, found.reach, found.comment_ids) == (batch_id, Reach(29, 58), (3, 1, 2))
        batches.finish(tx, batch_id, now, now)
        assert not batches.has_open(tx)
        batches.mark_undone(tx, batch_id, now)
        assert batches.has_open(tx)
        assert batches.find(tx, 999) is None
