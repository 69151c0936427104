"""What clients of Perspective ask: read field by field, in the order in which mistakes are reported."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moderation.domain import MAX_TEXT_BYTES
from service.compat import loose_json
from service.compat import perspective_errors as errors

_TEXT_TYPES = ("TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML")
_SCORE_TYPES = ("SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW")
_MEASURED = {"SCORE_TYPE_UNSPECIFIED", "PROBABILITY"}
_LONGEST_ID = 200
_TITLE = 300


@dataclass(frozen=True, slots=True)
class Analysis:
    """A request to score a text.

    Attributes:
        text: The text.
        attributes: For each attribute asked for, in the order given, the score below which it is left out.
        languages: What the client says it is written in; none when it is to be told by the text.
        article: The first line of the article it stands under, where given.
        parent: The comment that it answers, where given.
        wants_sentences: Whether each sentence is to be scored, too.
        drops_unsupported: Whether an attribute that is not measured in the language is left out, and no error.
        client_token: What the client wants to have back.
    """

    text: str
    attributes: Mapping[str, float | None]
    languages: tuple[str, ...] = ()
    article: str | None = None
    parent: str | None = None
    wants_sentences: bool = False
    drops_unsupported: bool = False
    client_token: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A client's own verdict on a text, from 0 to 1 by attribute; `comment_id` is what it calls the comment.

    `story_url` is where the comment stands, where Coral says so.
    """

    text: str
    said: Mapping[str, float]
    languages: tuple[str, ...] = ()
    comment_id: str | None = None
    story_url: str | None = None
    is_from_coral: bool = False
    client_token: str | None = None


def analysis(body: Any) -> Analysis:
    """Read a request to score a text.

    Raises:
        NotAnswered: something in it is wrong.
    """
    given = _Fields(body)
    text = _comment(given)
    asked = given.fields("requestedAttributes")
    if not asked.named:
        raise errors.no_attributes()
    attributes = {name: _threshold(asked, name) for name in asked.named}
    _check_context(given)
    both = given.fields("context").fields("articleAndParentComment")
    article = both.fields("article").text("text") or ""
    return Analysis(
        text,
        attributes,
        given.texts("languages"),
        next((line.strip()[:_TITLE] for line in article.splitlines() if line.strip()), None),
        (both.fields("parentComment").text("text") or "")[:MAX_TEXT_BYTES] or None,
        given.claim("spanAnnotations"),
        given.claim("dropUnsupportedAttributes"),
        given.text("clientToken"),
    )


def suggestion(body: Any) -> Suggestion:
    """Read a client's own verdict.

    Raises:
        NotAnswered: something in it is wrong.
    """
    given = _Fields(body)
    text = _comment(given)
    scores = given.fields("attributeScores")
    if not scores.named:
        raise errors.invalid("attributeScores", "at least one attribute with its score")
    said = {name: _suggested(scores.fields(name)) for name in scores.named}
    _check_context(given)
    token = given.text("clientToken")
    community = given.text("communityId") or ""
    comment_id, story_url = _place(given, token)
    return Suggestion(
        text, said, given.texts("languages"), comment_id, story_url, community.startswith("Coral:"), token
    )


class _Fields:
    """The members of a JSON object, by their names as written in JSON or with underscores; null is absent."""

    def __init__(self, value: Any, path: str = "") -> None:
        if value is not None and not isinstance(value, dict):
            raise errors.invalid(path, "TYPE_MESSAGE") if path else errors.not_json()
        self._path = path
        self.named: dict[str, Any] = value or {}

    def at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def get(self, name: str) -> Any:
        value = self.named.get(name)
        return self.named.get(_underscored(name)) if value is None else value

    def fields(self, name: str) -> _Fields:
        return _Fields(self.get(name), self.at(name))

    def text(self, name: str) -> str | None:
        value = self._typed(name, lambda value: isinstance(value, str), "TYPE_STRING")
        return None if value is None else str(value)

    def claim(self, name: str) -> bool:
        return bool(self._typed(name, lambda value: isinstance(value, bool), "TYPE_BOOL"))

    def number(self, name: str) -> float | None:
        value = self.get(name)
        if value is None:
            return None
        try:
            number = math.nan if isinstance(value, bool | dict | list) else float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise errors.invalid(self.at(name), "TYPE_FLOAT")
        return number

    def each(self, name: str) -> list[Any]:
        return self._typed(name, lambda value: isinstance(value, list), "TYPE_LIST") or []

    def texts(self, name: str) -> tuple[str, ...]:
        members = self.each(name)
        for place, member in enumerate(members):
            if not isinstance(member, str):
                raise errors.invalid(f"{self.at(name)}[{place}]", "TYPE_STRING")
        return tuple(members)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """Give a word of an enumeration, or what stands there instead, as text; by default the first."""
        value = self.get(name)
        if value is None:
            return choices[0]
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(choices):
            return choices[value]
        return value if isinstance(value, str) else json.dumps(value)[:_LONGEST_ID]

    def _typed(self, name: str, is_right: Callable[[Any], bool], wanted: str) -> Any:
        value = self.get(name)
        if value is not None and not is_right(value):
            raise errors.invalid(self.at(name), wanted)
        return value


