"""Second opinions in the record: who asked, what they thought, and what a second person thought, blind to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, insert, or_, select, update

from moderation.desk_tables import second_opinions
from moderation.domain import Status
from moderation.tables import decisions

if TYPE_CHECKING:
    from datetime import datetime


def ask(
    tx: Connection,
    comment_id: int,
    revision: int,
    asked_by: int | None,
    view: Status | None,
    question: str | None,
    now: datetime,
) -> None:
    """Ask for a second opinion on a revision, keeping the first person's own view of it.

    Nobody asks where a label was doubted by the classifier; then no view is kept either: what was chosen because two
    disagree says nothing of how often people do.
    """
    tx.execute(
        insert(second_opinions).values(
            comment_id=comment_id,
            revision=revision,
            asked_by=asked_by,
            question=question,
            first_view=None if view is None else view.value,
            asked_at=now,
        )
    )


def views_of(
    tx: Connection, comment_id: int, revision: int, *, but_of: int | None, now: datetime
) -> list[tuple[int, Status]]:
    """List who asks about a revision and what they think of it themselves, where they said so; but for one person.

    What this person answers at this moment is still asked.
    """
    is_answering = and_(second_opinions.c.answered_by == but_of, second_opinions.c.answered_at == now)
    asked = (
        second_opinions.c.comment_id == comment_id,
        second_opinions.c.revision == revision,
        or_(second_opinions.c.answered_at.is_(None), is_answering),
        second_opinions.c.first_view.is_not(None),
        second_opinions.c.asked_by != but_of,
    )
    query = select(second_opinions.c.asked_by, second_opinions.c.first_view).where(*asked)
    return [(row.asked_by, Status(row.first_view)) for row in tx.execute(query.order_by(second_opinions.c.id))]


def answer(tx: Connection, comment_id: int, revision: int, moderator_id: int, view: Status, now: datetime) -> None:
    """Keep what a second person decided as the answer to whoever asked. Who asked cannot answer."""
    asked = (
        second_opinions.c.comment_id == comment_id,
        second_opinions.c.revision == revision,
        second_opinions.c.answered_at.is_(None),
        or_(second_opinions.c.asked_by.is_(None), second_opinions.c.asked_by != moderator_id),
    )
    tx.execute(
        update(second_opinions).where(*asked).values(answered_by=moderator_id, second_view=view.value, answered_at=now)
    )


def first_mind(tx: Connection, comment_id: int, revision: int) -> int | None:
    """Tell which moderator last decided about a revision, as far as nobody was asked for a second opinion on it yet."""
    was_asked = select(second_opinions.c.id).where(
        second_opinions.c.comment_id == comment_id, second_opinions.c.revision == revision
    )
    last = select(decisions.c.moderator_id).where(
        decisions.c.comment_id == comment_id,
        decisions.c.revision == revision,
        decisions.c.moderator_id.is_not(None),
        decisions.c.sequence.is_not(None),
        ~was_asked.exists(),
    )
    return tx.execute(last.order_by(decisions.c.sequence.desc()).limit(1)).scalar_one_or_none()


def erase_questions(tx: Connection, comment_id: int) -> None:
    """Forget what was asked about a comment."""
    tx.execute(update(second_opinions).where(second_opinions.c.comment_id == comment_id).values(question=None))
