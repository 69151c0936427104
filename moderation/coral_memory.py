"""What Coral told in three voices, put together: the phase has text and author, webhooks id and status, feedback both.

See: docs/coral.md for what becomes a label, and what is kept for how long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from moderation import coral_joins, labels
from moderation.labels import LIKELY_TO_REJECT, Heard
from moderation.store import comments, sites
from moderation.store import coral as store
from moderation.store import labels as label_store
from moderation.store.coral import Event, Kept

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.store.database import Database

SOURCE = "coral"
"""Who said what webhooks tell, in labels."""

GUESSED = 0.5
"""What a verdict weighs whose text was found by story and moment alone."""

ECHO = timedelta(seconds=15)
"""A rejection so soon after we rejected an edit is our own verdict, come back."""

LEFT = "COMMENT_LEFT_MODERATION_QUEUE"
ENTERED = "COMMENT_ENTERED_MODERATION_QUEUE"
PUBLISHED = ("COMMENT_CREATED", "COMMENT_REPLY_CREATED")
REJECTED = "REJECTED"
NO_OPINION = "NONE"

_VALUES = {"APPROVED": 0.0, REJECTED: 1.0}
_FIRST_QUEUES = ("PENDING", "UNMODERATED")


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that Coral's phase asked about, and the status that we answered, `NO_OPINION` where it was none."""

    site_id: int
    story_id: str
    story_url: str
    author_ref: str
    text: str
    language: str | None
    reply: str
    is_edit: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the phase knows of a text that feedback is about. An echo is our own verdict, come back as a moderator's."""

    author_ref: str | None = None
    is_echo: bool = False


def keep(database: Database, asked: Sequence[Asked]) -> None:
    """Keep texts until webhooks or feedback speak of them, or until the sweep forgets them."""
    rows = [
        {
            "site_id": one.site_id,
            "story_id": one.story_id,
            "author_ref": one.author_ref,
            "text": one.text,
            "language": one.language,
            "join_digest": coral_joins.digest(one.story_url, one.text),
            "reply": one.reply,
            "is_edit": one.is_edit,
            "heard_at": one.at,
        }
        for one in asked
    ]
    with database.writing() as tx:
        store.add_passages(tx, rows)


def hear(database: Database, site_id: int, event: Event, now: datetime) -> None:
    """Take note of what a webhook told; an approval or a rejection that a person may have made becomes a label.

    The same event again changes nothing, and neither does the same status of the same comment in another queue.
    """
    with database.writing() as tx:
        _lock(tx, site_id, event.external_id)
        former = store.events_of(tx, site_id, event.external_id)
        if not store.add_event(tx, site_id, event, now):
            return
        text = _text_of(tx, site_id, event, [*former, event])
        value = _VALUES.get(event.status or "") if event.type == LEFT else None
        if text is None or value is None or not _is_news(event, former):
            return
        if _is_echo(text, value, event.happened_at) or _is_fed_back(tx, site_id, event.external_id):
            return
        heard = Heard(
            text=text.text,
            language=text.language,
            said={LIKELY_TO_REJECT: value},
            source=SOURCE,
            weight=GUESSED,
            external_id=event.external_id,
            author_ref=text.author_ref,
        )
        labels.hear(tx, site_id, heard, now)


def recognise(
    tx: Connection, site_id: int, story_url: str, text: str, external_id: str, value: float, now: datetime
) -> Recognised:
    """Find the phase's question about a text that Coral now sends feedback on, and learn its comment's id from it.

    Feedback has the text itself: what a webhook taught about the comment gives way to it.

    Args:
        tx: The transaction in which the feedback becomes a label.
        site_id: The site.
        story_url: The story's address, as feedback has it.
        text: The comment's text, as feedback has it.
        external_id: The comment's id in Coral.
        value: The verdict, 1 for a rejection.
        now: When it was heard.
    """
    _lock(tx, site_id, external_id)
    digest = coral_joins.digest(story_url, text)
    alike = store.passages_by_digest(tx, site_id, digest)
    named = [one for one in alike if one.external_id == external_id]
    found = named or [one for one in alike if one.external_id is None]
    known = Recognised()
    if len({one.author_ref for one in found}) == 1:  # else nobody's, or the same words from two people
        newest = found[0]
        if not newest.is_edit:
            store.unname_passages(tx, site_id, external_id, digest)
        store.name_passage(tx, newest.id, external_id)
        known = Recognised(newest.author_ref, _is_echo(newest, value, now))
    label_store.withdraw_heard(tx, site_id, SOURCE, external_id, now)
    return known


def _lock(tx: Connection, site_id: int, external_id: str) -> None:
    """Let webhooks and feedback about a comment take turns, for Coral sends both at the same moment.

    In the order in which everybody locks: the comment first, where it is one of ours, then the site.
    """
    comments.find(tx, site_id, external_id, lock=True)
    sites.lock(tx, site_id)


def _text_of(tx: Connection, site_id: int, event: Event, told: Sequence[Event]) -> Kept | None:
    """Find the text of an event's comment, by its id, else by the moment at which Coral first spoke of it."""
    known = store.passages_of_comment(tx, site_id, event.external_id)
    if known:
        return known[0]
    first = next((one for one in told if _is_first(one)), None)
    if first is None:
        return None
    begin, end = first.happened_at - coral_joins.BEFORE, first.happened_at + coral_joins.AFTER
    near = store.passages_between(tx, site_id, first.story_id, begin, end)
    fitting = [one for one in near if one.external_id is None and not one.is_edit and _fits(one.reply, first.status)]
    if len(fitting) != 1:  # nothing is surer than one of two
        return None
    store.name_passage(tx, fitting[0].id, event.external_id)
    return fitting[0]


def _is_first(event: Event) -> bool:
    """Tell whether an event may be the first that is ever heard of a comment."""
    return event.type in PUBLISHED or (event.type == ENTERED and event.queue in _FIRST_QUEUES)


def _fits(reply: str, status: str | None) -> bool:
    """Tell whether a comment can have this status at first after this answer of ours; None is published."""
    if reply == NO_OPINION:
        return status not in {REJECTED, "SYSTEM_WITHHELD"}  # whatever else gives these does so before we are asked
    return status == reply


def _is_news(event: Event, former: Sequence[Event]) -> bool:
    """Tell whether a status is another than the newest that was heard, and no older."""
    verdicts = [one for one in former if one.type == LEFT and one.status in _VALUES]
    if not verdicts:
        return True
    return verdicts[-1].status != event.status and verdicts[-1].happened_at <= event.happened_at


def _is_echo(text: Kept, value: float, at: datetime) -> bool:
    return text.is_edit and text.reply == REJECTED and bool(value) and abs(at - text.heard_at) <= ECHO


def _is_fed_back(tx: Connection, site_id: int, external_id: str) -> bool:
    """Tell whether a client that sends the text itself has said something of the comment."""
    return label_store.has_heard(tx, site_id, external_id, other_than=SOURCE)
