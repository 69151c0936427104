"""Sentences of a text, and places in it as JavaScript counts them (UTF-16 code units)."""

from __future__ import annotations

import re
from itertools import pairwise

from moderation.domain import Span

_END = re.compile(
    r"[.!?\u2026\u3002\uff01\uff1f]+[\"'\u2019\u201d\u00bb)\]]*(?=\s)\s*|[\r\n]+\s*|[\u3002\uff01\uff1f]+"
)


def sentences(text: str, most: int) -> list[Span]:
    """Cut a text into its sentences, in code points, without the white space around them.

    A text of more than `most` is cut into so many stretches of several sentences, of about the same number each.
    """
    cuts = sorted({0, *(found.end() for found in _END.finditer(text)), len(text)})
    pieces = [span for begin, end in pairwise(cuts) if (span := _trimmed(text, begin, end)) is not None]
    if len(pieces) <= most:
        return pieces
    bounds = [round(n * len(pieces) / most) for n in range(most + 1)]
    return [Span(pieces[begin].begin, pieces[end - 1].end) for begin, end in pairwise(bounds)]


def in_utf16(text: str, span: Span) -> tuple[int, int]:
    """Tell where a stretch begins and ends when a character beyond U+FFFF counts as two."""
    if text.isascii():
        return span.begin, span.end
    begin = _units(text[: span.begin])
    return begin, begin + _units(text[span.begin : span.end])


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _trimmed(text: str, begin: int, end: int) -> Span | None:
    piece = text[begin:end]
    left = len(piece) - len(piece.lstrip())
    width = len(piece.strip())
    return Span(begin + left, begin + left + width) if width else None
