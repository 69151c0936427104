"""Batches: many waiting comments decided as one, by a stretch of scores; worked piece by piece, and taken back so."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from moderation import decisions, labels
from moderation.decisions import Draft
from moderation.desk import Moderator
from moderation.domain import Actor, Reason, Status
from moderation.errors import NoGuideline, NothingChosen, TooLateForBatch, TooManyChosen, UnknownBatch, UnknownGuideline
from moderation.policies import current
from moderation.spreads import Measure, Reach, Share, Spread, share
from moderation.store import audit, comments, moderators, spreads
from moderation.store import batches as store
from moderation.store import decisions as decision_store
from moderation.store.batches import Batch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.guidelines import Guideline, Guidelines
    from moderation.store.batches import Chosen
    from moderation.store.database import Database
    from moderation.store.waiting_items import Wanted

MOST_COMMENTS = 10_000
"""Comments that one batch may hold."""

CHUNK = 200
"""Comments decided in one transaction: whoever else writes waits no longer than that takes."""

UNDO = timedelta(minutes=5)
"""How long a batch can be taken back after its last comment is decided."""

N_PEEKED = 10
"""Comments drawn by lot for the look before the act."""

LOOK_BACK = timedelta(days=30)
"""How far back people's decisions are counted."""

_WHILE_WORKED = timedelta(hours=1)
"""Decisions of a batch that is not finished wait so long: it can be taken back while it runs, however slowly."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What stands to be chosen from: a part of a queue of one site, by a measure, as it was at `seen_at`.

    What enters the queue later is not in it: nobody decides about what they were not told of.
    """

    wanted: Wanted
    site_id: int
    measure: Measure
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """What can be known before one decides: the spread of what waits, and what people decided of such before."""

    waiting: Spread
    approved: Spread
    rejected: Spread

    def rejected_within(self, reach: Reach) -> Share | None:
        """Tell the share that moderators rejected of what they decided within a stretch; None if they decided none."""
        n_rejected = self.rejected.within(reach)
        return share(n_rejected, n_rejected + self.approved.within(reach))


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be done with a stretch of a choice, but for the comments that were taken out by hand."""

    reach: Reach
    status: Status
    guideline: str | None = None
    without: frozenset[int] = frozenset()


def look(database: Database, who: Moderator, choice: Choice) -> Look:
    """Count what waits for someone, and what was decided of such in the last thirty days, by score."""
    with database.reading() as tx:
        waiting = spreads.of_waiting(tx, who, choice.wanted, choice.measure, choice.seen_at)
        since = choice.seen_at - LOOK_BACK
        decided = spreads.of_decided(tx, who, choice.site_id, choice.measure, since)
    return Look(waiting, decided.approved, decided.rejected)


def peek(database: Database, who: Moderator, choice: Choice, reach: Reach, lot: int) -> list[int]:
    """Draw comments of a stretch by lot, the highest scores first; the same lot draws the same ones."""
    with database.reading() as tx:
        found = spreads.waiting_within(tx, who, choice.wanted, choice.measure, reach, choice.seen_at, MOST_COMMENTS)
    drawn = random.Random(lot).sample(found, min(N_PEEKED, len(found)))  # noqa: S311  a lot to look at, no secret
    return [one.comment_id for one in sorted(drawn, key=lambda one: (-one.column, one.comment_id))]


def begin(database: Database, who: Moderator, choice: Choice, act: Act, now: datetime) -> Batch:
    """Write down what is to be decided; a worker does it. Ring for it.

    Raises:
        UnknownGuideline: the site's guidelines have no such id.
        NoGuideline: a rejection that names none.
        NothingChosen: none of it waits any more.
        TooManyChosen: more than a batch may hold.
    """
    if act.status is Status.REJECTED and act.guideline is None:
        raise NoGuideline
    with database.writing() as tx:
        if act.guideline is not None and current(tx, choice.site_id).find(act.guideline) is None:
            raise UnknownGuideline(act.guideline)
        limit = MOST_COMMENTS + len(act.without) + 1
        found = spreads.waiting_within(tx, who, choice.wanted, choice.measure, act.reach, choice.seen_at, limit)
        chosen = [one.comment_id for one in found if one.comment_id not in act.without]
        if not chosen:
            raise NothingChosen
        if len(chosen) > MOST_COMMENTS:
            raise TooManyChosen(MOST_COMMENTS)
        fresh = Batch(
            0,
            who.id,
            who.name,
            choice.site_id,
            choice.measure.name,
            act.reach,
            act.status,
            act.guideline if act.status is Status.REJECTED else None,
            tuple(chosen),
            now,
        )
        batch_id = store.add(tx, fresh)
        _log(tx, who.actor, "begun", batch_id, now, status=act.status.value, n=len(chosen), measure=choice.measure.name)
    return replace(fresh, id=batch_id)


def look_up(database: Database, who: Moderator, batch_id: int) -> Batch:
    """Look a batch up; people see those of the sites that they see.

    Raises:
        UnknownBatch: there is none, or it is not theirs to see.
    """
    with database.reading() as tx:
        batch = _known(store.find(tx, batch_id), batch_id)
    if who.site_ids is not None and batch.site_id not in who.site_ids:
        raise UnknownBatch(str(batch_id))
    return batch


def recent(database: Database, who: Moderator, limit: int = 5) -> list[Batch]:
    """List someone's own batches, newest first."""
    with database.reading() as tx:
        return store.recent(tx, who, limit)


