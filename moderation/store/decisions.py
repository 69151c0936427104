"""Decisions in the record: appended, never edited but for their release."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, or_, select, update

from moderation.desk_tables import moderators
from moderation.domain import Actor, Decision, Reason, Span, Status
from moderation.tables import comments, decisions, revisions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a comment: the newest decision about it, and the name of the moderator who made it, if one did."""

    comment_id: int
    status: Status
    by: Actor
    name: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """The text that a decision is about, its comment, and the language that its site gave."""

    comment_id: int
    text: str | None
    language: str | None


def append(tx: Connection, made: Sequence[Decision], comment_ids: Mapping[str, int]) -> None:
    """Append decisions; `comment_ids` gives the record's comment id by decision id."""
    if made:
        tx.execute(insert(decisions), [_row(decision, comment_ids[decision.id]) for decision in made])


def of_comment(tx: Connection, comment_id: int) -> list[Decision]:
    """List the released decisions of a comment, oldest first."""
    query = _decisions().where(decisions.c.comment_id == comment_id, decisions.c.sequence.is_not(None))
    return [_decision(row) for row in tx.execute(query.order_by(decisions.c.sequence))]


def latest_of(tx: Connection, comment_id: int, revision: int) -> Decision | None:
    """Find the newest released decision about one revision of a comment."""
    query = _decisions().where(
        decisions.c.comment_id == comment_id, decisions.c.revision == revision, decisions.c.sequence.is_not(None)
    )
    row = tx.execute(query.order_by(decisions.c.sequence.desc()).limit(1)).one_or_none()
    return None if row is None else _decision(row)


def after(tx: Connection, site_id: int, sequence: int, limit: int) -> list[Decision]:
    """Read a site's feed after a place in it."""
    query = _decisions().where(decisions.c.site_id == site_id, decisions.c.sequence > sequence)
    return [_decision(row) for row in tx.execute(query.order_by(decisions.c.sequence).limit(limit))]


def by_ids(tx: Connection, ids: Sequence[str]) -> dict[str, Decision]:
    """Look decisions up by their ids."""
    return {row.id: _decision(row) for row in tx.execute(_decisions().where(decisions.c.id.in_(ids)))}


_IS_UNRELEASED = and_(decisions.c.released_at.is_(None), decisions.c.undone_at.is_(None))


def due(tx: Connection, now: datetime, limit: int) -> dict[str, int]:
    """Find decisions whose time of release has come, longest due first: the record's comment id by decision id."""
    query = select(decisions.c.id, decisions.c.comment_id).where(_IS_UNRELEASED, decisions.c.release_at <= now)
    return {row.id: row.comment_id for row in tx.execute(query.order_by(decisions.c.release_at).limit(limit))}


def has_due(tx: Connection, now: datetime) -> bool:
    """Tell whether any decision waits to be released."""
    return bool(due(tx, now, 1))


def unreleased_of(tx: Connection, comment_ids: Collection[int]) -> dict[int, Decision]:
    """Find the decisions that wait to be released, by the record's comment id. A comment has one at most."""
    if not comment_ids:
        return {}
    query = _decisions().where(decisions.c.comment_id.in_(comment_ids), _IS_UNRELEASED)
    return {row.comment_id: _decision(row) for row in tx.execute(query.order_by(decisions.c.comment_id))}


def comment_of(tx: Connection, decision_id: str) -> int | None:
    """Tell the record's id of the comment that a decision is about."""
    query = select(decisions.c.comment_id).where(decisions.c.id == decision_id)
    return tx.execute(query).scalar_one_or_none()


def comments_of_batch(tx: Connection, batch_id: int, limit: int | None = None) -> list[int]:
    """List the comments of a batch about which a decision waits to be released."""
    query = select(decisions.c.comment_id).where(decisions.c.batch_id == batch_id, _IS_UNRELEASED)
    return list(tx.execute(query.order_by(decisions.c.comment_id).limit(limit)).scalars())


def release_batch_at(tx: Connection, batch_id: int, at: datetime) -> None:
    """Set when the decisions of a batch that wait are released."""
    waiting = update(decisions).where(decisions.c.batch_id == batch_id, _IS_UNRELEASED)
    tx.execute(waiting.values(release_at=at))


def undo_of(tx: Connection, comment_ids: Collection[int], now: datetime) -> dict[str, int]:
    """Undo the decisions that wait about locked comments: the record's comment id by the undone decision's id."""
    if not comment_ids:
        return {}
    undone = update(decisions).where(decisions.c.comment_id.in_(comment_ids), _IS_UNRELEASED).values(undone_at=now)
    return {row.id: row.comment_id for row in tx.execute(undone.returning(decisions.c.id, decisions.c.comment_id))}


