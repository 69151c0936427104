"""Saved filters in the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select, update

from moderation.desk_tables import saved_filters
from moderation.store.database import insert_into

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A name, and the address of the queue or search that it stands for, from the path on."""

    id: int
    name: str
    address: str


def of(tx: Connection, moderator_id: int) -> list[SavedFilter]:
    """List someone's filters by name."""
    query = select(saved_filters.c.id, saved_filters.c.name, saved_filters.c.query)
    rows = tx.execute(query.where(saved_filters.c.moderator_id == moderator_id).order_by(saved_filters.c.name))
    return [SavedFilter(*row) for row in rows]


def keep(tx: Connection, moderator_id: int, name: str, address: str) -> SavedFilter:
    """Add a filter, or give the one of this name another address."""
    upsert = insert_into(tx)(saved_filters).values(moderator_id=moderator_id, name=name, query=address)
    upsert = upsert.on_conflict_do_update(index_elements=["moderator_id", "name"], set_={"query": address})
    return SavedFilter(tx.execute(upsert.returning(saved_filters.c.id)).scalar_one(), name, address)


def rename(tx: Connection, moderator_id: int, filter_id: int, name: str) -> None:
    """Rename someone's filter; another of theirs with that name goes."""
    namesake = delete(saved_filters).where(
        saved_filters.c.moderator_id == moderator_id, saved_filters.c.name == name, saved_filters.c.id != filter_id
    )
    tx.execute(namesake)
    tx.execute(update(saved_filters).where(_is(moderator_id, filter_id)).values(name=name))


def remove(tx: Connection, moderator_id: int, filter_id: int) -> None:
    """Forget someone's filter; another person's stays."""
    tx.execute(delete(saved_filters).where(_is(moderator_id, filter_id)))


def _is(moderator_id: int, filter_id: int) -> ColumnElement[bool]:
    return (saved_filters.c.moderator_id == moderator_id) & (saved_filters.c.id == filter_id)
