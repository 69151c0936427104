"""Severe texts that people read, as they are counted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from moderation.store import exposures

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database

MINUTE = timedelta(minutes=1)


def test_each_text_counts_once_for_who_read_it_at_its_latest_time(
    database: Database, accept: Callable[..., CommentRow], mara: Moderator, jonas: Moderator, now: datetime
) -> None:
    first, second = accept("c-1"), accept("c-2")
    with database.writing() as tx:
        exposures.add(tx, mara.id, first.id, now - 2 * MINUTE)
        exposures.add(tx, mara.id, second.id, now - MINUTE)
        exposures.add(tx, jonas.id, first.id, now)
        assert [exposures.n_since(tx, mara.id, now - minutes * MINUTE) for minutes in range(4)] == [0, 0, 1, 2]
        exposures.add(tx, mara.id, first.id, now)
        assert [exposures.n_since(tx, mara.id, now - minutes * MINUTE) for minutes in range(4)] == [0, 1, 2, 2]
        assert exposures.n_since(tx, jonas.id, now - MINUTE) == 1


def test_what_was_read_long_ago_is_forgotten(
    database: Database, accept: Callable[..., CommentRow], mara: Moderator, now: datetime
) -> None:
    old, fresh = accept("c-1"), accept("c-2")
    with database.writing() as tx:
        exposures.add(tx, mara.id, old.id, now - 2 * MINUTE)
        exposures.add(tx, mara.id, fresh.id, now - MINUTE)
        exposures.forget_before(tx, now - MINUTE)
        assert exposures.n_since(tx, mara.id, now - 9 * MINUTE) == 1
