"""What Coral's phase asks and what its webhooks tell, read from signed bodies."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moderation.coral_memory import ENTERED, LEFT, PUBLISHED
from moderation.domain import MAX_TEXT_BYTES
from moderation.store.coral import Event
from service.compat import markup
from service.problems import MALFORMED_JSON, Kind, Refused

NOT_CORALS = Kind("not-corals", "The body is not what Coral sends", 400)

_MOST_HTML = 4 * MAX_TEXT_BYTES
_MOST_ID = 200
_MOST_WORD = 60


@dataclass(frozen=True, slots=True)
class Question:
    """A comment that Coral asks about before it publishes it. `text` is None where it is too long to be scored.

    Ids that are absent or too long to be kept are empty.
    """

    text: str | None
    author_id: str
    story_id: str
    story_url: str
    is_edit: bool


def question(body: bytes) -> Question:
    """Read what the phase asks. Members that we do not use may be absent, or anything.

    Raises:
        Refused: it is not JSON, or holds no comment.
    """
    asked = _parsed(body)
    comment = asked.get("comment")
    written = comment.get("body") if isinstance(comment, dict) else None
    if not isinstance(written, str):
        raise Refused(NOT_CORALS, "the phase sends the comment's text as comment.body")
    text = markup.plain(_storable(written)) if len(written) <= _MOST_HTML else None
    if text is not None and len(text.encode()) > MAX_TEXT_BYTES:
        text = None
    return Question(
        text=text,
        author_id=_id(_member(asked, "author"), "id"),
        story_id=_id(_member(asked, "story"), "id"),
        story_url=_text(_member(asked, "story"), "url", 2_000),
        is_edit=asked.get("action") == "EDIT",
    )


def event(body: bytes, now: datetime) -> Event | None:
    """Read what a webhook tells; None when it is of no comment, or of a kind that we have no use for.

    Raises:
        Refused: it is not JSON, or an event of a comment without its ids.
    """
    told = _parsed(body)
    kind, data = _text(told, "type", _MOST_WORD), _member(told, "data")
    if kind not in {ENTERED, LEFT, *PUBLISHED}:
        return None
    event_id, comment_id, story_id = _id(told, "id"), _id(data, "commentID"), _id(data, "storyID")
    if not (event_id and comment_id and story_id):
        raise Refused(NOT_CORALS, f"{kind} names id, data.commentID and data.storyID")
    return Event(
        event_id=event_id,
        external_id=comment_id,
        story_id=story_id,
        type=kind,
        queue=_text(data, "queue", _MOST_WORD) or None,
        status=_text(data, "status", _MOST_WORD) or None,
        happened_at=_moment(told.get("createdAt")) or now,
    )


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(MALFORMED_JSON, "the body is not JSON in UTF-8") from error
    if not isinstance(value, dict):
        raise Refused(NOT_CORALS, "the body is not a JSON object")
    return value


def _member(value: dict[str, Any], name: str) -> dict[str, Any]:
    member = value.get(name)
    return member if isinstance(member, dict) else {}


def _text(value: dict[str, Any], name: str, most: int) -> str:
    text = value.get(name)
    return _storable(text) if isinstance(text, str) and len(text) <= most else ""


def _id(value: dict[str, Any], name: str) -> str:
    return _text(value, name, _MOST_ID)


def _storable(text: str) -> str:
    """Put a mark in the place of what no database keeps: NUL, and halves of characters."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _moment(given: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
        return None if moment is None else (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
