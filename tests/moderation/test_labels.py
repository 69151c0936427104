"""Labels: what a person's decision teaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import guidelines, labels
from moderation.domain import Status
from moderation.store import labels as store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database


def test_a_person_s_newest_decision_is_what_stands(
    database: Database, accept: Callable[..., CommentRow], decide: Callable[..., Decision], now: datetime
) -> None:
    comment, guideline = accept(), guidelines.default().find("no-hate")
    for status, learned in (
        (Status.REJECTED, {"LIKELY_TO_REJECT": 1.0, "IDENTITY_ATTACK": 1.0}),
        (Status.APPROVED, {"LIKELY_TO_REJECT": 0.0}),
        (Status.HELD, {}),
    ):
        decision = decide(comment, status)
        with database.writing() as tx:
            labels.learn(tx, comment, decision, guideline, now)
            assert store.labels_of(tx, comment.id) == learned
