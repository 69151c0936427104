"""The review queues: what enters and leaves them as comments are decided, reported, appealed and asked about."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from moderation import urgency
from moderation.desk import Queue
from moderation.domain import Actor, Status
from moderation.store import opinions, samples
from moderation.store import review_items as store
from moderation.store.review_items import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.domain import Decision

KEPT_ON_HOLD = timedelta(minutes=30)
"""How long a comment that someone keeps on hold is handed to nobody."""


def released(tx: Connection, decided: Sequence[Decision], comment_ids: Mapping[str, int], now: datetime) -> None:
    """Follow released decisions: what is held waits for people, what people decided waits no more.

    Policy's approval or rejection ends only what policy began: a reported or appealed comment still waits.
    """
    by_people = [one for one in decided if one.by is not Actor.POLICY]
    store.leave(tx, [comment_ids[one.id] for one in by_people if one.status is not Status.HELD])
    store.leave(tx, [comment_ids[one.id] for one in by_people if one.status is Status.HELD], set(Queue) - {Queue.HELD})
    rescored = [one for one in decided if one.by is Actor.POLICY and one.status is not Status.HELD and one.revision > 1]
    store.leave(tx, [comment_ids[one.id] for one in rescored], {Queue.HELD})
    store.enter(tx, [_held(one, comment_ids[one.id], now) for one in decided if one.status is Status.HELD])
    _answer_samples(tx, by_people, comment_ids, now)
    for one in by_people:
        if one.moderator_id is not None and one.status in {Status.APPROVED, Status.REJECTED}:
            opinions.answer(tx, comment_ids[one.id], one.revision, one.moderator_id, one.status, now)


def decided(tx: Connection, decision_ids: Mapping[int, str]) -> None:
    """Take comments out of everyone's hands, by comment the decision that waits to be released."""
    store.mark_decided(tx, decision_ids)


def undone(tx: Connection, decisions: Mapping[str, int]) -> None:
    """Let comments wait again whose decisions were undone."""
    store.mark_waiting(tx, set(decisions.values()))


def reopened(tx: Connection, comment_id: int, now: datetime) -> None:
    """Follow a new revision: it waits to be scored, not for people. What was drawn by lot is gone with the old text."""
    store.leave(tx, [comment_id], {Queue.HELD, Queue.SAMPLED})
    samples.end(tx, [comment_id], now)


def reported(tx: Connection, comment_id: int, now: datetime) -> None:
    """Let a comment that a reader reported wait for people, unless it is off the site already."""
    _enter(tx, Queue.REPORTED, comment_id, now)


def appealed(tx: Connection, comment_id: int, now: datetime) -> None:
    """Let a comment whose author appealed wait for people."""
    _enter(tx, Queue.APPEALED, comment_id, now)


def asked_about(tx: Connection, comment_id: int, asked_by: int, now: datetime) -> None:
    """Let a comment wait for a second person's opinion, out of the queues where the first would meet it again.

    Of what was drawn by lot, the second person is told as little as the first.
    """
    is_blind = comment_id in samples.open_of(tx, [comment_id])
    urgent = urgency.UNTOLD if is_blind else urgency.of_scores(store.waiter(tx, comment_id).scores)
    entry = Entry(Queue.SECOND_OPINION, comment_id, urgent, now, asked_by=asked_by)
    store.leave(tx, [comment_id], set(Queue) - {Queue.SECOND_OPINION})
    store.enter(tx, [entry])


def _answer_samples(
    tx: Connection, by_people: Sequence[Decision], comment_ids: Mapping[str, int], now: datetime
) -> None:
    """Keep what people decided about drawn comments as the sample's answers; of what is withdrawn, there is none."""
    drawn = samples.open_of(tx, [comment_ids[one.id] for one in by_people])
    answers = [
        (drawn[comment_ids[one.id]], one.id, one.status)
        for one in by_people
        if comment_ids[one.id] in drawn and one.status in {Status.APPROVED, Status.REJECTED}
    ]
    samples.answer(tx, answers, now)
    samples.end(tx, [comment_ids[one.id] for one in by_people if one.status is Status.REMOVED], now)


def _enter(tx: Connection, queue: Queue, comment_id: int, now: datetime) -> None:
    waiter = store.waiter(tx, comment_id)
    if waiter.status is Status.REMOVED or (queue is Queue.REPORTED and waiter.status is Status.REJECTED):
        return
    store.enter(tx, [Entry(queue, comment_id, urgency.of_scores(waiter.scores), now)])


def _held(decision: Decision, comment_id: int, now: datetime) -> Entry:
    not_before = now + KEPT_ON_HOLD if decision.by is Actor.MODERATOR else None
    return Entry(Queue.HELD, comment_id, urgency.of_reasons(decision.reasons), now, not_before)
