"""What a comment quotes is not its writer's: quoted lines, and words taken over from the article or the parent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models import text

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_N_WORDS = 6
"""So many words in a row that stand in the other text too are quoted, not met by chance."""


def blank(comment: str, others: Sequence[str | None]) -> str:
    """Blank out what a comment quotes, keeping the place of all else.

    A comment that would have no word left is given back whole: whoever only repeats says it himself.

    Args:
        comment: The comment.
        others: The texts that it may quote: article, parent.
    """
    blanked = _QUOTED_LINE.sub(lambda line: " " * len(line[0]), comment)
    sources = [one for one in others if one]
    if sources:
        blanked = _without_runs(blanked, sources)
    if blanked == comment or not any(map(text.is_word, text.split(blanked))):
        return comment
    return blanked


def _without_runs(comment: str, sources: Sequence[str]) -> str:
    known = {run for source in sources for run in _runs([text.normalise(token) for token in text.split(source)])}
    if not known:  # as with most titles
        return comment
    tokens = text.locate(comment)
    forms = [text.normalise(token.written) for token in tokens]
    parts: list[str] = []
    end = 0
    for place, run in enumerate(_runs(forms)):
        if run in known:
            begin = max(tokens[place].begin, end)
            last = tokens[place + _N_WORDS - 1].end
            parts += [comment[end:begin], " " * (last - begin)]
            end = last
    return "".join([*parts, comment[end:]])


def _runs(forms: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(forms[begin : begin + _N_WORDS]) for begin in range(len(forms) - _N_WORDS + 1)]
