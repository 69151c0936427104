"""Labels: people's judgements of comments, kept as training truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from moderation.domain import Decision, Span, Status
from moderation.store import comments, sites
from moderation.store import labels as store

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.guidelines import Guideline
    from moderation.store.comments import CommentRow

LIKELY_TO_REJECT = "LIKELY_TO_REJECT"
"""The attribute for what this newsroom rejects, whatever the guideline."""

WEAK = 0.25
"""What a verdict weighs that nobody may have looked at closely."""

BURST = 20
"""So many verdicts of one kind within `BURST_TIME`, and no person has read them one by one."""

BURST_TIME = timedelta(seconds=5)

_VALUES = {Status.APPROVED: 0.0, Status.REJECTED: 1.0}


def learn(tx: Connection, comment: CommentRow, decision: Decision, guideline: Guideline | None, now: datetime) -> None:
    """Keep what a person's decision says about a comment's text; earlier labels of the comment are withdrawn.

    A rejection under a guideline also labels the guideline's attributes. A hold teaches nothing.
    """
    learn_from_desk(tx, comment, decision, [guideline] if guideline else [], [], None, now)


def learn_from_desk(
    tx: Connection,
    comment: CommentRow,
    decision: Decision,
    named: Sequence[Guideline],
    unticked: Sequence[Guideline],
    spans: Sequence[Span] | None,
    now: datetime,
) -> None:
    """Keep what a moderator's decision says, with the words to blame where they were corrected.

    A guideline that the scores suggested and the moderator did not tick says that its attributes are not there.
    """
    store.withdraw_labels(tx, comment.id, now)
    value = _VALUES.get(decision.status)
    if value is None:
        return
    said = {LIKELY_TO_REJECT: value}
    said |= {attribute: 0.0 for guideline in unticked for attribute in guideline.attributes}
    if value:
        said |= {attribute: value for guideline in named for attribute in guideline.attributes}
    blamed = None if spans is None else [{"begin": span.begin, "end": span.end} for span in spans]
    store.add_labels(
        tx,
        [
            {
                "site_id": comment.site_id,
                "comment_id": comment.id,
                "decision_id": decision.id,
                "text": comment.text,
                "language": comment.language,
                "attribute": attribute,
                "value": said_value,
                "source": decision.by.value,
                "moderator_id": decision.moderator_id,
                "spans": blamed,
                "created_at": now,
            }
            for attribute, said_value in said.items()
        ],
    )


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
