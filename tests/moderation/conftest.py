"""What the desk's tests share: people, and comments that wait for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from moderation import decisions
from moderation.decisions import Draft
from moderation.desk import Moderator, Role
from moderation.domain import Actor, Decision, Reason, Status
from moderation.store import comments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database


@pytest.fixture
def mara(add_moderator: Callable[..., Moderator]) -> Moderator:
    """A moderator who sees everything."""
    return add_moderator()


@pytest.fixture
def jonas(add_moderator: Callable[..., Moderator]) -> Moderator:
    """Another moderator who sees everything."""
    return add_moderator("jonas@news.example", "Jonas Weber")


@pytest.fixture
def edda(add_moderator: Callable[..., Moderator]) -> Moderator:
    """An editor."""
    return add_moderator("edda@news.example", "Edda Holm", Role.EDITOR)


@pytest.fixture
def read(database: Database) -> Callable[[int], CommentRow]:
    """Read a comment by the record's id, as it is now."""

    def find(comment_id: int) -> CommentRow:
        with database.reading() as tx:
            found = comments.find_by_id(tx, comment_id)
        assert found is not None
        return found.comment

    return find


@pytest.fixture
def scored(
    database: Database, accept: Callable[..., CommentRow], read: Callable[[int], CommentRow], now: datetime
) -> Callable[..., CommentRow]:
    """Take a comment in, and have policy decide about it for its score of INSULT, or for these scores."""

    def take_in(
        id: str = "c-1",  # noqa: A002  the field's name
        insult: float = 0.7,
        *,
        status: Status = Status.HELD,
        at: datetime = now,
        scores: Mapping[str, float] | None = None,
        **changes: Any,
    ) -> CommentRow:
        comment = accept(id, **changes)
        reasons = (Reason("respectful", "INSULT", insult, 0.4),) if status is not Status.APPROVED else ()
        with database.writing() as tx:
            row = {"comment_id": comment.id, "revision": comment.revision, "model_version": "words-1"}
            comments.keep_scores(tx, [{**row, "scores": scores or {"TOXICITY": 0.1, "INSULT": insult}}])
            decisions.record(tx, [Draft(comment.id, comment.revision, status, Actor.POLICY, reasons)], at)
        return read(comment.id)

    return take_in


@pytest.fixture
def decide_later(database: Database, mara: Moderator, now: datetime) -> Callable[..., Decision]:
    """Decide as Mara, or as someone else, so that it waits ten seconds before it is released."""

    def record(
        comment: CommentRow,
        status: Status = Status.APPROVED,
        who: Moderator = mara,
        at: datetime = now,
        seconds: float = 10,
        **more: Any,
    ) -> Decision:
        release_at = at + timedelta(seconds=seconds)
        draft = Draft(
            comment.id, comment.revision, status, Actor.MODERATOR, moderator_id=who.id, release_at=release_at, **more
        )
        with database.writing() as tx:
            (made,) = decisions.record(tx, [draft], at)
        return made

    return record


@pytest.fixture
def release(database: Database) -> Callable[[datetime], list[Decision]]:
    """Release what is due at a time."""

    def let_go(at: datetime) -> list[Decision]:
        with database.writing() as tx:
            return decisions.release_due(tx, at)

    return let_go


@pytest.fixture
def crossing(database: Database, eventually: Callable[..., None]) -> Callable[..., None]:
    """Hold something, let somebody else begin an act that has to wait for it, and then want more: both come through.

    Had the other one what is wanted, PostgreSQL would fail one of them.
    """
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")

    def waits() -> bool:
        with database.reading() as tx:
            return bool(tx.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())

    def cross(hold: Callable[[Any], object], act: Callable[[], object], want: Callable[[Any], object]) -> None:
        with ThreadPoolExecutor(1) as other, database.writing() as tx:
            hold(tx)
            acted = other.submit(act)
            eventually(lambda: waits() or acted.done())
            want(tx)
            tx.commit()
            acted.result(10)

    return cross
