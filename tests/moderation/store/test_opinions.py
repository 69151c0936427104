"""Second opinions, as they are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation.desk_tables import second_opinions
from moderation.domain import Status
from moderation.store import opinions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database


def kept(database: Database) -> list[Any]:
    with database.reading() as tx:
        return list(tx.execute(select(second_opinions).order_by(second_opinions.c.id)))


@pytest.mark.parametrize("view", [None, Status.REJECTED])
def test_what_the_first_person_asked_and_thought_is_kept(
    database: Database, accept: Callable[..., CommentRow], mara: Moderator, now: datetime, view: Status | None
) -> None:
    comment = accept()
    with database.writing() as tx:
        opinions.ask(tx, comment.id, 1, mara.id, view, "Irony?", now)
    (found,) = kept(database)
    assert (found.comment_id, found.revision, found.asked_by, found.asked_at) == (comment.id, 1, mara.id, now)
    assert (found.question, found.first_view) == ("Irony?", view)
    assert (found.answered_by, found.second_view, found.answered_at) == (None, None, None)


def test_a_second_person_answers_what_others_asked_about_that_revision_once(
    database: Database, accept: Callable[..., CommentRow], mara: Moderator, jonas: Moderator, now: datetime
) -> None:
    comment, other = accept("c-1"), accept("c-2")
    later = now + timedelta(hours=1)
    with database.writing() as tx:
        opinions.ask(tx, comment.id, 1, mara.id, None, None, now)
        opinions.ask(tx, comment.id, 1, jonas.id, None, None, now)
        opinions.ask(tx, comment.id, 2, mara.id, None, None, now)
        opinions.ask(tx, other.id, 1, mara.id, None, None, now)
        opinions.answer(tx, comment.id, 1, jonas.id, Status.REJECTED, later)
        opinions.answer(tx, comment.id, 1, jonas.id, Status.APPROVED, later + timedelta(hours=1))
    views = [(one.second_view, one.answered_by, one.answered_at) for one in kept(database)]
    assert views == [("REJECTED", jonas.id, later), (None, None, None), (None, None, None), (None, None, None)]


def test_a_question_can_be_forgotten(
    database: Database, accept: Callable[..., CommentRow], mara: Moderator, now: datetime
) -> None:
    comment, other = accept("c-1"), accept("c-2")
    with database.writing() as tx:
        for one in (comment, other):
            opinions.ask(tx, one.id, 1, mara.id, None, "Irony?", now)
        opinions.erase_questions(tx, comment.id)
    assert [one.question for one in kept(database)] == [None, "Irony?"]
