"""Authors as the desk sees them: their comments on one site, how these fared, and moderators' notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation import dossiers
from moderation.store import audit, sites
from moderation.store import authors as store
from moderation.store import dossiers as dossier_store
from moderation.store.dossiers import Record

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.dossiers import Dossier
    from moderation.store.database import Database
    from moderation.store.dossiers import Note

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
        site = sites.find(tx, site_name)
        if site is None or (who.site_ids is not None and site.id not in who.site_ids):
            return None
        author = (site.id, author_ref)
        record = dossier_store.records(tx, [author]).get(author)
        if record is None:
            return None
        ids = store.comments_of(tx, who, site.id, author_ref, status, before, PAGE + 1)
        name = store.name_of(tx, site.id, author_ref) or author_ref
        notes = dossier_store.notes_on(tx, [author]).get(author, [])
    shown = ids[:PAGE]
    return History(
        name,
        record,
        tuple(notes),
        tuple(dossiers.of(database, who, shown)),
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
    """Keep a note about an author; False where there is no such author that someone may see."""
    with database.writing() as tx:
        site = sites.find(tx, site_name)
        is_theirs = site is not None and (who.site_ids is None or site.id in who.site_ids)
        if site is None or not is_theirs or not dossier_store.records(tx, [(site.id, author_ref)]):
            return False
        note_id = store.add_note(tx, site.id, author_ref, comment_id, who.id, text[:LONGEST_NOTE], now)
        audit.log(tx, who.actor, "author.noted", f"note {note_id}", now, {"site": site.id, "comment": comment_id})
    return True
