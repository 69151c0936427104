"""Labels: people's judgements of comments, kept as training truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from moderation.desk import Queue
from moderation.domain import Actor, Decision, Span, Status
from moderation.store import claims, comments, opinions, review_items, samples, sites
from moderation.store import decisions as decision_store
from moderation.store import labels as store
from moderation.store.decisions import Judged

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.guidelines import Guideline
    from moderation.store.comments import CommentRow

LIKELY_TO_REJECT = "LIKELY_TO_REJECT"
"""The attribute for what this newsroom rejects, whatever the guideline."""

OPINION = "opinion"
"""The source of a label for what somebody thought who asked what a colleague thinks."""

WEAK = 0.25
"""What a verdict weighs that nobody may have looked at closely: of a batch, of a burst, of a client that had its way.

Four of them say what one says who has read; where a whole batch is wrong, a quarter as many careful ones outweigh it.
"""

IMPLIED = 0.5
"""What an approval weighs for the attributes of guidelines: it says that none is broken, and not how close it came."""

DISPUTED = 0.5
"""What each of two people's verdicts weighs who were asked about the same text and did not agree."""

BURST = 20
"""So many verdicts of one kind within `BURST_TIME`, and no person has read them one by one."""

BURST_TIME = timedelta(seconds=5)


class ChosenBy(StrEnum):
    """How a text came before the person who judged it."""

    HELD = "held"
    REPORTED = "reported"
    APPEALED = "appealed"
    SECOND = "second"
    SAMPLED = "sampled"
    BATCH = "batch"
    SEARCH = "search"
    SITE = "site"
    FEEDBACK = "feedback"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Choice:
    """How a text came before a person, and how likely that was; None where nobody knows.

    What policy holds always comes before one: 1. What was drawn by lot came as likely as it was to be drawn. Nobody
    knows how likely a reader reports a comment, or a moderator looks for it. With a `sample`, nobody told the person
    what policy had decided.
    """

    by: ChosenBy
    probability: float | None = None
    sample: samples.Open | None = None


_QUEUES = {
    Queue.HELD: ChosenBy.HELD,
    Queue.APPEALED: ChosenBy.APPEALED,
    Queue.SECOND_OPINION: ChosenBy.SECOND,
    Queue.REPORTED: ChosenBy.REPORTED,
}
"""The queues in which someone may have met a comment who has not claimed it, the likeliest first."""

_BLIND = {Queue.SAMPLED, Queue.SECOND_OPINION}

_VALUES = {Status.APPROVED: 0.0, Status.REJECTED: 1.0}


def choice_of(tx: Connection, comment: CommentRow, moderator_id: int) -> Choice:
    """Tell how a comment that someone is about to decide came before them: ask before the decision is recorded.

    It is by the queue that they claimed it from; without a claim, by a queue in which it waits; else they found it.
    """
    waits_in = review_items.queues_of(tx, comment.id)
    claimed = claims.queue_of(tx, moderator_id, comment.id)
    drawn = samples.open_of(tx, [comment.id]).get(comment.id)
    if claimed not in waits_in:
        claimed = None
    is_blind = drawn is not None and claimed in _BLIND
    by = next((name for queue, name in _QUEUES.items() if queue in waits_in), ChosenBy.SEARCH)
    if claimed is not None:
        by = _QUEUES.get(claimed, ChosenBy.SAMPLED)
    if decision_store.held_by_policy(tx, [comment.id]):
        return Choice(by, 1.0)
    return Choice(by, drawn.probability, drawn) if is_blind and drawn is not None else Choice(by)


def learn(tx: Connection, comment: CommentRow, decision: Decision, guideline: Guideline | None, now: datetime) -> None:
    """Keep what a site's own decision says about a comment's text; earlier labels of the comment are withdrawn.

    A rejection under a guideline also labels the guideline's attributes. A hold teaches nothing. A burst is weak: the
    same verdict as `BURST` others within `BURST_TIME`, as when a site takes everything down that an author wrote.
    """
    probability = 1.0 if decision_store.held_by_policy(tx, [comment.id]) else None
    choice = Choice(ChosenBy.SITE, probability)
    learn_from_desk(tx, comment, decision, [guideline] if guideline else [], [], None, now, choice)
    alike = store.of_site_since(tx, comment.site_id, decision.status, now - BURST_TIME)
    if len({comment_id for comment_id, _ in alike}) > BURST:
        store.weaken(tx, [label_id for _, label_id in alike], WEAK)


def learn_from_desk(
    tx: Connection,
    comment: CommentRow,
    decision: Decision,
    named: Sequence[Guideline],
    unticked: Sequence[Guideline],
    spans: Sequence[Span] | None,
    now: datetime,
    choice: Choice,
) -> None:
    """Keep what a moderator's decision says, with the words to blame where they were corrected.

    A guideline that the scores suggested and the moderator did not tick says that its attributes are not there; so do
    all that an approval finds unbroken, less firmly, or attributes would only ever be taught by what breaks them. Where
    somebody asked for this second opinion and thought otherwise, both stand, and weigh less.
    """
    store.withdraw_labels(tx, [comment.id], now)
    value = _VALUES.get(decision.status)
    if value is None:
        return
    said = _said(value, named if value else (), unticked)
    blamed = None if spans is None else [{"begin": span.begin, "end": span.end} for span in spans]
    judged = Judged(comment.id, comment.text, comment.language)
    first = _first_opinions(tx, judged, decision, choice, now)
    is_disputed = any(row["value"] != value for row in first)
    said[LIKELY_TO_REJECT] = value, DISPUTED if is_disputed else 1.0
    rows = [
        {**_row(judged, decision, attribute, told, choice, now), "spans": blamed, "weight": weight}
        for attribute, (told, weight) in said.items()
    ]
    store.add_labels(tx, [*({**row, "weight": DISPUTED if is_disputed else 1.0} for row in first), *rows])


