"""Authors as the desk sees them: their comments on one site, how these fared, and moderators' notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation import dossiers
from moderation.domain import Status
from moderation.store import audit, sites
from moderation.store import authors as store
from moderation.store import dossiers as dossier_store

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.desk import Moderator
    from moderation.dossiers import Dossier
    from moderation.store.database import Database
    from moderation.store.dossiers import Note, Record

PAGE = 20
"""Comments on one page of an author's history."""

LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class History:
    """An author's comments, newest first; `next_before` leads on, None at the end."""

    name: str
    record: Record
    notes: tuple[Note, ...]
    dossiers: tuple[Dossier, ...]
    next_before: int | None


def history(
    database: Database, who: Moderator, site_name: str, author_ref: str, status: str | None, before: int | None
) -> History | None:
    """Read an author's history on a site; None where there is no such author that someone may see."""
    with database.reading() as tx:
        site_id = _site_in_sight(tx, who, site_name, author_ref)
        if site_id is None:
            return None
        author = (site_id, author_ref)
        record = dossier_store.records(tx, [author])[author]
        ids = store.comments_of(tx, who, site_id, author_ref, status, before, PAGE + 1)
        name = store.name_of(tx, site_id, author_ref) or author_ref
        notes = dossier_store.notes_on(tx, [author]).get(author, [])
    shown = ids[:PAGE]
    found = dossiers.of(database, who, shown)
    if status in {Status.APPROVED, Status.REJECTED}:
        found = [one for one in found if not one.is_sampled]  # to be listed so would tell what policy decided
    return History(
        name,
        record,
        tuple(notes),
        tuple(found),
        shown[-1] if len(ids) > PAGE else None,
    )


def note(
    database: Database,
    who: Moderator,
    site_name: str,
    author_ref: str,
    text: str,
    comment_id: int | None,
    now: datetime,
) -> bool:
    """Keep a note about an author; False where there is no such author, or comment of theirs, that someone may see."""
    with database.writing() as tx:
        site_id = _site_in_sight(tx, who, site_name, author_ref)
        if site_id is None or not (comment_id is None or store.wrote(tx, site_id, author_ref, comment_id)):
            return False
        note_id = store.add_note(tx, site_id, author_ref, comment_id, who.id, text[:LONGEST_NOTE], now)
        audit.log(tx, who.actor, "author.noted", f"note {note_id}", now, {"site": site_id, "comment": comment_id})
    return True


def _site_in_sight(tx: Connection, who: Moderator, site_name: str, author_ref: str) -> int | None:
    """Tell the number of a site where someone sees it, and any comment of this author on it."""
    site = sites.find(tx, site_name)
    if site is None or (who.site_ids is not None and site.id not in who.site_ids):
        return None
    return site.id if store.comments_of(tx, who, site.id, author_ref, None, None, 1) else None
