"""Severe texts that people read at the desk: counted for themselves, and shown to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, select

from moderation.desk_tables import exposures
from moderation.store.database import insert_into

if TYPE_CHECKING:
    from datetime import datetime


def add(tx: Connection, moderator_id: int, comment_id: int, now: datetime) -> None:
    """Note that someone has read a severe text; a second time it counts anew."""
    fresh = insert_into(tx)(exposures).values(moderator_id=moderator_id, comment_id=comment_id, at=now)
    tx.execute(fresh.on_conflict_do_update(index_elements=["moderator_id", "comment_id"], set_={"at": now}))


def n_since(tx: Connection, moderator_id: int, since: datetime) -> int:
    """Count the severe texts that someone has read since a time."""
    mine = (exposures.c.moderator_id == moderator_id) & (exposures.c.at > since)
    return int(tx.execute(select(func.count()).select_from(exposures).where(mine)).scalar_one())


def forget_before(tx: Connection, before: datetime) -> None:
    """Forget what was read before a time."""
    tx.execute(delete(exposures).where(exposures.c.at < before))
