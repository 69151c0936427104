"""What waits in the review queues: entering, leaving, and being decided meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, bindparam, delete, select, update

from moderation.desk import Queue
from moderation.desk_tables import review_items
from moderation.domain import Status
from moderation.store.database import insert_into
from moderation.tables import articles, comments, decisions, revisions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from moderation.urgency import Urgency

REACH = "reach"
"""The key of a comment's metadata by which its site may tell how many readers see it."""

_MOST_REACH = 2_000_000_000

_QUEUES = select(review_items.c.queue).where(review_items.c.comment_id == bindparam("of_comment"))

_RENEWED = (
    "section",
    "guidelines",
    "attribute",
    "severity",
    "uncertainty",
    "reach",
    "not_before",
    "asked_by",
    "decision_id",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A comment that enters a queue. Nobody is handed it before `not_before`; `asked_by` never is."""

    queue: Queue
    comment_id: int
    urgency: Urgency
    entered_at: datetime
    not_before: datetime | None = None
    asked_by: int | None = None


@dataclass(frozen=True, slots=True)
class Waiter:
    """A comment as far as the queues need it: its status, and the scores of its latest revision."""

    status: Status
    revision: int
    scores: Mapping[str, float] | None


def enter(tx: Connection, entries: Sequence[Entry]) -> None:
    """Let comments enter queues. Who waits there already keeps the place, and is brought up to date.

    While a decision about a comment waits to be released, it stays out of everyone's hands in whatever queue it enters.
    """
    if not entries:
        return
    places = _places(tx, [entry.comment_id for entry in entries])
    fresh = insert_into(tx)(review_items)
    renewed = {name: fresh.excluded[name] for name in _RENEWED}
    upsert = fresh.on_conflict_do_update(index_elements=["queue", "comment_id"], set_=renewed)
    tx.execute(upsert, [{**places[entry.comment_id], **_row(entry)} for entry in entries])


def leave(tx: Connection, comment_ids: Collection[int], queues: Collection[Queue] | None = None) -> None:
    """Let comments leave these queues, or all."""
    if comment_ids:
        gone = delete(review_items).where(review_items.c.comment_id.in_(comment_ids))
        if queues is not None:
            gone = gone.where(review_items.c.queue.in_([queue.value for queue in queues]))
        tx.execute(gone)


def mark_decided(tx: Connection, decision_ids: Mapping[int, str]) -> None:
    """Keep comments out of everyone's hands while a decision about them waits to be released."""
    if decision_ids:
        marked = update(review_items).where(review_items.c.comment_id == bindparam("of_comment"))
        tx.execute(
            marked.values(decision_id=bindparam("of_decision")),
            [{"of_comment": one, "of_decision": decision_id} for one, decision_id in decision_ids.items()],
        )


def mark_waiting(tx: Connection, comment_ids: Collection[int]) -> None:
    """Let comments wait again: what was decided about them was taken back."""
    if comment_ids:
        freed = update(review_items).where(review_items.c.comment_id.in_(comment_ids))
        tx.execute(freed.values(decision_id=None))


def escalate(tx: Connection, comment_id: int, now: datetime) -> bool:
    """Mark a comment for editors wherever it waits; False when it waits nowhere."""
    marked = update(review_items).where(review_items.c.comment_id == comment_id).values(escalated_at=now)
    return bool(tx.execute(marked.returning(review_items.c.id)).scalars().all())


def queues_of(tx: Connection, comment_id: int) -> set[Queue]:
    """Tell in which queues a comment waits."""
    return {Queue(name) for name in tx.execute(_QUEUES, {"of_comment": comment_id}).scalars()}


def waiter(tx: Connection, comment_id: int) -> Waiter:
    """Tell what the queues need to know of a comment."""
    latest = and_(revisions.c.comment_id == comments.c.id, revisions.c.number == comments.c.revision)
    query = select(comments.c.status, comments.c.revision, revisions.c.scores).join(revisions, latest)
    row = tx.execute(query.where(comments.c.id == comment_id)).one()
    return Waiter(Status(row.status), row.revision, row.scores)


def sort_anew(tx: Connection, urgencies: Mapping[int, Mapping[Queue, Urgency]]) -> None:
    """Give comments the urgency that their new scores tell, in whatever queues they wait.

    The guidelines that they wait for stay: those are the decision's.
    """
    waiting = select(review_items.c.id, review_items.c.comment_id, review_items.c.queue)
    rows = tx.execute(waiting.where(review_items.c.comment_id.in_(urgencies)).order_by(review_items.c.id)).all()
    if not rows:
        return
    changed = update(review_items).where(review_items.c.id == bindparam("of_item"))
    names = {"attribute": "new_attribute", "severity": "new_severity", "uncertainty": "new_uncertainty"}
    changed = changed.values({column: bindparam(name) for column, name in names.items()})
    found = [(row.id, urgencies[row.comment_id][Queue(row.queue)]) for row in rows]
    tx.execute(
        changed,
        [
            {"of_item": item, **{name: getattr(urgency, column) for column, name in names.items()}}
            for item, urgency in found
        ],
    )


def _places(tx: Connection, comment_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Tell where comments stand: site, article, section, language, reach and the decision that waits, by comment."""
    is_unreleased = and_(
        decisions.c.comment_id == comments.c.id, decisions.c.released_at.is_(None), decisions.c.undone_at.is_(None)
    )
    query = (
        select(
            comments.c.id,
            comments.c.site_id,
            comments.c.article_id,
            articles.c.section,
            comments.c.language,
            comments.c.metadata,
            decisions.c.id.label("decision_id"),
        )
        .join(articles, articles.c.id == comments.c.article_id)
        .outerjoin(decisions, is_unreleased)
        .where(comments.c.id.in_(comment_ids))
    )
    return {
        row.id: {
            "site_id": row.site_id,
            "article_id": row.article_id,
            "section": row.section,
            "language": row.language,
            "decision_id": row.decision_id,
            "reach": _reach(row._mapping["metadata"]),  # noqa: SLF001  a row's public mapping; `metadata` is a column
        }
        for row in tx.execute(query)
    }


def _reach(metadata: Mapping[str, Any]) -> int:
    given = metadata.get(REACH)
    is_count = isinstance(given, int) and not isinstance(given, bool)
    return min(max(int(given), 0), _MOST_REACH) if is_count and given is not None else 0


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "queue": entry.queue.value,
        "comment_id": entry.comment_id,
        "guidelines": in_words(entry.urgency.guidelines),
        "attribute": entry.urgency.attribute,
        "severity": entry.urgency.severity,
        "uncertainty": entry.urgency.uncertainty,
        "entered_at": entry.entered_at,
        "not_before": entry.not_before,
        "asked_by": entry.asked_by,
    }


def in_words(guidelines: Sequence[str]) -> str:
    """Write guideline ids so that each can be looked for, with a space before and after it."""
    return f" {' '.join(guidelines)} " if guidelines else ""
