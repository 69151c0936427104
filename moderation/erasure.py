"""Forgetting: what a comment said, wherever the record keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.store import authors, comments, coral, decisions, fingerprints, labels, opinions, shadow_scores

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.store.comments import CommentRow


def erase_comment(tx: Connection, comment: CommentRow, now: datetime) -> None:
    """Forget what a comment said, who said it, and what others quoted of it; ids and decisions stay.

    Its text goes from all revisions, labels, appeals, reports and from the replies that carry it as their parent's, and
    so does its fingerprint. What moderators wrote about it goes too, for it may quote: to its author, to each other,
    and in notes that were made at it.
    """
    comments.erase(tx, comment.id)
    comments.erase_as_parent(tx, comment.site_id, comment.external_id)
    labels.erase_labels(tx, comment.id, now)
    erase_foreign(tx, comment.site_id, comment.external_id, now)
    labels.erase_appeals(tx, comment.id)
    labels.erase_reports(tx, comment.id)
    fingerprints.forget(tx, comment.id)
    shadow_scores.erase(tx, comment.id)
    decisions.erase_messages(tx, comment.id)
    opinions.erase_questions(tx, comment.id)
    authors.erase_notes(tx, comment.id)


def erase_foreign(tx: Connection, site_id: int, external_id: str, now: datetime) -> bool:
    """Forget what other services' clients told of a comment, whether or not it is ours; False if they did not."""
    is_known = coral.erase_comment(tx, site_id, external_id)
    return labels.erase_heard(tx, site_id, external_id, now) or is_known


def erase_author(tx: Connection, site_id: int, author_ref: str, now: datetime) -> None:
    """Forget notes about an author, and what they wrote that came to us over other services' routes.

    What they wrote as comments of ours is forgotten as each is withdrawn.
    """
    authors.erase_notes_about(tx, site_id, author_ref)
    for external_id in coral.erase_author(tx, site_id, author_ref):
        labels.erase_heard(tx, site_id, external_id, now)
    labels.erase_labels_of_author(tx, site_id, author_ref, now)
