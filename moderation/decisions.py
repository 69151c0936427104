"""The only place where a comment's status changes, whoever decides: decisions are appended and released, then known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from moderation.domain import Actor, Decision, Judgement, Reason, Status
from moderation.store import comments as comment_store
from moderation.store import decisions as decision_store
from moderation.store import outbox, sites

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision about to be made, on one revision of one comment.

    `comment_id` is the record's own id. With a `claim_token` the decision only counts while the comment is still
    PENDING and claimed by that token, so that a worker which slept too long cannot decide twice.
    """

    comment_id: int
    revision: int
    status: Status
    by: Actor
    reasons: tuple[Reason, ...] = ()
    model_version: str | None = None
    policy_version: str | None = None
    claim_token: str | None = None


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
    )


def record(tx: Connection, drafts: Sequence[Draft], now: datetime) -> list[Decision]:
    """Make decisions and release them at once: statuses, history, places in the feed and deliveries, all or nothing.

    A draft whose comment has changed meanwhile (another revision, another claim, removed) makes no decision; the answer
    holds those that were made, in the drafts' order.
    """
    if not drafts:
        return []
    standing = comment_store.lock(tx, [draft.comment_id for draft in drafts])
    valid = [draft for draft in drafts if _still_holds(draft, standing.get(draft.comment_id))]
    if not valid:
        return []
    made = [_decide(draft, standing[draft.comment_id], now) for draft in valid]
    comment_store.set_statuses(tx, {draft.comment_id: draft.status for draft in valid})
    released = _in_feed_order(tx, made)
    comment_ids = {decision.id: draft.comment_id for decision, draft in zip(released, valid, strict=True)}
    decision_store.append(tx, released, comment_ids)
    outbox.put(tx, released, comment_ids)
    return released


def reopen(tx: Connection, comment: comment_store.CommentRow) -> None:
    """Make a comment PENDING again because it has a new revision; what was decided stays in its history."""
    comment_store.restart(tx, comment.id, comment.revision + 1)


def _still_holds(draft: Draft, standing: comment_store.Standing | None) -> bool:
    if standing is None or standing.revision != draft.revision or standing.status is Status.REMOVED:
        return False
    if draft.claim_token is None:
        return True
    return standing.status is Status.PENDING and standing.claim_token == draft.claim_token


def _decide(draft: Draft, standing: comment_store.Standing, now: datetime) -> Decision:
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
        released_at=now,
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
