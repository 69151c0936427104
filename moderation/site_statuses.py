"""What sites say of where comments stand on their own pages, compared with what was released to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation.errors import UnknownComment
from moderation.store import comments
from moderation.store import site_statuses as store

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.domain import Status
    from moderation.store.database import Database


@dataclass(frozen=True, slots=True)
class Said:
    """Where a comment stands by its site's own account, and with us."""

    external_id: str
    site_status: Status
    status: Status
    said_at: datetime

    @property
    def agrees(self) -> bool:
        """Tell whether both say the same."""
        return self.site_status is self.status


def say(database: Database, site_id: int, external_id: str, status: Status, now: datetime) -> Said:
    """Keep where a comment stands by its site's own account. Nothing else changes by it.

    Raises:
        UnknownComment: the site never sent it.
    """
    with database.writing() as tx:
        comment = comments.find(tx, site_id, external_id, lock=True)
        if comment is None:
            raise UnknownComment(external_id)
        store.keep(tx, comment.id, site_id, status, now)
    return Said(external_id, status, comment.status, now)


def recheck(tx: Connection, comment_ids: Collection[int]) -> None:
    """Compare again what sites said of locked comments: other decisions about them were released."""
    store.compare(tx, comment_ids)
