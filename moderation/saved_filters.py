"""Filters that someone keeps: a queue or a search as it was set up, under a name, for themselves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.errors import InvalidFilter
from moderation.store import saved_filters as store

if TYPE_CHECKING:
    from moderation.desk import Moderator
    from moderation.store.database import Database
    from moderation.store.saved_filters import SavedFilter

MOST = 50
"""Filters that one person may keep."""

MOST_LETTERS = 60
_MOST_ADDRESS = 1_000
_PAGES = ("/queues/", "/search")


def keep(database: Database, who: Moderator, name: str, address: str) -> SavedFilter:
    """Keep the address of a queue or a search under a name. The same name anew means the new address.

    Raises:
        InvalidFilter: there is no name or too long a one, the address is of no such page, or they keep too many.
    """
    name = " ".join(name.split())
    if not name:
        raise InvalidFilter("no name")
    if len(name) > MOST_LETTERS:
        raise InvalidFilter("name too long")
    if not _is_of_page(address):
        raise InvalidFilter("no such page")
    with database.writing() as tx:
        others = {one.name for one in store.of(tx, who.id)} - {name}
        if len(others) >= MOST:
            raise InvalidFilter("too many")
        return store.keep(tx, who.id, name, address)


def rename(database: Database, who: Moderator, filter_id: int, name: str) -> None:
    """Give one of someone's filters another name; what had that name before is gone.

    Raises:
        InvalidFilter: there is no name, or too long a one.
    """
    name = " ".join(name.split())
    if not name or len(name) > MOST_LETTERS:
        raise InvalidFilter("name too long" if name else "no name")
    with database.writing() as tx:
        store.rename(tx, who.id, filter_id, name)


def remove(database: Database, who: Moderator, filter_id: int) -> None:
    """Forget one of someone's filters."""
    with database.writing() as tx:
        store.remove(tx, who.id, filter_id)


def of(database: Database, who: Moderator, page: str = "") -> list[SavedFilter]:
    """List someone's filters by name: all, or those of pages whose address begins so."""
    with database.reading() as tx:
        return [one for one in store.of(tx, who.id) if one.address.startswith(page)]


def _is_of_page(address: str) -> bool:
    is_plain = "\\" not in address and address.isprintable() and len(address) <= _MOST_ADDRESS
    return is_plain and address.startswith(_PAGES)
