"""Reading the audit log at the console: one's own acts, and for editors and admins everybody's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation.desk import Moderator, Role
from moderation.store import audit

if TYPE_CHECKING:
    from moderation.store.audit import Entry, Sought
    from moderation.store.database import Database

PAGE = 50


@dataclass(frozen=True, slots=True)
class Read:
    """A page of the log; `next_before` is where the next one begins, None where there is none."""

    entries: tuple[Entry, ...]
    next_before: int | None


def sees_all(who: Moderator) -> bool:
    """Tell whether someone may read what others did."""
    return who.role.may(Role.EDITOR)


def read(database: Database, who: Moderator, sought: Sought, before: int | None = None) -> Read:
    """Read a page of what was done, the latest first."""
    if not sees_all(who):
        sought = replace(sought, actor=who.actor)
    with database.reading() as tx:
        found = audit.read(tx, sought, PAGE + 1, before)
    shown = tuple(found[:PAGE])
    return Read(shown, shown[-1].id if len(found) > PAGE else None)
