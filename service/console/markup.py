"""A comment's words cut into pieces: plain, weighing, or masked. What a template draws, and never any markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from moderation.domain import Reason

MASKED = {
    "IDENTITY_ATTACK": 0.6,
    "PROFANITY": 0.6,
    "SEVERE_TOXICITY": 0.5,
    "THREAT": 0.5,
    "INSULT": 0.8,
    "TOXICITY": 0.9,
}
"""From which score on an attribute's words are covered until someone lifts them; the others' never are."""

_MOST_PREVIEW = 180


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `attribute` is what it weighs for, None where it is plain."""

    text: str
    attribute: str | None = None
    is_masked: bool = False


def pieces(text: str, reasons: Sequence[Reason]) -> list[Piece]:
    """Cut a text where words weigh. Where stretches overlap, the graver reason has it: reasons come gravest first."""
    owners: list[Reason | None] = [None] * len(text)
    for reason in reversed(reasons):
        for span in reason.spans:
            words = text[max(span.begin, 0) : span.end]
            begin = max(span.begin, 0) + len(words) - len(words.lstrip())
            for place in range(begin, begin + len(words.strip())):
                owners[place] = reason
    cut: list[Piece] = []
    begin = 0
    for attribute, run in groupby(owners, key=lambda owner: None if owner is None else owner.attribute):
        length = sum(1 for _ in run)
        at_begin = owners[begin]
        is_covered = at_begin is not None and is_masked(at_begin)
        cut.append(Piece(text[begin : begin + length], attribute, is_covered))
        begin += length
    return cut


def is_masked(reason: Reason) -> bool:
    """Tell whether a reason's words are covered."""
    return reason.score is not None and reason.score >= MASKED.get(reason.attribute or "", 2.0)


def preview(cut: Iterable[Piece], most: int = _MOST_PREVIEW) -> list[Piece]:
    """Shorten a text for a list, with white space made even; what was left out is told by an ellipsis."""
    return list(_shortened(cut, most))


def weighing(cut: Iterable[Piece]) -> list[Piece]:
    """List the stretches that weigh, each once, in the order of the text."""
    return list(dict.fromkeys(piece for piece in cut if piece.attribute is not None))


def _shortened(cut: Iterable[Piece], most: int) -> Iterator[Piece]:
    for piece in cut:
        text = " ".join(piece.text.split())
        if piece.text[:1].isspace():
            text = f" {text}"
        if piece.text[-1:].isspace():
            text = f"{text} "
        if len(text) > most:
            yield Piece(f"{text[:most].rstrip()}…", piece.attribute, piece.is_masked)
            return
        most -= len(text)
        yield Piece(text, piece.attribute, piece.is_masked)
