"""What clients of OpenAI's moderation send: a string, a list of strings, or the parts of one message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from moderation.domain import MAX_TEXT_BYTES
from service.compat import loose_json
from service.compat.openai_errors import InvalidRequest

MOST_INPUTS = 128
"""So many texts take a second or two; more would keep a thread from others for too long."""
DEFAULT_MODEL = "omni-moderation-latest"

_LAST_WORD = 200  # a long text is cut at a blank, if there is one so near


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be judged: each text in pieces that the classifier takes, and each with a result of its own."""

    texts: tuple[tuple[str, ...], ...]
    model: str


def read(body: bytes) -> Asked:
    """Read a request, whatever its content type says.

    Raises:
        InvalidRequest: it is not JSON, or what it asks for cannot be answered.
    """
    try:
        value = loose_json.read(body)
    except ValueError as error:
        raise InvalidRequest("The body is not JSON in UTF-8.") from error
    if not isinstance(value, dict):
        raise InvalidRequest("The body must be a JSON object.")
    model = value.get("model")
    if model is not None and not isinstance(model, str):
        raise InvalidRequest("'model' must be a string.", "model", "invalid_type")
    return Asked(tuple(tuple(pieces(text)) for text in _texts(value.get("input"))), model or DEFAULT_MODEL)


def pieces(text: str) -> Iterator[str]:
    """Cut a text into pieces of at most 20,480 bytes, between words where that can be."""
    encoded = text.encode()
    begin = 0
    while len(encoded) - begin > MAX_TEXT_BYTES:
        piece = encoded[begin : begin + MAX_TEXT_BYTES].decode("utf-8", "ignore")
        blank = piece.rfind(" ", len(piece) - _LAST_WORD)
        piece = piece[:blank] if blank > 0 else piece
        yield piece
        begin += len(piece.encode())
    yield encoded[begin:].decode()


def _texts(given: Any) -> Sequence[str]:
    if given is None:
        raise InvalidRequest("'input' is missing.", "input", "missing_required_parameter")
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list):
        raise InvalidRequest("'input' must be a string or a list.", "input", "invalid_type")
    if not 1 <= len(given) <= MOST_INPUTS:
        raise InvalidRequest(f"'input' must have 1 to {MOST_INPUTS:,} members.", "input", "invalid_value")
    if all(isinstance(one, str) for one in given):
        return given
    return ["\n".join(_text(part, f"input[{place}]") for place, part in enumerate(given))]


def _text(part: Any, place: str) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind == "image_url":
        words = "Images are not looked at here, and none is called clean unseen: send the text alone."
        raise InvalidRequest(words, place, "image_not_supported")
    if kind != "text":
        words = "The members of 'input' must be strings, or parts with the type 'text'."
        raise InvalidRequest(words, place, "invalid_type")
    text = part.get("text")
    if not isinstance(text, str):
        raise InvalidRequest(f"'{place}.text' must be a string.", f"{place}.text", "invalid_type")
    return text
