"""Batches in the record: many decisions made as one, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, and_, insert, or_, select, update

from moderation.desk import Moderator, Role
from moderation.desk_tables import batches, moderators, review_items
from moderation.domain import Status
from moderation.spreads import N_COLUMNS, Measure, Reach
from moderation.store.claims import is_claimed_by_another
from moderation.store.sight import limited
from moderation.store.spreads import column_of, stands_within
from moderation.tables import comments, revisions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it stands. `measure` is an attribute's name or a guideline's id.

    It is open until `finished_at`; then the site hears at `release_at`. With `undone_at` it is being taken back, until
    `finished_at` again; `n_done` then counts what is left to take back.
    """

    id: int
    moderator_id: int
    moderator_name: str
    site_id: int
    measure: str
    reach: Reach
    status: Status
    guideline: str | None
    comment_ids: tuple[int, ...]
    created_at: datetime
    n_done: int = 0
    n_skipped: int = 0
    finished_at: datetime | None = None
    release_at: datetime | None = None
    undone_at: datetime | None = None

    @property
    def n_all(self) -> int:
        """How many comments were chosen."""
        return len(self.comment_ids)

    @property
    def n_worked(self) -> int:
        """How many of them it is through with, decided or not."""
        return self.n_done + self.n_skipped


@dataclass(frozen=True, slots=True)
class Chosen:
    """A comment of a batch that still waits, where it was chosen."""

    comment_id: int
    revision: int
    scores: Mapping[str, float]


def add(tx: Connection, fresh: Batch) -> int:
    """Add a batch that nothing of is done yet; return the number that it gets."""
    row = {
        "moderator_id": fresh.moderator_id,
        "site_id": fresh.site_id,
        "measure": fresh.measure,
        "low": fresh.reach.begin,
        "high": fresh.reach.end,
        "status": fresh.status.value,
        "guideline": fresh.guideline,
        "comment_ids": list(fresh.comment_ids),
        "created_at": fresh.created_at,
    }
    return int(tx.execute(insert(batches).values(**row).returning(batches.c.id)).scalar_one())


def find(tx: Connection, batch_id: int, *, lock: bool = False) -> Batch | None:
    """Look a batch up; with `lock`, nobody else goes on with it until the transaction ends."""
    if lock:
        tx.execute(select(batches.c.id).where(batches.c.id == batch_id).with_for_update())
    row = tx.execute(_batches().where(batches.c.id == batch_id)).one_or_none()
    return None if row is None else _batch(row)


def recent(tx: Connection, who: Moderator, limit: int) -> list[Batch]:
    """List someone's own batches, newest first."""
    query = _batches().where(batches.c.moderator_id == who.id)
    return [_batch(row) for row in tx.execute(query.order_by(batches.c.id.desc()).limit(limit))]


def has_open(tx: Connection) -> bool:
    """Tell whether any batch is to be worked or taken back."""
    return tx.execute(select(batches.c.id).where(batches.c.finished_at.is_(None)).limit(1)).one_or_none() is not None


def take_open(tx: Connection) -> Batch | None:
    """Take the oldest batch that is to be worked or taken back, and that nobody else is at, until the transaction ends.

    What is being taken back comes first: somebody noticed a mistake.
    """
    first = select(batches.c.id).where(batches.c.finished_at.is_(None))
    first = first.order_by(batches.c.undone_at.is_(None), batches.c.id).limit(1).with_for_update(skip_locked=True)
    batch_id = tx.execute(first).scalar_one_or_none()
    return None if batch_id is None else find(tx, batch_id)


def advance(tx: Connection, batch_id: int, n_done: int, n_skipped: int) -> None:
    """Note how far a batch is."""
    tx.execute(update(batches).where(batches.c.id == batch_id).values(n_done=n_done, n_skipped=n_skipped))


def finish(tx: Connection, batch_id: int, now: datetime, release_at: datetime | None) -> None:
    """Note that a batch is done, and when its site hears; of one that is taken back, never."""
    done = update(batches).where(batches.c.id == batch_id)
    tx.execute(done.values(finished_at=now, release_at=release_at))


def mark_undone(tx: Connection, batch_id: int, now: datetime) -> None:
    """Note that a batch is to be taken back."""
    gone = update(batches).where(batches.c.id == batch_id)
    tx.execute(gone.values(undone_at=now, finished_at=None, release_at=None))


def still_chosen(
    tx: Connection, who: Moderator, batch: Batch, measure: Measure, comment_ids: Collection[int], now: datetime
) -> list[Chosen]:
    """Tell which comments of a batch still wait where they were chosen, and are in nobody else's hand.

    What was edited meanwhile and scores elsewhere, what is decided, escalated beyond someone, or out of their sight is
    left out.
    """
    latest = and_(revisions.c.comment_id == comments.c.id, revisions.c.number == comments.c.revision)
    column = column_of(measure, tx.dialect.name)
    waits = select(review_items.c.id).where(
        review_items.c.comment_id == comments.c.id,
        review_items.c.decision_id.is_(None),
        or_(review_items.c.asked_by.is_(None), review_items.c.asked_by != who.id),
        ~is_claimed_by_another(who.id, now),
    )
    if not who.role.may(Role.EDITOR):
        waits = waits.where(review_items.c.escalated_at.is_(None))
    query = select(comments.c.id, comments.c.revision, revisions.c.scores).join(revisions, latest)
    query = limited(who, query, comments, has_comments=True).where(
        comments.c.id.in_(comment_ids), stands_within(column, batch.reach), waits.exists()
    )
    return [Chosen(row.id, row.revision, row.scores) for row in tx.execute(query.order_by(comments.c.id))]


def _batches() -> Select[Any]:
    return select(batches, moderators.c.name).join(moderators, moderators.c.id == batches.c.moderator_id)


def _batch(row: Row[Any]) -> Batch:
    return Batch(
        row.id,
        row.moderator_id,
        row.name,
        row.site_id,
        row.measure,
        Reach(round(row.low * N_COLUMNS), round(row.high * N_COLUMNS)),
        Status(row.status),
        row.guideline,
        tuple(row.comment_ids),
        row.created_at,
        row.n_done,
        row.n_skipped,
        row.finished_at,
        row.release_at,
        row.undone_at,
    )
