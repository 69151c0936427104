"""The only place where a comment's status changes, whoever decides: decisions are appended and released, then known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from moderation import blind_sample, labels, queues, site_statuses
from moderation.domain import Actor, Decision, Judgement, Lot, Reason, Status
from moderation.errors import TooLateToUndo
from moderation.store import comments as comment_store
from moderation.store import decisions as decision_store
from moderation.store import outbox, sites

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

RELEASED_TOGETHER = 500
"""Decisions whose time has come that one transaction releases at most."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision about to be made, on one revision of one comment.

    `comment_id` is the record's own id. With a `claim_token` the decision only counts while the comment is still
    PENDING and claimed by that token, so that a worker which slept too long cannot decide twice. With `release_at` in
    the future it waits for that time, can be undone until then, and nobody outside hears of it. With a `lot` it may be
    drawn for the blind sample.
    """

    comment_id: int
    revision: int
    status: Status
    by: Actor
    reasons: tuple[Reason, ...] = ()
    model_version: str | None = None
    policy_version: str | None = None
    claim_token: str | None = None
    moderator_id: int | None = None
    batch_id: int | None = None
    release_at: datetime | None = None
    message: str | None = None
    lot: Lot | None = None


def by_policy(comment_id: int, revision: int, claim_token: str, judgement: Judgement) -> Draft:
    """Draft the decision that a judgement leads to."""
    return Draft(
        comment_id,
        revision,
        judgement.verdict.status,
        Actor.POLICY,
        judgement.reasons,
        judgement.model_version,
        judgement.policy_version,
        claim_token,
        lot=judgement.lot,
    )


def record(tx: Connection, drafts: Sequence[Draft], now: datetime) -> list[Decision]:
    """Make decisions: statuses, history, places in the feed and deliveries, all or nothing.

    They are released at once, but for those that wait for their `release_at`. A draft whose comment has changed
    meanwhile (another revision, another claim, removed, another decision waiting) makes no decision; the answer holds
    those that were made, in the drafts' order. What is decided at once takes the place of what waits.
    """
    if not drafts:
        return []
    standing = comment_store.lock(tx, [draft.comment_id for draft in drafts])
    valid = [draft for draft in drafts if _still_holds(draft, standing.get(draft.comment_id))]
    later = [draft for draft in valid if draft.release_at is not None and draft.release_at > now]
    at_once = [draft for draft in valid if draft.release_at is None or draft.release_at <= now]
    _overtake(tx, [draft.comment_id for draft in at_once if draft.claim_token is None], now)
    taken = decision_store.unreleased_of(tx, [draft.comment_id for draft in later])
    later = [draft for draft in later if draft.comment_id not in taken]
    made = _wait(tx, later, standing, now) | _release_new(tx, at_once, standing, now)
    return [made[draft.comment_id] for draft in valid if draft.comment_id in made]


def release_due(tx: Connection, now: datetime, limit: int = RELEASED_TOGETHER) -> list[Decision]:
    """Release decisions whose time has come. Those that no longer fit their comment are dropped instead.

    A decision no longer fits when its comment got another revision or another status since.
    """
    due = decision_store.due(tx, now, limit)
    if not due:
        return []
    standing = comment_store.lock(tx, sorted(due.values()))
    waiting_still = decision_store.unreleased_of(tx, list(due.values()))
    fits: list[Decision] = []
    dropped: list[int] = []
    for comment_id, decision in waiting_still.items():
        if decision.id not in due:
            continue
        one = standing[comment_id]
        if (one.revision, one.status) == (decision.revision, decision.previous_status):
            fits.append(replace(decision, released_at=now))
        else:
            dropped.append(comment_id)
    _overtake(tx, dropped, now)
    if not fits:
        return []
    released = _in_feed_order(tx, fits)
    decision_store.release(tx, released)
    _tell(tx, released, {decision.id: due[decision.id] for decision in released}, now)
    return released


def undo(tx: Connection, decision_id: str, moderator_id: int, now: datetime) -> int:
    """Take a moderator's own decision back before anyone outside knows it; return the record's id of its comment.

    The comment waits again where it did, and what the decision taught is withdrawn.

    Raises:
        TooLateToUndo: it is released or undone already, or someone else's.
    """
    comment_id = decision_store.comment_of(tx, decision_id)
    if comment_id is not None:
        comment_store.lock(tx, [comment_id])
        decision = decision_store.unreleased_of(tx, [comment_id]).get(comment_id)
        if decision is not None and decision.id == decision_id and decision.moderator_id == moderator_id:
            _overtake(tx, [comment_id], now)
            return comment_id
    raise TooLateToUndo(decision_id)


def undo_batch(tx: Connection, batch_id: int, now: datetime, limit: int | None = None) -> int:
    """Take back whatever of a batch is not released yet, `limit` at most; return how many decisions that was."""
    comment_ids = decision_store.comments_of_batch(tx, batch_id, limit)
    comment_store.lock(tx, comment_ids)
    mine = [
        comment_id
        for comment_id, decision in decision_store.unreleased_of(tx, comment_ids).items()
        if decision.batch_id == batch_id
    ]
    _overtake(tx, mine, now)
    return len(mine)


def reopen(tx: Connection, comment: comment_store.CommentRow, now: datetime) -> None:
    """Make a comment PENDING again because it has a new revision; what was decided stays in its history."""
    _overtake(tx, [comment.id], now)
    comment_store.restart(tx, comment.id, comment.revision + 1)
    queues.reopened(tx, comment.id, now)


def _still_holds(draft: Draft, standing: comment_store.Standing | None) -> bool:
    if standing is None or standing.revision != draft.revision or standing.status is Status.REMOVED:
        return False
    if draft.claim_token is None:
        return True
    return standing.status is Status.PENDING and standing.claim_token == draft.claim_token


def _wait(
    tx: Connection, drafts: Sequence[Draft], standing: Mapping[int, comment_store.Standing], now: datetime
) -> dict[int, Decision]:
    """Append decisions that wait for their time; what they are about is handed to nobody else meanwhile."""
    made = {draft.comment_id: _decide(draft, standing[draft.comment_id], now, None) for draft in drafts}
    comment_ids = {decision.id: comment_id for comment_id, decision in made.items()}
    decision_store.append(tx, list(made.values()), comment_ids)
    queues.decided(tx, {comment_id: decision.id for comment_id, decision in made.items()})
    return made


def _release_new(
    tx: Connection, drafts: Sequence[Draft], standing: Mapping[int, comment_store.Standing], now: datetime
) -> dict[int, Decision]:
    if not drafts:
        return {}
    released = _in_feed_order(tx, [_decide(draft, standing[draft.comment_id], now, now) for draft in drafts])
    comment_ids = {decision.id: draft.comment_id for decision, draft in zip(released, drafts, strict=True)}
    decision_store.append(tx, released, comment_ids)
    _tell(tx, released, comment_ids, now)
    lots = {decision.id: draft.lot for decision, draft in zip(released, drafts, strict=True) if draft.lot is not None}
    blind_sample.draw(tx, [one for one in released if one.id in lots], lots, comment_ids, now)
    return {comment_ids[decision.id]: decision for decision in released}


def _tell(tx: Connection, released: Sequence[Decision], comment_ids: Mapping[str, int], now: datetime) -> None:
    """Let what is released be known: by status, to the sites, and in the queues."""
    comment_store.set_statuses(tx, {comment_ids[decision.id]: decision.status for decision in released})
    outbox.put(tx, released, comment_ids)
    site_statuses.recheck(tx, list(comment_ids.values()))
    queues.released(tx, released, comment_ids, now)


def _overtake(tx: Connection, comment_ids: Collection[int], now: datetime) -> None:
    """Undo whatever decisions wait about locked comments, with all that they brought about."""
    undone = decision_store.undo_of(tx, comment_ids, now)
    if undone:
        labels.unlearn(tx, undone)
        queues.undone(tx, undone)


def _decide(draft: Draft, standing: comment_store.Standing, now: datetime, released_at: datetime | None) -> Decision:
    return Decision(
        id=f"dec_{uuid4().hex}",
        site_id=standing.site_id,
        comment_id=standing.external_id,
        revision=draft.revision,
        sequence=None,
        status=draft.status,
        previous_status=standing.status,
        by=draft.by,
        reasons=draft.reasons,
        model_version=draft.model_version,
        policy_version=draft.policy_version,
        decided_at=now,
        released_at=released_at,
        moderator_id=draft.moderator_id,
        batch_id=draft.batch_id,
        release_at=draft.release_at,
        message=draft.message,
    )


def _in_feed_order(tx: Connection, made: Sequence[Decision]) -> list[Decision]:
    """Give each decision its place in its site's feed. Sites are locked in one order: nobody waits in a circle."""
    places: dict[int, list[int]] = defaultdict(list)
    for index, decision in enumerate(made):
        places[decision.site_id].append(index)
    released = list(made)
    for site_id in sorted(places):
        first = sites.take_sequences(tx, site_id, len(places[site_id]))
        for sequence, index in enumerate(places[site_id], start=first):
            released[index] = replace(released[index], sequence=sequence)
    return released
