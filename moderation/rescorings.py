"""Rescoring: comments scored anew with the champion, so that queues and searches go by it; decisions stand as made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import urgency
from moderation.desk import Queue
from moderation.domain import Status
from moderation.errors import UnknownRescoring
from moderation.store import audit, comments, review_items, samples
from moderation.store import rescorings as store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.domain import Judgement
    from moderation.store.database import Database
    from moderation.store.rescorings import Piece, Rescoring, Scored
    from moderation.urgency import Urgency


def ask(database: Database, site_id: int | None, since: datetime, asked_by: str, now: datetime) -> Rescoring:
    """Ask for all comments accepted since then to be scored anew, of a site or of all; workers do it. Ring for it.

    One of the same comments that is not finished goes on instead.
    """
    with database.writing() as tx:
        found = store.find_open(tx, site_id, since)
        if found is None:
            rescoring_id = store.add(tx, site_id, since, asked_by, now)
            found = store.find(tx, rescoring_id)
            assert found is not None  # noqa: S101  it was just added
            details = {"site_id": site_id, "since": since.isoformat(), "n": found.n_all}
            audit.log(tx, asked_by, "rescoring.asked", f"rescoring {rescoring_id}", now, details)
        return found


def look_up(database: Database, rescoring_id: int) -> Rescoring:
    """Look a rescoring up.

    Raises:
        UnknownRescoring: there is none.
    """
    with database.reading() as tx:
        found = store.find(tx, rescoring_id)
    if found is None:
        raise UnknownRescoring(str(rescoring_id))
    return found


def finish(
    database: Database, piece: Piece, token: str, judged: Sequence[tuple[Scored, Judgement]], now: datetime
) -> int:
    """Keep what the champion says now of a piece's comments, and sort anew what of them waits; return of how many.

    What was edited, erased or withdrawn meanwhile is left as it is; so is all of it where somebody else has the piece.
    """
    with database.writing() as tx:
        if not store.finish_piece(tx, piece, token, now):
            return 0
        standing = comments.lock(tx, [one.id for one, _ in judged])
        kept = [
            (one, judgement)
            for one, judgement in judged
            if standing[one.id].revision == one.revision
            and standing[one.id].status not in {Status.PENDING, Status.REMOVED}
        ]
        _keep(tx, kept)
    return len(kept)


def _keep(tx: Connection, kept: Sequence[tuple[Scored, Judgement]]) -> None:
    rows = [
        {
            "comment_id": one.id,
            "revision": one.revision,
            "scores": dict(judgement.scores),
            "model_version": judgement.model_version,
        }
        for one, judgement in kept
    ]
    comments.keep_scores(tx, rows)
    drawn = samples.open_of(tx, [one.id for one, _ in kept])
    review_items.sort_anew(tx, {one.id: _urgencies(judgement, is_drawn=one.id in drawn) for one, judgement in kept})


def _urgencies(judgement: Judgement, *, is_drawn: bool) -> dict[Queue, Urgency]:
    """Tell how urgently a comment waits by its new scores, in each queue as if it entered there now.

    Where people judge without being told, its place is not to tell either.
    """
    by_scores = urgency.of_scores(judgement.scores)
    held = urgency.of_reasons(judgement.reasons) if judgement.reasons else by_scores
    untold = {Queue.SAMPLED: urgency.UNTOLD} | ({Queue.SECOND_OPINION: urgency.UNTOLD} if is_drawn else {})
    return {**dict.fromkeys(Queue, by_scores), Queue.HELD: held, **untold}
