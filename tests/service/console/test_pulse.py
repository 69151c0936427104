"""The pulse: one look at the queues a second, however many watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from moderation.desk import Queue
from service.console import pulse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database


@pytest.fixture
def looks(database: Database) -> Iterator[list[str]]:
    """The looks at all that waits, as they are taken."""
    taken: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "oldest_at" in statement:
            taken.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield taken
    event.remove(database.engine, "before_cursor_execute", note)


def test_many_who_watch_cost_one_look(app: Flask, looks: list[str], at_once: Callable[..., list[Any]]) -> None:
    def watch() -> Any:
        with app.app_context():
            return pulse.board()

    with app.app_context():
        pulse.board()
    boards = at_once(*[watch] * 8)
    assert len(looks) == 1
    assert all(one is boards[0] for one in boards)


def test_a_look_that_is_too_old_is_taken_anew(
    app: Flask,
    looks: list[str],
    hold: Callable[..., CommentRow],
    add_moderator: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    who = add_moderator()
    with app.app_context():
        before = pulse.board()
        hold()
        assert pulse.board() is before
        monkeypatch.setattr(pulse, "LOOKS_EVERY_SECONDS", -1.0)
        after = pulse.board()
    assert len(looks) == 2
    assert before.seen_by(who)[Queue.HELD].n == 0
    assert after.seen_by(who)[Queue.HELD].n == 1
