"""Settling with a site that says otherwise than we: telling it again, or taking its word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import endpoints, site_decisions
from moderation.domain import Status
from moderation.errors import Stale, UnknownComment
from moderation.store import audit, comments, outbox
from moderation.store import site_statuses as store

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.database import Database
    from moderation.store.site_statuses import Disagreement


def tell_again(database: Database, who: Moderator, comment_id: int, now: datetime) -> int:
    """Send our newest decision again to every endpoint that was ever told it; return to how many.

    Raises:
        UnknownComment: there is none of this id that they may see.
        Stale: nobody disagrees about it any more.
    """
    found = _found(database, who, comment_id, now)
    with database.reading() as tx:
        told = outbox.of_decision(tx, found.decision_id)
    for delivery in told:
        endpoints.replay(database, found.site_id, delivery.id, now, by=who.actor)
    return len(told)


def take_word(database: Database, who: Moderator, comment_id: int, status: Status, now: datetime) -> None:
    """Let a comment stand as its site says: a decision by the site, that a moderator asked for.

    Raises:
        UnknownComment: there is none of this id that they may see.
        Stale: nobody disagrees about it any more, or the site says something else by now.
        CommentRemoved: it was withdrawn, and cannot come back.
    """
    found = _found(database, who, comment_id, now)
    if found.says is not status:
        raise Stale(found.external_id, 0, found.says.value)
    if status is Status.REMOVED:
        site_decisions.withdraw(database, found.site_id, found.external_id, now)
    else:
        site_decisions.decide(database, found.site_id, found.external_id, status, None, now)
    with database.writing() as tx:
        store.compare(tx, [comment_id])
        audit.log(tx, who.actor, "site.believed", f"comment {comment_id}", now, {"status": status.value})


def _found(database: Database, who: Moderator, comment_id: int, now: datetime) -> Disagreement:
    with database.reading() as tx:
        placed = comments.find_by_id(tx, comment_id)
        if placed is None or not who.sees(placed.comment.site_id, placed.section):
            raise UnknownComment(str(comment_id))
        found = store.find(tx, who, comment_id, now)
    if found is None:
        raise Stale(placed.comment.external_id, placed.comment.revision, placed.comment.status.value)
    return found
