"""Coral's secrets, the texts that its phase asked about, and what its webhooks told, in the record."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from moderation.compat_tables import coral_events, coral_passages, coral_secrets
from moderation.store.database import insert_into

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that Coral signs with, sealed; `hint` tells it from others."""

    id: int
    sealed: str
    hint: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A text that Coral's phase asked about. `external_id` is its comment's id, once it is known."""

    id: int
    author_ref: str
    text: str
    language: str | None
    reply: str
    is_edit: bool
    external_id: str | None
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """What a webhook of Coral told of a comment. `queue` and `status` are None where the comment was just published."""

    event_id: str
    external_id: str
    story_id: str
    type: str
    queue: str | None
    status: str | None
    happened_at: datetime


def add_secret(tx: Connection, site_id: int, sealed: str, hint: str, now: datetime) -> int:
    """Add a secret to those in force; answers with its number."""
    added = insert(coral_secrets).values(site_id=site_id, sealed=sealed, hint=hint, added_at=now)
    return int(tx.execute(added.returning(coral_secrets.c.id)).scalar_one())


def secrets_of(tx: Connection, site_id: int) -> list[Secret]:
    """List the secrets of a site, oldest first."""
    columns = (coral_secrets.c[name] for name in ("id", "sealed", "hint", "added_at"))
    query = select(*columns).where(coral_secrets.c.site_id == site_id).order_by(coral_secrets.c.id)
    return [Secret(*row) for row in tx.execute(query)]


def remove_secret(tx: Connection, site_id: int, secret_id: int) -> bool:
    """Forget a secret; False when the site has none of this number."""
    mine = (coral_secrets.c.id == secret_id) & (coral_secrets.c.site_id == site_id)
    return tx.execute(delete(coral_secrets).where(mine)).rowcount > 0


def add_passages(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep texts; each row holds the columns of `compat_tables.coral_passages`."""
    tx.execute(insert(coral_passages), list(rows))


def passages_by_digest(tx: Connection, site_id: int, digest: str) -> list[Kept]:
    """List the texts that a story and a text stand for, newest first."""
    return _passages(tx, site_id, coral_passages.c.join_digest == digest)


def passages_of_comment(tx: Connection, site_id: int, external_id: str) -> list[Kept]:
    """List the texts that are known to be of a comment, newest first."""
    return _passages(tx, site_id, coral_passages.c.external_id == external_id)


def passages_between(tx: Connection, site_id: int, story_id: str, since: datetime, until: datetime) -> list[Kept]:
    """List the texts that were asked about under a story between two moments, newest first."""
    of_story = coral_passages.c.story_id == story_id
    return _passages(tx, site_id, and_(of_story, coral_passages.c.heard_at.between(since, until)))


def name_passage(tx: Connection, passage_id: int, external_id: str) -> None:
    """Note whose text it is, now that it is known."""
    tx.execute(update(coral_passages).where(coral_passages.c.id == passage_id).values(external_id=external_id))


def unname_passages(tx: Connection, site_id: int, external_id: str, other_than: str) -> None:
    """Take back that texts are of a comment, but those of a digest: it was a mistaken guess."""
    mine = and_(coral_passages.c.site_id == site_id, coral_passages.c.external_id == external_id)
    mistaken = and_(mine, coral_passages.c.join_digest != other_than, coral_passages.c.is_edit.is_(False))
    tx.execute(update(coral_passages).where(mistaken).values(external_id=None))


def add_event(tx: Connection, site_id: int, event: Event, now: datetime) -> bool:
    """Keep an event; False when one of this id was heard before."""
    fresh = insert_into(tx)(coral_events).values(site_id=site_id, heard_at=now, **asdict(event))
    return tx.execute(fresh.on_conflict_do_nothing().returning(coral_events.c.id)).scalar_one_or_none() is not None


def events_of(tx: Connection, site_id: int, external_id: str) -> list[Event]:
    """List what was told of a comment, in the order in which it happened."""
    columns = [coral_events.c[name] for name in Event.__dataclass_fields__]
    mine = and_(coral_events.c.site_id == site_id, coral_events.c.external_id == external_id)
    return [
        Event(*row)
        for row in tx.execute(select(*columns).where(mine).order_by(coral_events.c.happened_at, coral_events.c.id))
    ]


def forget_before(tx: Connection, moment: datetime) -> None:
    """Forget texts and events that were heard before a moment."""
    for table in (coral_passages, coral_events):
        tx.execute(delete(table).where(table.c.heard_at < moment))


def erase_comment(tx: Connection, site_id: int, external_id: str) -> bool:
    """Forget the texts that are known to be of a comment, and its events; False if there were none."""
    events = events_of(tx, site_id, external_id)
    mine = and_(coral_passages.c.site_id == site_id, coral_passages.c.external_id == external_id)
    n_texts = tx.execute(delete(coral_passages).where(mine)).rowcount
    of_comment = and_(coral_events.c.site_id == site_id, coral_events.c.external_id == external_id)
    tx.execute(delete(coral_events).where(of_comment))
    return n_texts > 0 or bool(events)


def erase_author(tx: Connection, site_id: int, author_ref: str) -> list[str]:
    """Forget the texts of an author, and the events of their comments; answers with these comments' ids."""
    mine = and_(coral_passages.c.site_id == site_id, coral_passages.c.author_ref == author_ref)
    rows = tx.execute(delete(coral_passages).where(mine).returning(coral_passages.c.external_id))
    names = sorted({row.external_id for row in rows if row.external_id is not None})
    of_them = and_(coral_events.c.site_id == site_id, coral_events.c.external_id.in_(names))
    tx.execute(delete(coral_events).where(of_them))
    return names


def _passages(tx: Connection, site_id: int, which: ColumnElement[bool]) -> list[Kept]:
    columns = [coral_passages.c[name] for name in Kept.__dataclass_fields__]
    mine = and_(coral_passages.c.site_id == site_id, which)
    newest_first = (coral_passages.c.heard_at.desc(), coral_passages.c.id.desc())
    return [Kept(*row) for row in tx.execute(select(*columns).where(mine).order_by(*newest_first))]
