"""Rescorings in the record: what is scored anew, handed out in pieces, so that many workers share and none is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, insert, select, update

from moderation.domain import Passage, Status
from moderation.learning_tables import rescoring_pieces, rescorings
from moderation.tables import articles, comments, revisions, sites

if TYPE_CHECKING:
    from datetime import datetime

_UNTOUCHED = (Status.PENDING.value, Status.REMOVED.value)
"""What is pending is scored by the champion anyway, and of what is removed there is no text."""


@dataclass(frozen=True, slots=True)
class Rescoring:
    """A rescoring as it stands: of a site's comments, or (None) of all, accepted from `since` to `asked_at`."""

    id: int
    site_id: int | None
    site: str | None
    since: datetime
    asked_by: str
    asked_at: datetime
    n_all: int
    n_done: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a rescoring: its comments with ids above `after`, up to `until`."""

    id: int
    rescoring: Rescoring
    after: int
    until: int
    n_claims: int


@dataclass(frozen=True, slots=True)
class Scored:
    """A comment that was scored once, and may be scored anew."""

    id: int
    site_id: int
    revision: int
    passage: Passage
    model_version: str | None


def add(tx: Connection, site_id: int | None, since: datetime, asked_by: str, now: datetime) -> int:
    """Ask for comments to be scored anew; return the rescoring's number."""
    reached = _reached(site_id, since, now)
    found = tx.execute(select(func.min(comments.c.id), func.max(comments.c.id), func.count()).where(reached)).one()
    first, last, n_all = found
    fresh = {
        "site_id": site_id,
        "since": since,
        "asked_by": asked_by,
        "asked_at": now,
        "handed_out": (first or 1) - 1,
        "last_id": last or 0,
        "n_all": n_all,
        "finished_at": None if n_all else now,
    }
    return int(tx.execute(insert(rescorings).values(**fresh).returning(rescorings.c.id)).scalar_one())


def find(tx: Connection, rescoring_id: int) -> Rescoring | None:
    """Look a rescoring up."""
    row = tx.execute(_rescorings().where(rescorings.c.id == rescoring_id)).one_or_none()
    return None if row is None else _rescoring(row)


def find_open(tx: Connection, site_id: int | None, since: datetime) -> Rescoring | None:
    """Find a rescoring of the same comments that is not finished."""
    is_same_site = rescorings.c.site_id.is_(None) if site_id is None else rescorings.c.site_id == site_id
    query = _rescorings().where(is_same_site, rescorings.c.since == since, rescorings.c.finished_at.is_(None))
    row = tx.execute(query.order_by(rescorings.c.id).limit(1)).one_or_none()
    return None if row is None else _rescoring(row)


def recent(tx: Connection, limit: int) -> list[Rescoring]:
    """List the latest rescorings, newest first."""
    rows = tx.execute(_rescorings().order_by(rescorings.c.id.desc()).limit(limit))
    return [_rescoring(row) for row in rows]


def has_open(tx: Connection) -> bool:
    """Tell whether anything is to be scored anew."""
    query = select(rescorings.c.id).where(rescorings.c.finished_at.is_(None)).limit(1)
    return tx.execute(query).one_or_none() is not None


def claim(tx: Connection, token: str, limit: int, now: datetime, until: datetime) -> Piece | None:
    """Take a piece that nobody is at: one that was let fall, else the next of the oldest open rescoring."""
    fallen = select(rescoring_pieces).where(rescoring_pieces.c.claimed_until <= now).order_by(rescoring_pieces.c.id)
    row = tx.execute(fallen.limit(1).with_for_update(skip_locked=True)).one_or_none()
    if row is not None:
        again = update(rescoring_pieces).where(rescoring_pieces.c.id == row.id)
        tx.execute(again.values(claim_token=token, claimed_until=until, n_claims=row.n_claims + 1))
        return Piece(row.id, _of(tx, row.rescoring_id), row.after, row.until, row.n_claims + 1)
    for open_id in _open_ids(tx):
        query = select(rescorings.c.handed_out, rescorings.c.last_id).where(rescorings.c.id == open_id)
        handed_out, last_id = tx.execute(query.with_for_update()).one()
        if handed_out < last_id:
            return _cut(tx, open_id, handed_out, token, limit, until)
    return None


def _open_ids(tx: Connection) -> list[int]:
    query = select(rescorings.c.id).where(rescorings.c.finished_at.is_(None)).order_by(rescorings.c.id)
    return list(tx.execute(query).scalars())


