"""What moderators do at the desk: approve, reject, hold, escalate, ask a second opinion, and take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from moderation import decisions, labels, queues
from moderation.decisions import Draft
from moderation.desk import Moderator
from moderation.domain import Actor, Decision, Reason, Span, Status
from moderation.errors import CommentRemoved, NoGuideline, Stale, UnfilledPlaceholder, UnknownComment, UnknownGuideline
from moderation.messages import fill, unfilled
from moderation.policies import current
from moderation.store import audit, claims, dossiers, exposures, opinions, review_items, samples
from moderation.store import comments as store
from moderation.store import decisions as decision_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.guidelines import Guideline, Guidelines
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database

SEVERE = 0.8
"""From this score on, a text counts as severe for whoever has to read it."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a moderator wants done with one revision of a comment.

    `guidelines` are the ids that a rejection names; `unticked` those that the scores suggested and the moderator did
    not agree with, which is a label. `spans` are the words to blame, where the moderator corrected them. `message` is
    for the comment's author.
    """

    comment_id: int
    revision: int
    status: Status
    guidelines: tuple[str, ...] = ()
    unticked: tuple[str, ...] = ()
    spans: tuple[Span, ...] | None = None
    message: str | None = None


def decide(database: Database, who: Moderator, act: Act, now: datetime, undo_seconds: float) -> Decision:
    """Decide; the site hears of it once the time to undo is over.

    Raises:
        UnknownComment: there is none of this id that they may see.
        CommentRemoved: its site withdrew it.
        Stale: another revision came, or somebody else decided first.
        UnknownGuideline: the site's guidelines have no such id.
        NoGuideline: a rejection that names none.
        UnfilledPlaceholder: the message is not finished.
    """
    with database.writing() as tx:
        comment = _seen(tx, who, act.comment_id)
        _check_fresh(comment, act.revision)
        guidelines = current(tx, comment.site_id)
        named = _named(guidelines, act)
        choice = labels.choice_of(tx, comment, who.id)
        draft = Draft(
            comment.id,
            comment.revision,
            act.status,
            Actor.MODERATOR,
            _reasons(named, comment, act.spans),
            policy_version=guidelines.version,
            moderator_id=who.id,
            release_at=now + timedelta(seconds=undo_seconds),
            message=_filled(tx, act.message, comment, named),
        )
        made = decisions.record(tx, [draft], now)
        if not made:
            raise Stale(comment.external_id, comment.revision, comment.status.value)
        labels.learn_from_desk(tx, comment, made[0], named, _unbroken(guidelines, act), act.spans, now, choice)
        if choice.sample is not None:
            samples.expect(tx, choice.sample.id, made[0].id)
        if max((comment.scores or {}).values(), default=0.0) >= SEVERE:
            exposures.add(tx, who.id, comment.id, now)
        audit.log(
            tx,
            who.actor,
            f"comment.{act.status.value.lower()}",
            f"comment {comment.id}",
            now,
            {"decision": made[0].id, "revision": comment.revision, "guidelines": list(act.guidelines)},
        )
    return made[0]


def undo(database: Database, who: Moderator, decision_id: str, now: datetime) -> int:
    """Take one's own decision back while nobody outside knows it; return the record's id of its comment.

    Raises:
        TooLateToUndo: it is released or undone already, or someone else's.
    """
    with database.writing() as tx:
        comment_id = decisions.undo(tx, decision_id, who.id, now)
        audit.log(tx, who.actor, "decision.undone", f"comment {comment_id}", now, {"decision": decision_id})
    return comment_id


def escalate(database: Database, who: Moderator, comment_id: int, now: datetime) -> None:
    """Hand a comment on to the editors: moderators are not handed it any more.

    Raises:
        UnknownComment: there is none of this id that they may see.
        Stale: it does not wait any more.
    """
    with database.writing() as tx:
        comment = _seen(tx, who, comment_id)
        if not review_items.escalate(tx, comment.id, now):
            raise Stale(comment.external_id, comment.revision, comment.status.value)
        claims.let_go(tx, who.id, comment_ids=[comment.id])
        audit.log(tx, who.actor, "comment.escalated", f"comment {comment.id}", now)


def ask_opinion(
    database: Database, who: Moderator, comment_id: int, view: Status | None, question: str | None, now: datetime
) -> None:
    """Ask somebody else to decide. They do not learn what the first person thought.

    Raises:
        UnknownComment: there is none of this id that they may see.
        CommentRemoved: its site withdrew it.
        Stale: a decision about it waits to be released.
    """
    with database.writing() as tx:
        comment = _seen(tx, who, comment_id)
        if decision_store.unreleased_of(tx, [comment.id]):
            raise Stale(comment.external_id, comment.revision, comment.status.value)
        opinions.ask(tx, comment.id, comment.revision, who.id, view, question, now)
        queues.asked_about(tx, comment.id, who.id, now)
        claims.let_go(tx, who.id, comment_ids=[comment.id])
        audit.log(tx, who.actor, "opinion.asked", f"comment {comment.id}", now)


def _seen(tx: Connection, who: Moderator, comment_id: int) -> CommentRow:
    found = store.find_by_id(tx, comment_id, lock=True)
    if found is None or not who.sees(found.comment.site_id, found.section):
        raise UnknownComment(str(comment_id))
    if found.comment.status is Status.REMOVED:
        raise CommentRemoved(found.comment.external_id)
    return found.comment


def _check_fresh(comment: CommentRow, revision: int) -> None:
    if comment.revision != revision or comment.status is Status.PENDING:
        raise Stale(comment.external_id, comment.revision, comment.status.value)


def _unbroken(guidelines: Guidelines, act: Act) -> Sequence[Guideline]:
    """Tell which guidelines a moderator found unbroken: all, or the suggested ones that they did not tick."""
    if act.status is Status.APPROVED:
        return guidelines.members
    return [one for one in guidelines.members if one.id in act.unticked and one.id not in act.guidelines]


def _named(guidelines: Guidelines, act: Act) -> list[Guideline]:
    named: list[Guideline] = []
    for guideline_id in act.guidelines:
        guideline = guidelines.find(guideline_id)
        if guideline is None:
            raise UnknownGuideline(guideline_id)
        named.append(guideline)
    if act.status is Status.REJECTED and not named:
        raise NoGuideline
    return named


def _filled(tx: Connection, message: str | None, comment: CommentRow, named: Sequence[Guideline]) -> str | None:
    """Fill a message in with what is known, and refuse it while anything is missing."""
    if message is None:
        return None
    subject = dossiers.subjects(tx, [comment.id])[comment.id]
    values = {
        "author": subject.author_name or subject.author_ref,
        "article": subject.article.title,
        "guideline": ", ".join(guideline.title for guideline in named),
        "site": subject.site_name,
    }
    if left := unfilled(message, values):
        raise UnfilledPlaceholder(left)
    return fill(message, values)


def _reasons(named: Sequence[Guideline], comment: CommentRow, spans: tuple[Span, ...] | None) -> tuple[Reason, ...]:
    """Give a guideline as the reason, with the score of its gravest attribute and the words that were blamed."""
    scores = comment.scores or {}
    reasons: list[Reason] = []
    for guideline in named:
        known = [name for name in guideline.attributes if name in scores]
        attribute = max(known, key=lambda name: scores[name], default=None)
        score = None if attribute is None else scores[attribute]
        reasons.append(Reason(guideline.id, attribute, score, spans=spans or ()))
    return tuple(reasons)