def learn_from_batch(tx: Connection, made: Sequence[Decision], guideline: Guideline | None, now: datetime) -> None:
    """Keep what the decisions of a batch say: little, for nobody read each of these texts."""
    judged = decision_store.texts_of(tx, [one.id for one in made])
    comment_ids = [one.comment_id for one in judged.values()]
    store.withdraw_labels(tx, comment_ids, now)
    held = decision_store.held_by_policy(tx, comment_ids)
    rows = []
    for decision in made:
        one = judged[decision.id]
        choice = Choice(ChosenBy.BATCH, 1.0 if one.comment_id in held else None)
        value = _VALUES.get(decision.status)
        if value is None:
            continue
        said = {LIKELY_TO_REJECT: value}
        if value and guideline is not None:
            said |= dict.fromkeys(guideline.attributes, value)
        rows += [
            {**_row(one, decision, attribute, said_value, choice, now), "weight": WEAK}
            for attribute, said_value in said.items()
        ]
    store.add_labels(tx, rows)


def _said(value: float, named: Sequence[Guideline], unticked: Sequence[Guideline]) -> dict[str, tuple[float, float]]:
    """Tell what a verdict says of the attributes that stand for guidelines, and what each of it weighs.

    Whoever rejects names a guideline and not an attribute: where two stand for it, either may be what was meant.
    """
    said = {attribute: (0.0, 1.0 if value else IMPLIED) for one in unticked for attribute in one.attributes}
    for one in named:
        said |= {attribute: (1.0, 1.0 / len(one.attributes)) for attribute in one.attributes}
    return said


def _first_opinions(
    tx: Connection, judged: Judged, decision: Decision, choice: Choice, now: datetime
) -> list[dict[str, Any]]:
    """Write down what people thought who asked for this opinion. They stand before it: of two, the later one counts."""
    if decision.by is not Actor.MODERATOR:
        return []
    views = opinions.views_of(tx, judged.comment_id, decision.revision, but_of=decision.moderator_id, now=now)
    return [
        {
            **_row(judged, decision, LIKELY_TO_REJECT, _VALUES[view], choice, now),
            "source": OPINION,
            "moderator_id": asked_by,
        }
        for asked_by, view in views
    ]


def _row(
    judged: Judged,
    decision: Decision,
    attribute: str,
    value: float,
    choice: Choice,
    now: datetime,
) -> dict[str, Any]:
    return {
        "site_id": decision.site_id,
        "comment_id": judged.comment_id,
        "decision_id": decision.id,
        "text": judged.text,
        "language": judged.language,
        "attribute": attribute,
        "value": value,
        "source": decision.by.value,
        "moderator_id": decision.moderator_id,
        "chosen_by": choice.by.value,
        "probability": choice.probability,
        "created_at": now,
    }


@dataclass(frozen=True, slots=True)
class Heard:
    """A verdict about a text that came over another service's route.

    Attributes:
        text: The text itself: it may be no comment of ours.
        language: Its BCP 47 tag, where the client gave one.
        said: The verdict, from 0 to 1 by attribute.
        source: Whose client said it ("perspective", "akismet", "coral"), at most 20 characters.
        weight: What it counts in training, from 0 to 1.
        external_id: What the client calls the comment; without it, no verdict can be told to be about the same one.
        author_ref: Who wrote it, as the client calls them.
    """

    text: str
    language: str | None
    said: Mapping[str, float]
    source: str
    weight: float = 1.0
    external_id: str | None = None
    author_ref: str | None = None


def hear(tx: Connection, site_id: int, heard: Heard, now: datetime) -> None:
    """Keep a verdict about a text as labels, linked to the comment of this id if the site sent us one.

    The last verdict of a source about a comment withdraws its former ones. Of a comment that was withdrawn nothing is
    kept. Two rules make a verdict weak, for clients such as Coral also send what no person decided:

    * a burst: the same verdict of the same source as `BURST` others within `BURST_TIME`, as when all comments of a
      banned author are rejected. All of the burst become weak, those kept before it was known to be one as well.
    * a reversal: it overturns what the same source said of the same comment, as filters do that run again on an edit.
    """
    comment = None
    is_reversal = False
    if heard.external_id is not None:
        comment = comments.find(tx, site_id, heard.external_id, lock=True)
        if comment is not None and comment.status is Status.REMOVED:
            return
        sites.lock(tx, site_id)  # of two verdicts at once, one is the last
        former = store.withdraw_heard(tx, site_id, heard.source, heard.external_id, now)
        is_reversal = any(round(former.get(name, value)) != round(value) for name, value in heard.said.items())
    store.add_labels(
        tx,
        [
            {
                "site_id": site_id,
                "comment_id": None if comment is None else comment.id,
                "text": heard.text,
                "language": heard.language,
                "attribute": attribute,
                "value": value,
                "source": heard.source,
                "weight": min(heard.weight, WEAK) if is_reversal else heard.weight,
                "external_id": heard.external_id,
                "author_ref": heard.author_ref,
                "chosen_by": ChosenBy.FEEDBACK.value,
                "created_at": now,
            }
            for attribute, value in heard.said.items()
        ],
    )
    for attribute, value in heard.said.items():
        alike = store.heard_since(tx, site_id, heard.source, attribute, value, now - BURST_TIME)
        if len(alike) > BURST:
            store.weaken(tx, alike, WEAK)


def unlearn(tx: Connection, decision_ids: Collection[str]) -> None:
    """Take back what undone decisions taught: their labels are withdrawn, and those that they replaced stand again."""
    store.restore_labels(tx, decision_ids)
