"""Fingerprints in the record, and the comments that are nearly the same as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, and_, cast, delete, func, or_, select
from sqlalchemy.dialects.postgresql import BIT

from moderation.desk_tables import fingerprints
from moderation.domain import Status
from moderation.fingerprints import MOST_APART, bands, bits_apart
from moderation.store import sight
from moderation.store.database import insert_into
from moderation.tables import comments

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Dialect

    from moderation.desk import Moderator

MOST_ALIKE = 500
"""Comments alike to one that are listed at most."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The fingerprint of one revision of a comment."""

    comment_id: int
    site_id: int
    revision: int
    simhash: int


@dataclass(frozen=True, slots=True)
class Alike:
    """A comment nearly the same as the one in question, `n_bits` of 64 apart from it."""

    comment_id: int
    revision: int
    status: Status
    n_bits: int


def keep(tx: Connection, rows: Sequence[Fingerprint]) -> None:
    """Keep the fingerprints of comments' latest revisions; that of an earlier revision takes no later one's place."""
    if not rows:
        return
    fresh = insert_into(tx)(fingerprints)
    renewed = {column.name: fresh.excluded[column.name] for column in fingerprints.c if column.name != "comment_id"}
    upsert = fresh.on_conflict_do_update(
        index_elements=["comment_id"], set_=renewed, where=fingerprints.c.revision <= fresh.excluded.revision
    )
    tx.execute(upsert, [_row(one) for one in sorted(rows, key=lambda row: row.comment_id)])


def alike(tx: Connection, who: Moderator, comment_id: int, limit: int = MOST_ALIKE) -> list[Alike]:
    """List the comments of the same site that are nearly the same as one and that someone may see, newest first."""
    mine = select(fingerprints).where(fingerprints.c.comment_id == comment_id)
    own = tx.execute(mine).one_or_none()
    if own is None:
        return []
    of_band = zip(_BANDS, bands(own.simhash), strict=True)
    near = select(fingerprints.c.comment_id, fingerprints.c.revision, fingerprints.c.simhash)
    near = sight.limited(who, near, fingerprints).where(
        or_(*(and_(fingerprints.c.site_id == own.site_id, column == band) for column, band in of_band)),
        _bits_apart(tx.dialect, fingerprints.c.simhash, own.simhash) <= MOST_APART,
        fingerprints.c.comment_id != comment_id,
    )
    newest = near.order_by(fingerprints.c.comment_id.desc()).limit(limit).subquery()
    query = select(newest, comments.c.status).join(comments, comments.c.id == newest.c.comment_id)
    return [
        Alike(row.comment_id, row.revision, Status(row.status), bits_apart(row.simhash, own.simhash))
        for row in tx.execute(query.order_by(newest.c.comment_id.desc()))
    ]


def n_alike(tx: Connection, who: Moderator, comment_ids: Collection[int]) -> dict[int, int]:
    """Count, for each of these comments, those that are nearly the same and that someone may see; none is absent."""
    if not comment_ids:
        return {}
    own, other = fingerprints.alias("own"), fingerprints
    is_alike = and_(
        or_(*(and_(other.c.site_id == own.c.site_id, column == own.c[column.name]) for column in _BANDS)),
        _bits_apart(tx.dialect, other.c.simhash, own.c.simhash) <= MOST_APART,
        other.c.comment_id != own.c.comment_id,
    )
    query = select(own.c.comment_id.label("of"), func.count().label("n")).select_from(own.join(other, is_alike))
    query = sight.limited(who, query, fingerprints).where(own.c.comment_id.in_(sorted(comment_ids)))
    return {row.of: row.n for row in tx.execute(query.group_by(own.c.comment_id))}


def forget(tx: Connection, comment_id: int) -> None:
    """Forget what a comment's text was like."""
    tx.execute(delete(fingerprints).where(fingerprints.c.comment_id == comment_id))


_BANDS = [fingerprints.c[f"band_{number}"] for number in range(4)]


def _bits_apart(dialect: Dialect, one: ColumnElement[int], other: ColumnElement[int] | int) -> ColumnElement[int]:
    """Count in the database the bits in which two fingerprints differ (`sqlite.prepare` teaches SQLite to)."""
    if dialect.name == "sqlite":
        return func.bits_apart(one, other, type_=Integer())
    return func.bit_count(cast(one.op("#", return_type=BigInteger())(other), BIT(64)), type_=Integer())


def _row(one: Fingerprint) -> dict[str, Any]:
    quarters = {column.name: band for column, band in zip(_BANDS, bands(one.simhash), strict=True)}
    return {
        "comment_id": one.comment_id,
        "site_id": one.site_id,
        "revision": one.revision,
        "simhash": one.simhash,
        **quarters,
    }
