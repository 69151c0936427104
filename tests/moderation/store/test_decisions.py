"""Decisions in the record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from moderation import decisions as use_case
from moderation.decisions import Draft
from moderation.domain import Actor, Reason, Span, Status
from moderation.store import decisions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

REASONS = (
    Reason("no-spam", "SPAM", 0.99, 0.97, None, (Span(0, 6), Span(9, 12))),
    Reason("respectful", "INSULT", None, None, "no words"),
)


def test_a_decision_comes_back_as_it_was_appended(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    comment = accept()
    draft = Draft(comment.id, 1, Status.REJECTED, Actor.POLICY, REASONS, "words-1", "g-1")
    with database.writing() as tx:
        (made,) = use_case.record(tx, [draft], now)
    with database.reading() as tx:
        assert decisions.by_ids(tx, [made.id, "dec_404"]) == {made.id: made}
        assert decisions.of_comment(tx, comment.id) == [made]
        assert decisions.latest_of(tx, comment.id, 1) == made
        assert decisions.after(tx, site.id, 0, 10) == [made]
    assert made.reasons == REASONS


def test_the_latest_is_that_of_the_revision_asked_for(
    database: Database, accept: Callable[..., CommentRow], decide: Callable[..., Decision], now: datetime
) -> None:
    comment = accept(text="one")
    decide(comment, Status.HELD)
    first = decide(comment, Status.REJECTED, at=now - timedelta(hours=1))
    accept(text="two")
    with database.reading() as tx:
        assert decisions.latest_of(tx, comment.id, 1) == first
        assert decisions.latest_of(tx, comment.id, 2) is None


def test_appending_nothing_is_no_error(database: Database) -> None:
    with database.writing() as tx:
        decisions.append(tx, [], {})