def release(tx: Connection, released: Sequence[Decision]) -> None:
    """Write down that waiting decisions are released, with their places in the feed."""
    query = update(decisions).where(decisions.c.id == bindparam("of_id"))
    tx.execute(
        query.values(released_at=bindparam("at"), sequence=bindparam("place")),
        [{"of_id": one.id, "at": one.released_at, "place": one.sequence} for one in released],
    )


def fates(tx: Connection, comment_ids: Collection[int], but_by: int) -> dict[int, Fate]:
    """Find the newest decision about each comment, released or not, but for those of one moderator."""
    if not comment_ids:
        return {}
    people = decisions.outerjoin(moderators, moderators.c.id == decisions.c.moderator_id)
    query = select(
        decisions.c.comment_id, decisions.c.status, decisions.c.by, moderators.c.name, decisions.c.decided_at
    ).select_from(people)
    query = query.where(decisions.c.comment_id.in_(comment_ids), decisions.c.undone_at.is_(None))
    query = query.where(or_(decisions.c.moderator_id.is_(None), decisions.c.moderator_id != but_by))
    found: dict[int, Fate] = {}
    for row in tx.execute(query.order_by(decisions.c.decided_at)):
        found[row.comment_id] = Fate(row.comment_id, Status(row.status), Actor(row.by), row.name, row.decided_at)
    return found


def texts_of(tx: Connection, ids: Collection[str]) -> dict[str, Judged]:
    """Read what decisions are about, by decision."""
    revision = and_(revisions.c.comment_id == decisions.c.comment_id, revisions.c.number == decisions.c.revision)
    query = select(decisions.c.id, decisions.c.comment_id, revisions.c.text, comments.c.language)
    query = query.join(comments, comments.c.id == decisions.c.comment_id).join(revisions, revision)
    rows = tx.execute(query.where(decisions.c.id.in_(ids)))
    return {row.id: Judged(row.comment_id, row.text, row.language) for row in rows}


def held_by_policy(tx: Connection, comment_ids: Collection[int]) -> set[int]:
    """Tell which of these comments policy held for people at the last, whatever became of them since."""
    of_policy = and_(decisions.c.comment_id.in_(comment_ids), decisions.c.by == Actor.POLICY.value)
    query = select(decisions.c.comment_id, decisions.c.status).where(of_policy).order_by(decisions.c.sequence)
    last = {row.comment_id: row.status for row in tx.execute(query)}
    return {comment_id for comment_id, status in last.items() if status == Status.HELD.value}


def erase_messages(tx: Connection, comment_id: int) -> None:
    """Forget what a comment's author was told."""
    tx.execute(update(decisions).where(decisions.c.comment_id == comment_id).values(message=None))


def _decisions() -> Select[Any]:
    return select(decisions, comments.c.external_id).join(comments, comments.c.id == decisions.c.comment_id)


def _row(decision: Decision, comment_id: int) -> dict[str, Any]:
    return {
        "id": decision.id,
        "site_id": decision.site_id,
        "comment_id": comment_id,
        "revision": decision.revision,
        "sequence": decision.sequence,
        "status": decision.status.value,
        "previous_status": decision.previous_status.value,
        "by": decision.by.value,
        "reasons": [asdict(reason) for reason in decision.reasons],
        "model_version": decision.model_version,
        "policy_version": decision.policy_version,
        "decided_at": decision.decided_at,
        "released_at": decision.released_at,
        "moderator_id": decision.moderator_id,
        "batch_id": decision.batch_id,
        "release_at": decision.release_at,
        "message": decision.message,
    }


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        id=row.id,
        site_id=row.site_id,
        comment_id=row.external_id,
        revision=row.revision,
        sequence=row.sequence,
        status=Status(row.status),
        previous_status=Status(row.previous_status),
        by=Actor(row.by),
        reasons=reasons_of(row.reasons),
        model_version=row.model_version,
        policy_version=row.policy_version,
        decided_at=row.decided_at,
        released_at=row.released_at,
        moderator_id=row.moderator_id,
        batch_id=row.batch_id,
        release_at=row.release_at,
        message=row.message,
    )


def reasons_of(stored: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """Read the reasons of a decision as they are stored."""
    return tuple(_reason(one) for one in stored)


def _reason(stored: Mapping[str, Any]) -> Reason:
    spans = tuple(Span(span["begin"], span["end"]) for span in stored["spans"])
    return Reason(**{**stored, "spans": spans})
