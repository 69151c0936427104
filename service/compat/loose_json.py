"""JSON as Google's servers take it: names without quotes, single quotes and a comma too many are all right."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

# Nothing here looks at a character more than twice, whatever is sent: a quote that is never closed takes all the rest.
_PIECE = re.compile(
    r"""
    (?P<string>"(?:[^"\\]|\\.)*+(?:"|\\?\Z))
    | '(?P<single>(?:[^'\\]|\\.)*+)(?:'|\\?\Z)
    | (?<![\w$])(?P<name>[A-Za-z_$][\w$]*+)(?=\s*+:)
    | ,(?P<spare>\s*+[\]}])
    """,
    re.VERBOSE | re.DOTALL,
)
_HALVES = re.compile("[\ud800-\udfff]")


def read(body: bytes) -> Any:
    """Read a body, whatever its content type says; halves of characters become U+FFFD, and nothing at all is {}.

    Raises:
        ValueError: it is not UTF-8, or not JSON even so.
    """
    text = body.decode("utf-8-sig")
    if not text.strip():
        return {}
    try:
        try:
            return _whole(_strict(text))
        except ValueError:
            return _whole(_strict(_PIECE.sub(_mended, text)))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _strict(text: str) -> Any:
    return json.loads(text, parse_constant=_refused)


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _mended(piece: re.Match[str]) -> str:
    if piece["string"] is not None:
        return piece["string"]
    if piece["single"] is not None:
        return '"' + piece["single"].replace("\\'", "'").replace('"', '\\"') + '"'
    if piece["name"] is not None:
        return f'"{piece["name"]}"'
    return piece["spare"]


def _whole(value: Any) -> Any:
    """Mend half characters, which JavaScript sends where it cut a text in the middle of an emoji."""
    if isinstance(value, str):
        return _HALVES.sub("\ufffd", value) if not value.isascii() else value
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return value
