"""Second opinions in the record: which two views met, on what, and whose they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from moderation.desk_tables import second_opinions
from moderation.domain import Actor, Status
from moderation.store import sight
from moderation.tables import comments, decisions

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.desk import Moderator

MOST_PAIRS = 5_000
"""Pairs that are read at most, the newest."""

_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people's views of one revision. `guidelines` are those for which policy had held it."""

    comment_id: int
    revision: int
    first: str
    second: str
    answered_by: int
    guidelines: tuple[str, ...] = ()


def pairs(tx: Connection, who: Moderator, site_id: int | None, since: datetime) -> list[Pair]:
    """List the second opinions given since a time where the first person had a view too, newest first."""
    query = (
        select(
            second_opinions.c.comment_id,
            second_opinions.c.revision,
            second_opinions.c.first_view,
            second_opinions.c.second_view,
            second_opinions.c.answered_by,
        )
        .join(comments, comments.c.id == second_opinions.c.comment_id)
        .where(second_opinions.c.answered_at >= since)
        .where(second_opinions.c.first_view.is_not(None), second_opinions.c.second_view.is_not(None))
    )
    query = sight.limited(who, query, comments, site_id, has_comments=True)
    rows = tx.execute(query.order_by(second_opinions.c.answered_at.desc()).limit(MOST_PAIRS)).all()
    named = _guidelines(tx, [row.comment_id for row in rows])
    return [
        Pair(
            row.comment_id,
            row.revision,
            row.first_view,
            row.second_view,
            row.answered_by,
            named.get((row.comment_id, row.revision), ()),
        )
        for row in rows
    ]


def _guidelines(tx: Connection, comment_ids: list[int]) -> dict[tuple[int, int], tuple[str, ...]]:
    """Tell for which guidelines policy held revisions of comments."""
    columns = (decisions.c.comment_id, decisions.c.revision, decisions.c.reasons)
    held = select(*columns).where(decisions.c.by == Actor.POLICY.value, decisions.c.status == Status.HELD.value)
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    for begin in range(0, len(comment_ids), _TOGETHER):
        some = comment_ids[begin : begin + _TOGETHER]
        for row in tx.execute(held.where(decisions.c.comment_id.in_(some))):
            named = dict.fromkeys(reason["guideline"] for reason in row.reasons)
            found[row.comment_id, row.revision] = tuple(named)
    return found
