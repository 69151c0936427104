"""Readers' reports of comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import queues
from moderation.domain import Status
from moderation.errors import CommentRemoved
from moderation.intake import found
from moderation.store import comments
from moderation.store import labels as store

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.store.database import Database


def report(database: Database, site_id: int, external_id: str, reporter_ref: str, reason: str, now: datetime) -> bool:
    """Take a reader's report; False when this reader reported the comment before, which is no error.

    Raises:
        UnknownComment: the site never sent it.
        CommentRemoved: it was withdrawn.
    """
    with database.writing() as tx:
        comment = found(comments.find(tx, site_id, external_id, lock=True), external_id)
        if comment.status is Status.REMOVED:
            raise CommentRemoved(external_id)
        is_new = store.add_report(tx, comment.id, reporter_ref, reason, now)
        if is_new:
            queues.reported(tx, comment.id, now)
        return is_new
