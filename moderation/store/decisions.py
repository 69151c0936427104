"""Decisions in the record: appended, never edited but for their release."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, insert, select

from moderation.domain import Actor, Decision, Reason, Span, Status
from moderation.tables import comments, decisions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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
        reasons=tuple(_reason(reason) for reason in row.reasons),
        model_version=row.model_version,
        policy_version=row.policy_version,
        decided_at=row.decided_at,
        released_at=row.released_at,
    )


def _reason(stored: Mapping[str, Any]) -> Reason:
    spans = tuple(Span(span["begin"], span["end"]) for span in stored["spans"])
    return Reason(**{**stored, "spans": spans})
