"""Which guidelines a site goes by: its own newest ones, or the default."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from moderation import guidelines
from moderation.store import audit
from moderation.store import policies as store

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.guidelines import Guidelines
    from moderation.store.database import Database


def current(tx: Connection, site_id: int) -> Guidelines:
    """Read a site's guidelines in force."""
    source = store.current(tx, site_id)
    return guidelines.default() if source is None else _parsed(source)


def of_site(database: Database, site_id: int) -> Guidelines:
    """Read a site's guidelines in force, in a transaction of their own."""
    with database.reading() as tx:
        return current(tx, site_id)


def adopt(database: Database, site_id: int, source: str, now: datetime) -> Guidelines:
    """Make guidelines a site's own from now on, as a new policy version. The ones in force already change nothing.

    Raises:
        InvalidGuidelines: with every problem found.
    """
    with database.writing() as tx:
        return adopt_within(tx, site_id, source, "command line", now)


def adopt_within(tx: Connection, site_id: int, source: str, actor: str, now: datetime, **details: Any) -> Guidelines:
    """Do the same within a transaction, for someone whom the audit log names, with details for it.

    Raises:
        InvalidGuidelines: with every problem found.
    """
    adopted = guidelines.parse(source)
    if current(tx, site_id).source != source:
        store.add(tx, site_id, adopted.version, source, now)
        told = {"version": adopted.version, **details}
        audit.log(tx, actor, "guidelines.adopted", f"site {site_id}", now, told)
    return adopted


@lru_cache(maxsize=256)
def _parsed(source: str) -> Guidelines:
    return guidelines.parse(source)
