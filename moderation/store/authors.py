"""Authors in the record: their comments on a site, and notes about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, delete, insert, select

from moderation.desk_tables import notes
from moderation.domain import Status
from moderation.tables import articles, comments

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.desk import Moderator


def comments_of(
    tx: Connection, who: Moderator, site_id: int, author_ref: str, status: str | None, before: int | None, limit: int
) -> list[int]:
    """List an author's comments in sight of someone, newest first, going on after `before`."""
    query = select(comments.c.id).where(comments.c.site_id == site_id, comments.c.author_ref == author_ref)
    if who.sections is not None:
        query = query.join(articles, articles.c.id == comments.c.article_id)
        query = query.where(articles.c.section.in_(sorted(who.sections)))
    if status is not None:
        query = query.where(comments.c.status == status)
    if before is not None:
        query = query.where(comments.c.id < before)
    return list(tx.execute(query.order_by(comments.c.id.desc()).limit(limit)).scalars())


def name_of(tx: Connection, site_id: int, author_ref: str) -> str | None:
    """Tell what an author was called last."""
    query = select(comments.c.author_name).where(comments.c.site_id == site_id, comments.c.author_ref == author_ref)
    query = query.where(comments.c.author_name.is_not(None)).order_by(comments.c.id.desc())
    return tx.execute(query.limit(1)).scalar_one_or_none()


def wrote(tx: Connection, site_id: int, author_ref: str, comment_id: int) -> bool:
    """Tell whether a comment is this author's on this site."""
    theirs = (comments.c.id == comment_id, comments.c.site_id == site_id, comments.c.author_ref == author_ref)
    return tx.execute(select(comments.c.id).where(*theirs)).one_or_none() is not None


def add_note(
    tx: Connection, site_id: int, author_ref: str, comment_id: int | None, moderator_id: int, text: str, now: datetime
) -> int:
    """Add a note about an author; return its number."""
    fresh = insert(notes).values(
        site_id=site_id,
        author_ref=author_ref,
        comment_id=comment_id,
        moderator_id=moderator_id,
        text=text,
        created_at=now,
    )
    return int(tx.execute(fresh.returning(notes.c.id)).scalar_one())


def erase_notes(tx: Connection, comment_id: int) -> None:
    """Forget notes that were made at a comment which is gone."""
    tx.execute(delete(notes).where(notes.c.comment_id == comment_id))


def some_left(tx: Connection, site_id: int, author_ref: str, limit: int) -> list[str]:
    """Name some comments of an author, by the site's own ids, that were not withdrawn."""
    theirs = and_(comments.c.site_id == site_id, comments.c.author_ref == author_ref)
    left = select(comments.c.external_id).where(theirs, comments.c.status != Status.REMOVED.value)
    return list(tx.execute(left.order_by(comments.c.external_id).limit(limit)).scalars())


def erase_notes_about(tx: Connection, site_id: int, author_ref: str) -> None:
    """Forget all notes about an author."""
    tx.execute(delete(notes).where(notes.c.site_id == site_id, notes.c.author_ref == author_ref))