def _underscored(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _comment(given: _Fields) -> str:
    comment = given.fields("comment")
    text = comment.text("text")
    if not text:
        raise errors.comment_empty()
    n_bytes = len(text.encode())
    if n_bytes > MAX_TEXT_BYTES:
        raise errors.comment_too_long(n_bytes)
    _check_text_type(comment)
    return text


def _check_text_type(entry: _Fields) -> None:
    kind = entry.choice("type", _TEXT_TYPES)
    if kind not in _TEXT_TYPES:
        raise errors.unknown_text_type()
    if kind == "HTML":
        raise errors.not_plain_text()


def _threshold(asked: _Fields, name: str) -> float | None:
    wanted = asked.fields(name)
    _check_score_type(wanted.choice("scoreType", _SCORE_TYPES), name)
    return wanted.number("scoreThreshold")


def _check_score_type(kind: str, attribute: str) -> None:
    if kind not in _MEASURED:
        raise errors.unknown_score_type(kind, attribute)


def _check_context(given: _Fields) -> None:
    context = given.fields("context")
    entries = context.each("entries")
    for place, entry in enumerate(entries):
        _Fields(entry, f"context.entries[{place}]").text("text")
    if entries and context.fields("articleAndParentComment").named:
        raise errors.two_contexts()


def _suggested(scores: _Fields) -> float:
    """Read the score of the whole text, or the highest of its stretches where only these are given."""
    found = [_score(one) for one in _spans(scores)]
    if scores.fields("summaryScore").named:
        return _score(scores.fields("summaryScore"))
    if not found:
        raise errors.invalid(scores.at("summaryScore"), "a score from 0 to 1")
    return max(found)


def _spans(scores: _Fields) -> list[_Fields]:
    found = []
    for place, member in enumerate(scores.each("spanScores")):
        span = _Fields(member, f"{scores.at('spanScores')}[{place}]")
        if span.number("end") is None:
            raise errors.invalid(span.at("end"), "a stretch needs begin and end")
        found.append(span.fields("score"))
    return found


def _score(given: _Fields) -> float:
    _check_score_type(given.choice("type", _SCORE_TYPES), given.at("type"))
    value = given.number("value") or 0.0  # typed clients leave out a number that is 0
    if not given.named or not 0.0 <= value <= 1.0:
        raise errors.invalid(given.at("value"), "a score from 0 to 1")
    return value


def _place(given: _Fields, token: str | None) -> tuple[str | None, str | None]:
    """Find what Coral calls the comment: in JSON within the text of a context's entry, or else in its token.

    Beside it, in that JSON, stands the address of its story.
    """
    texts = [_Fields(entry).text("text") or "" for entry in given.fields("context").each("entries")]
    found, url = next((told for text in texts if (told := _told_by_coral(text)) is not None), (None, None))
    if found is None and token is not None and token.startswith("comment:"):
        found = token.removeprefix("comment:")
    return (found if found and len(found) <= _LONGEST_ID and "\0" not in found else None), url


def _told_by_coral(text: str) -> tuple[str, str | None] | None:
    if "Coral_comment_id" not in text:
        return None
    try:
        told = loose_json.read(text.encode())
    except ValueError:
        return None
    found, url = (told.get("Coral_comment_id"), told.get("url")) if isinstance(told, dict) else (None, None)
    return (found, url if isinstance(url, str) else None) if isinstance(found, str) else None
