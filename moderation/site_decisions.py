"""The site's own acts on its comments: deciding one itself, and withdrawing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import decisions, erasure, labels
from moderation.decisions import Draft
from moderation.domain import Actor, Decision, Reason, Status
from moderation.errors import CommentRemoved, UnknownGuideline
from moderation.intake import found
from moderation.policies import current
from moderation.store import comments as store

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.store.database import Database


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

    Raises:
        UnknownComment: the site never sent it.
    """
    with database.writing() as tx:
        comment = found(store.find(tx, site_id, external_id, lock=True), external_id)
        if comment.status is Status.REMOVED:
            return
        erasure.erase_comment(tx, comment, now)
        decisions.record(tx, [Draft(comment.id, comment.revision, Status.REMOVED, Actor.SITE)], now)
