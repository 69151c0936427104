"""Reading the blind sample: how much there was to draw from, and what was drawn and answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from moderation.domain import Status
from moderation.learning_tables import sample_frames, samples
from moderation.store import sight
from moderation.tables import articles, comments, decisions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from moderation.desk import Moderator


@dataclass(frozen=True, slots=True)
class Frame:
    """How many verdicts of policy's there were on a day to draw from, all with the same probability."""

    day: datetime
    status: Status
    stratum: str
    probability: float
    n: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A verdict that was drawn, what it was about, and what a person said; `answer` is None while nobody has.

    `guidelines` are those that policy rejected by, `named` those that the person did.
    """

    drawn_at: datetime
    status: Status
    stratum: str
    probability: float
    language: str | None
    section: str | None
    guidelines: tuple[str, ...]
    answer: Status | None
    named: tuple[str, ...]
    is_blind: bool
    is_ended: bool


def frames(tx: Connection, who: Moderator, site_id: int | None, since: datetime) -> list[Frame]:
    """Count what there was to draw from since the begin of a day, on the sites that someone sees, or on one."""
    parts = (sample_frames.c.day, sample_frames.c.status, sample_frames.c.stratum, sample_frames.c.probability)
    query = select(*parts, func.sum(sample_frames.c.n).label("n")).where(sample_frames.c.day >= since)
    query = query.where(*sight.of_sites(who, sample_frames.c.site_id, site_id)).group_by(*parts)
    rows = tx.execute(query.order_by(*parts))
    return [Frame(row.day, Status(row.status), row.stratum, row.probability, int(row.n)) for row in rows]


def drawn(tx: Connection, who: Moderator, site_id: int | None, since: datetime) -> list[Drawn]:
    """List what was drawn since a time, on the sites that someone sees, or on one; the oldest first."""
    answers = decisions.alias("answers")
    query = (
        select(
            samples,
            comments.c.language,
            articles.c.section,
            decisions.c.reasons,
            answers.c.reasons.label("answer_reasons"),
        )
        .join(comments, comments.c.id == samples.c.comment_id)
        .join(articles, articles.c.id == comments.c.article_id)
        .join(decisions, decisions.c.id == samples.c.decision_id)
        .outerjoin(answers, answers.c.id == samples.c.answer_id)
        .where(samples.c.drawn_at >= since, *sight.of_sites(who, samples.c.site_id, site_id))
    )
    return [_drawn(row) for row in tx.execute(query.order_by(samples.c.id))]


def _drawn(row: Any) -> Drawn:
    return Drawn(
        row.drawn_at,
        Status(row.status),
        row.stratum,
        row.probability,
        row.language,
        row.section,
        _guidelines(row.reasons),
        None if row.answer is None else Status(row.answer),
        () if row.answer is None else _guidelines(row.answer_reasons),
        bool(row.is_blind),
        row.ended_at is not None,
    )


def _guidelines(reasons: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason["guideline"] for reason in reasons))
