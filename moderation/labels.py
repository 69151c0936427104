"""Labels: people's judgements of comments, kept as training truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.domain import Decision, Status
from moderation.store import labels as store

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.guidelines import Guideline
    from moderation.store.comments import CommentRow

LIKELY_TO_REJECT = "LIKELY_TO_REJECT"
"""The attribute for what this newsroom rejects, whatever the guideline."""

_VALUES = {Status.APPROVED: 0.0, Status.REJECTED: 1.0}


def learn(tx: Connection, comment: CommentRow, decision: Decision, guideline: Guideline | None, now: datetime) -> None:
    """Keep what a person's decision says about a comment's text; earlier labels of the comment are withdrawn.

    A rejection under a guideline also labels the guideline's attributes. A hold teaches nothing.
    """
    store.withdraw_labels(tx, comment.id, now)
    value = _VALUES.get(decision.status)
    if value is None:
        return
    attributes = (LIKELY_TO_REJECT, *(guideline.attributes if guideline and value else ()))
    store.add_labels(
        tx,
        [
            {
                "site_id": comment.site_id,
                "comment_id": comment.id,
                "decision_id": decision.id,
                "text": comment.text,
                "language": comment.language,
                "attribute": attribute,
                "value": value,
                "source": decision.by.value,
                "created_at": now,
            }
            for attribute in attributes
        ],
    )


def unlearn(tx: Connection, decision_ids: Collection[str]) -> None:
    """Take back what undone decisions taught: their labels are withdrawn, and those that they replaced stand again."""
    store.restore_labels(tx, decision_ids)
