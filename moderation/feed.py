"""The feed: every released decision of a site in order, for sites that fetch instead of being called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.errors import UnknownCursor
from moderation.store import decisions as store
from moderation.store import sites

if TYPE_CHECKING:
    from moderation.domain import Decision
    from moderation.store.database import Database

START = "0"
"""The cursor before the first decision."""

_LONGEST = 18


def read(database: Database, site_id: int, after: str, limit: int) -> tuple[list[Decision], str]:
    """Read up to `limit` decisions after a cursor, and the cursor to go on from, unchanged when nothing is new.

    Raises:
        UnknownCursor: the feed never handed this cursor out.
    """
    sequence = _sequence(after)
    with database.reading() as tx:
        if sequence > sites.last_sequence(tx, site_id):
            raise UnknownCursor(after)
        found = store.after(tx, site_id, sequence, limit)
    return found, str(found[-1].sequence) if found else after


def _sequence(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _LONGEST and str(int(cursor)) == cursor):
        raise UnknownCursor(cursor)
    return int(cursor)
