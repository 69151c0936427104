"""Reading the audit log at the console: one's own acts, and for editors and admins everybody's in their sight."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation.desk import Moderator, Role
from moderation.store import audit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from moderation.store.audit import Entry, Sought
    from moderation.store.database import Database

PAGE = 50

_STRETCH = 500
_MOST_STRETCHES = 8
"""So many entries are looked through for a page of those in sight; whoever wants earlier ones goes on from there."""

_NUMBERED = re.compile(r"(comment|batch|site) (\d{1,18})")


@dataclass(frozen=True, slots=True)
class Read:
    """A page of the log; `next_before` is where the next one begins, None where there is none.

    Of a log in which little is in someone's sight, a page can hold less than there is room for, and others follow.
    """

    entries: tuple[Entry, ...]
    next_before: int | None


def sees_all(who: Moderator) -> bool:
    """Tell whether someone may read what others did."""
    return who.role.may(Role.EDITOR)


def read(database: Database, who: Moderator, sought: Sought, before: int | None = None) -> Read:
    """Read a page of what was done, the latest first.

    Who is limited to sites or sections reads what was done about these, and what they did themselves.
    """
    if not sees_all(who):
        sought = replace(sought, actor=who.actor)
    is_limited = sought.actor != who.actor and not (who.site_ids is None and who.sections is None)
    with database.reading() as tx:
        if is_limited:
            return _read_in_sight(tx, who, sought, before)
        found = audit.read(tx, sought, PAGE + 1, before)
    shown = tuple(found[:PAGE])
    return Read(shown, shown[-1].id if len(found) > PAGE else None)


def _read_in_sight(tx: Connection, who: Moderator, sought: Sought, before: int | None) -> Read:
    found: list[Entry] = []
    for _ in range(_MOST_STRETCHES):
        stretch = audit.read(tx, sought, _STRETCH, before)
        found += _in_sight(tx, who, stretch)
        if len(found) > PAGE:
            return Read(tuple(found[:PAGE]), found[PAGE - 1].id)
        if len(stretch) < _STRETCH:
            return Read(tuple(found), None)
        before = stretch[-1].id
    return Read(tuple(found), before)


def _in_sight(tx: Connection, who: Moderator, entries: Sequence[Entry]) -> list[Entry]:
    """Leave out what was done about what someone does not see, and about everything at once."""
    about = {one.id: _about(one) for one in entries}
    named = [pair for pair in about.values() if pair is not None]
    places = audit.places_of_comments(tx, {number for kind, number in named if kind == "comment"})
    sites_of = audit.sites_of_batches(tx, {number for kind, number in named if kind == "batch"})

    def sees(entry: Entry) -> bool:
        kind, number = about[entry.id] or ("", 0)
        if kind == "comment":
            return number in places and who.sees(*places[number])
        site_id = number if kind == "site" else sites_of.get(number)
        sees_whole = who.sections is None and (who.site_ids is None or site_id in who.site_ids)
        return site_id is not None and sees_whole

    return [one for one in entries if one.actor == who.actor or sees(one)]


def _about(entry: Entry) -> tuple[str, int] | None:
    """Tell what an entry is about: a comment, a batch or a site, by number; None where it is about none of them."""
    found = _NUMBERED.fullmatch(entry.subject) or _NUMBERED.fullmatch(entry.actor)
    if found is not None:
        return found[1], int(found[2])
    site_id = entry.details.get("site_id", entry.details.get("site"))
    return ("site", site_id) if isinstance(site_id, int) else None