def _cut(tx: Connection, rescoring_id: int, after: int, token: str, limit: int, until: datetime) -> Piece:
    """Cut the next piece off a rescoring that is locked: its last is the whole rest."""
    found = _of(tx, rescoring_id)
    reached = _reached(found.site_id, found.since, found.asked_at)
    ids = select(comments.c.id).where(reached, comments.c.id > after).order_by(comments.c.id).limit(limit)
    handed = list(tx.execute(ids).scalars())
    last_id = tx.execute(select(rescorings.c.last_id).where(rescorings.c.id == rescoring_id)).scalar_one()
    end = handed[-1] if len(handed) == limit else last_id
    tx.execute(update(rescorings).where(rescorings.c.id == rescoring_id).values(handed_out=end))
    piece = {
        "rescoring_id": rescoring_id,
        "after": after,
        "until": end,
        "claim_token": token,
        "claimed_until": until,
        "n_claims": 1,
    }
    made = tx.execute(insert(rescoring_pieces).values(**piece).returning(rescoring_pieces.c.id)).scalar_one()
    return Piece(made, found, after, end, 1)


def texts(tx: Connection, piece: Piece) -> list[Scored]:
    """Read what a piece holds: the latest revisions that can be scored anew."""
    latest = and_(revisions.c.comment_id == comments.c.id, revisions.c.number == comments.c.revision)
    asked = piece.rescoring
    query = (
        select(
            comments.c.id,
            comments.c.site_id,
            comments.c.revision,
            comments.c.language,
            comments.c.parent_text,
            revisions.c.text,
            revisions.c.model_version,
            articles.c.title,
        )
        .join(revisions, latest)
        .join(articles, articles.c.id == comments.c.article_id)
        .where(
            _reached(asked.site_id, asked.since, asked.asked_at),
            comments.c.id > piece.after,
            comments.c.id <= piece.until,
            comments.c.status.not_in(_UNTOUCHED),
            revisions.c.text.is_not(None),
        )
        .order_by(comments.c.id)
    )
    return [
        Scored(
            row.id,
            row.site_id,
            row.revision,
            Passage(row.text, row.language, row.title or None, row.parent_text),
            row.model_version,
        )
        for row in tx.execute(query)
    ]


def finish_piece(tx: Connection, piece: Piece, token: str, now: datetime) -> bool:
    """Note that a piece is done, and the rescoring with its last one; False where somebody else has the piece now."""
    mine = and_(rescoring_pieces.c.id == piece.id, rescoring_pieces.c.claim_token == token)
    if tx.execute(delete(rescoring_pieces).where(mine).returning(rescoring_pieces.c.id)).one_or_none() is None:
        return False
    asked = piece.rescoring
    within = and_(
        _reached(asked.site_id, asked.since, asked.asked_at),
        comments.c.id > piece.after,
        comments.c.id <= piece.until,
    )
    n = tx.execute(select(func.count()).select_from(comments).where(within)).scalar_one()
    done = update(rescorings).where(rescorings.c.id == asked.id).values(n_done=rescorings.c.n_done + n)
    row = tx.execute(done.returning(rescorings.c.handed_out, rescorings.c.last_id)).one()
    left = select(rescoring_pieces.c.id).where(rescoring_pieces.c.rescoring_id == asked.id).limit(1)
    if row.handed_out >= row.last_id and tx.execute(left).one_or_none() is None:
        tx.execute(update(rescorings).where(rescorings.c.id == asked.id).values(finished_at=now))
    return True


def _reached(site_id: int | None, since: datetime, until: datetime) -> ColumnElement[bool]:
    within = and_(comments.c.accepted_at >= since, comments.c.accepted_at <= until)
    return within if site_id is None else and_(within, comments.c.site_id == site_id)


def _of(tx: Connection, rescoring_id: int) -> Rescoring:
    return _rescoring(tx.execute(_rescorings().where(rescorings.c.id == rescoring_id)).one())


def _rescorings() -> Select[Any]:
    return select(rescorings, sites.c.name.label("site")).outerjoin(sites, sites.c.id == rescorings.c.site_id)


def _rescoring(row: Row[Any]) -> Rescoring:
    return Rescoring(
        row.id,
        row.site_id,
        row.site,
        row.since,
        row.asked_by,
        row.asked_at,
        row.n_all,
        row.n_done,
        row.finished_at,
    )
