"""The site's own acts on its comments: deciding one itself, and withdrawing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import decisions, erasure, labels
from moderation.decisions import Draft
from moderation.domain import Actor, Decision, Reason, Status
from moderation.errors import CommentRemoved, UnknownGuideline
from moderation.intake import found
from moderation.policies import current
from moderation.store import authors
from moderation.store import comments as store
from moderation.store import labels as label_store

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database

_AT_ONCE = 50
"""Comments withdrawn in one transaction: nobody else waits for long."""


def decide(
    database: Database, site_id: int, external_id: str, status: Status, guideline_id: str | None, now: datetime
) -> Decision:
    """Decide as the site: the status changes at once, and the decision is a label.

    Raises:
        UnknownComment: the site never sent it.
        CommentRemoved: it was withdrawn.
        UnknownGuideline: the site's guidelines have no such id.
    """
    with database.writing() as tx:
        comment = found(store.find(tx, site_id, external_id, lock=True), external_id)
        if comment.status is Status.REMOVED:
            raise CommentRemoved(external_id)
        guidelines = current(tx, site_id)
        guideline = guidelines.find(guideline_id) if guideline_id else None
        if guideline_id and guideline is None:
            raise UnknownGuideline(guideline_id)
        reasons = (Reason(guideline.id),) if guideline else ()
        draft = Draft(comment.id, comment.revision, status, Actor.SITE, reasons, policy_version=guidelines.version)
        (decision,) = decisions.record(tx, [draft], now)
        labels.learn(tx, comment, decision, guideline, now)
    return decision


def withdraw(database: Database, site_id: int, external_id: str, now: datetime) -> None:
    """Withdraw a comment: it is REMOVED, its text is gone, what was decided stays. Again does nothing.

    Of a comment that only came over another service's routes, what they told is forgotten.

    Raises:
        UnknownComment: nothing of it ever came here.
    """
    with database.writing() as tx:
        store.lock_with_replies(tx, site_id, [external_id])
        comment = store.find(tx, site_id, external_id)
        if comment is None and erasure.erase_foreign(tx, site_id, external_id, now):
            return
        _remove(tx, found(comment, external_id), now)


def forget_author(database: Database, site_id: int, author_ref: str, now: datetime) -> None:
    """Withdraw all comments of an author, and forget what they reported and what other services' clients told."""
    with database.reading() as tx:
        reported = label_store.reports_with_words(tx, site_id, author_ref)
    for report_id in reported:  # each by itself: others may be erasing these comments, in an order of their own
        with database.writing() as tx:
            label_store.erase_report(tx, report_id)
    while True:
        with database.writing() as tx:
            names = authors.some_left(tx, site_id, author_ref, _AT_ONCE)
            if not names:
                erasure.erase_author(tx, site_id, author_ref, now)
                return
            store.lock_with_replies(tx, site_id, names)
            for name in names:
                _remove(tx, found(store.find(tx, site_id, name), name), now)


def _remove(tx: Connection, comment: CommentRow, now: datetime) -> None:
    if comment.status is Status.REMOVED:
        return
    erasure.erase_comment(tx, comment, now)
    decisions.record(tx, [Draft(comment.id, comment.revision, Status.REMOVED, Actor.SITE)], now)
