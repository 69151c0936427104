"""The blind sample in the record: what was drawn, out of how much, and what people said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, bindparam, select, update

from moderation.domain import Status
from moderation.learning_tables import sample_frames, samples
from moderation.store.database import insert_into

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

_IS_OPEN = and_(samples.c.answered_at.is_(None), samples.c.ended_at.is_(None))


@dataclass(frozen=True, slots=True)
class Open:
    """A drawn verdict of policy's that nobody has answered yet. A person's decision `answer_id` may be waiting."""

    id: int
    comment_id: int
    revision: int
    probability: float
    answer_id: str | None


def add(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Add drawn verdicts, each with the columns of `learning_tables.samples`; return the comments of those new here."""
    if not rows:
        return set()
    fresh = insert_into(tx)(samples).values(list(rows)).on_conflict_do_nothing()
    return set(tx.execute(fresh.returning(samples.c.comment_id)).scalars())


def count(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add to how much there was to draw from; each row holds the columns of `learning_tables.sample_frames`."""
    fresh = insert_into(tx)(sample_frames)
    upsert = fresh.on_conflict_do_update(
        index_elements=[column.name for column in sample_frames.primary_key],
        set_={"n": sample_frames.c.n + fresh.excluded.n},
    )
    tx.execute(upsert, list(rows))


def open_of(tx: Connection, comment_ids: Collection[int]) -> dict[int, Open]:
    """Find the drawn verdicts about comments that nobody has answered. A comment has one at most."""
    if not comment_ids:
        return {}
    columns = (samples.c.id, samples.c.comment_id, samples.c.revision, samples.c.probability, samples.c.answer_id)
    rows = tx.execute(select(*columns).where(samples.c.comment_id.in_(comment_ids), _IS_OPEN))
    return {row.comment_id: Open(**row._mapping) for row in rows}  # noqa: SLF001  a row's public mapping


def expect(tx: Connection, sample_id: int, decision_id: str) -> None:
    """Note which decision, made by someone who was told nothing, is to be the answer once it is released.

    Where nothing can be undone it is the answer already.
    """
    is_blind = samples.c.answered_at.is_not(None)
    tx.execute(update(samples).where(samples.c.id == sample_id).values(answer_id=decision_id, is_blind=is_blind))


def answer(tx: Connection, answers: Sequence[tuple[Open, str, Status]], now: datetime) -> None:
    """Keep decisions, by their ids, as answers. Only one that was expected is blind."""
    if answers:
        answered = update(samples).where(samples.c.id == bindparam("of_sample"))
        tx.execute(
            answered.values(
                answer_id=bindparam("by_decision"),
                answer=bindparam("said"),
                is_blind=bindparam("blindly"),
                answered_at=now,
            ),
            [
                {
                    "of_sample": one.id,
                    "by_decision": decision_id,
                    "said": status.value,
                    "blindly": decision_id == one.answer_id,
                }
                for one, decision_id, status in answers
            ],
        )


def end(tx: Connection, comment_ids: Collection[int], now: datetime) -> None:
    """Let nobody answer about comments any more: what was drawn of them is gone."""
    if comment_ids:
        tx.execute(update(samples).where(samples.c.comment_id.in_(comment_ids), _IS_OPEN).values(ended_at=now))
