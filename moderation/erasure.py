"""Forgetting: what a comment said, wherever the record keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.store import comments, labels

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def erase_comment(tx: Connection, comment_id: int, now: datetime) -> None:
    """Forget a comment's text in all revisions, its labels, its author's name and appeals; ids and decisions stay."""
    comments.erase(tx, comment_id)
    labels.erase_labels(tx, comment_id, now)
    labels.erase_appeals(tx, comment_id)
