"""Labels: people's judgements of comments, kept as training truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.domain import Decision, Span, Status
from moderation.store import labels as store

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
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
    learn_from_desk(tx, comment, decision, [guideline] if guideline else [], [], None, now)


def learn_from_desk(
    tx: Connection,
    comment: CommentRow,
    decision: Decision,
    named: Sequence[Guideline],
    unticked: Sequence[Guideline],
    spans: Sequence[Span] | None,
    now: datetime,
) -> None:
    """Keep what a moderator's decision says, with the words to blame where they were corrected.

    A guideline that the scores suggested and the moderator did not tick says that its attributes are not there.
    """
    store.withdraw_labels(tx, comment.id, now)
    value = _VALUES.get(decision.status)
    if value is None:
        return
    said = {LIKELY_TO_REJECT: value}
    said |= {attribute: 0.0 for guideline in unticked for attribute in guideline.attributes}
    if value:
        said |= {attribute: value for guideline in named for attribute in guideline.attributes}
    blamed = None if spans is None else [{"begin": span.begin, "end": span.end} for span in spans]
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
                "value": said_value,
                "source": decision.by.value,
                "moderator_id": decision.moderator_id,
                "spans": blamed,
                "created_at": now,
            }
            for attribute, said_value in said.items()
        ],
    )


def unlearn(tx: Connection, decision_ids: Collection[str]) -> None:
    """Take back what undone decisions taught: their labels are withdrawn, and those that they replaced stand again."""
    store.restore_labels(tx, decision_ids)
