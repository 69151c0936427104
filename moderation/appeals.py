"""Authors' appeals against rejections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import queues
from moderation.domain import Status
from moderation.errors import NothingToAppeal
from moderation.intake import found
from moderation.store import comments, decisions
from moderation.store import labels as store

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.store.database import Database


def appeal(database: Database, site_id: int, external_id: str, text: str, now: datetime) -> bool:
    """Take an author's appeal against a rejection; False when that decision was appealed before, which is no error.

    Raises:
        UnknownComment: the site never sent it.
        NothingToAppeal: the comment is not rejected.
    """
    with database.writing() as tx:
        comment = found(comments.find(tx, site_id, external_id, lock=True), external_id)
        decision = decisions.latest_of(tx, comment.id, comment.revision)
        if comment.status is not Status.REJECTED or decision is None:
            raise NothingToAppeal(external_id, comment.status)
        is_new = store.add_appeal(tx, comment.id, decision.id, text, now)
        if is_new:
            queues.appealed(tx, comment.id, now)
        return is_new