def undo(database: Database, who: Moderator, batch_id: int, now: datetime) -> None:
    """Stop one's own batch, and have a worker take back whatever is decided of it. Ring for it.

    From here on the site hears of none of it.

    Raises:
        UnknownBatch: there is none, or it is not theirs to see.
        TooLateForBatch: the site has heard of it, it was taken back already, or it is somebody else's.
    """
    look_up(database, who, batch_id)
    with database.writing() as tx:
        batch = _known(store.find(tx, batch_id, lock=True), batch_id)
        is_over = batch.release_at is not None and batch.release_at <= now
        if is_over or batch.undone_at is not None or batch.moderator_id != who.id:
            raise TooLateForBatch(batch_id)
        comments.lock(tx, batch.comment_ids)
        store.mark_undone(tx, batch_id, now)
        decision_store.release_batch_at(tx, batch_id, now + _WHILE_WORKED)
        _log(tx, who.actor, "undone", batch_id, now)


def go_on(database: Database, now: datetime) -> bool:
    """Do the next piece of an open batch, all or nothing; False when none is open that nobody else is at."""
    with database.writing() as tx:
        batch = store.take_open(tx)
        if batch is None:
            return False
        if batch.undone_at is None:
            _decide_next(tx, batch, now)
        else:
            _take_back_next(tx, batch, now)
        return True


def _decide_next(tx: Connection, batch: Batch, now: datetime) -> None:
    ids = batch.comment_ids[batch.n_worked : batch.n_worked + CHUNK]
    if batch.n_worked + len(ids) == batch.n_all:
        comments.lock(tx, batch.comment_ids)  # whose decisions all get their time below: in the order everyone keeps
    drafts = _drafts(tx, batch, ids, now) if ids else []
    made = decisions.record(tx, drafts, now)
    guideline = None if batch.guideline is None else current(tx, batch.site_id).find(batch.guideline)
    labels.learn_from_batch(tx, made, guideline, now)
    n_made = len(made)
    n_done, n_skipped = batch.n_done + n_made, batch.n_skipped + len(ids) - n_made
    store.advance(tx, batch.id, n_done, n_skipped)
    if n_done + n_skipped == batch.n_all:
        release_at = now + UNDO
        decision_store.release_batch_at(tx, batch.id, release_at)
        store.finish(tx, batch.id, now, release_at)
        _log(tx, f"moderator:{batch.moderator_id}", "finished", batch.id, now, n_done=n_done, n_skipped=n_skipped)


def _take_back_next(tx: Connection, batch: Batch, now: datetime) -> None:
    n_undone = decisions.undo_batch(tx, batch.id, now, CHUNK)
    store.advance(tx, batch.id, max(0, batch.n_done - n_undone), batch.n_skipped)
    if n_undone < CHUNK:
        store.finish(tx, batch.id, now, None)


def _drafts(tx: Connection, batch: Batch, ids: tuple[int, ...], now: datetime) -> list[Draft]:
    """Draft what is still to be decided; of someone who may not decide any more, nothing."""
    who = moderators.find(tx, batch.moderator_id)
    guidelines = current(tx, batch.site_id)
    measure = measure_of(guidelines, batch.measure)
    if who is None or who.is_disabled or measure is None:
        return []
    named = None if batch.guideline is None else guidelines.find(batch.guideline)
    return [
        Draft(
            one.comment_id,
            one.revision,
            batch.status,
            Actor.MODERATOR,
            () if batch.guideline is None else (_reason(batch.guideline, named, one),),
            policy_version=guidelines.version,
            moderator_id=batch.moderator_id,
            batch_id=batch.id,
            release_at=now + _WHILE_WORKED,
        )
        for one in store.still_chosen(tx, who, batch, measure, ids, now)
    ]


def measure_of(guidelines: Guidelines, name: str) -> Measure | None:
    """Find a measure by an attribute's name or a guideline's id; None when a site's guidelines do not know it."""
    if name.isupper():
        is_known = any(name in guideline.attributes for guideline in guidelines.members)
        return Measure(name, (name,)) if is_known else None
    guideline = guidelines.find(name)
    return None if guideline is None else Measure(name, guideline.attributes)


def _reason(guideline_id: str, guideline: Guideline | None, one: Chosen) -> Reason:
    """Give the guideline as the reason, with the score of its gravest attribute."""
    scores: Mapping[str, float] = one.scores
    known = [] if guideline is None else [name for name in guideline.attributes if name in scores]
    attribute = max(known, key=lambda name: scores[name], default=None)
    return Reason(guideline_id, attribute, None if attribute is None else scores[attribute])


def _known(batch: Batch | None, batch_id: int) -> Batch:
    if batch is None:
        raise UnknownBatch(str(batch_id))
    return batch


def _log(tx: Connection, actor: str, what: str, batch_id: int, now: datetime, **details: object) -> None:
    audit.log(tx, actor, f"batch.{what}", f"batch {batch_id}", now, details)
