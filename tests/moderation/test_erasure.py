"""Forgetting what a comment said. What is forgotten where: see test_site_decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from moderation import erasure, tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database


def test_ids_stay_and_texts_go_and_again_does_no_harm(
    database: Database, accept: Callable[..., CommentRow], now: datetime
) -> None:
    accept(text="one")
    comment = accept(text="two", metadata={"note": 1})
    for _ in range(2):
        with database.writing() as tx:
            erasure.erase_comment(tx, comment, now)
    with database.reading() as tx:
        assert tx.execute(select(tables.revisions.c.text)).scalars().all() == [None, None]
        kept = tx.execute(select(tables.comments)).one()
    assert (kept.external_id, kept.author_ref, kept.author_name, kept.metadata) == ("c-1", "reader-7", None, {})
