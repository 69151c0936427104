"""Doubted labels: what a retraining found to contradict all else that people said goes to a second person, blind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import queues
from moderation.domain import Status
from moderation.store import audit, comments, opinions
from moderation.store import decisions as decision_store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from moderation.store.database import Database

MOST = 10
"""Comments sent back by one run: people have held comments to decide, too, and the doubts come with the worst first."""


def send_back(database: Database, comment_ids: Iterable[int], now: datetime) -> int:
    """Have somebody else look at comments whose labels are doubted; return how many go to the second-opinion queue.

    Whoever decided first is not asked. What was withdrawn meanwhile, is about to be decided again, was not decided by a
    moderator, or was in front of a second person before, is left alone: nobody is asked twice.

    Args:
        database: The record.
        comment_ids: The most doubted first; one may be there for several of its labels.
        now: When they are sent.
    """
    n_sent = 0
    for comment_id in dict.fromkeys(comment_ids):
        if n_sent == MOST:
            break
        with database.writing() as tx:
            found = comments.find_by_id(tx, comment_id, lock=True)
            if found is None or found.comment.status not in {Status.APPROVED, Status.REJECTED}:
                continue
            revision = found.comment.revision
            first = opinions.first_mind(tx, comment_id, revision)
            if first is None or decision_store.unreleased_of(tx, [comment_id]):
                continue
            opinions.ask(tx, comment_id, revision, None, None, None, now)
            queues.asked_about(tx, comment_id, first, now)
            audit.log(tx, "retraining", "label.doubted", f"comment {comment_id}", now)
        n_sent += 1
    return n_sent
