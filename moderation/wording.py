"""What someone looks for in texts, read from one line: words, "phrases", beginnings* and -exclusions.

A word is a run of letters, marks and digits, in any case. Whatever else holds runs together, such as `it's` or
`bridge-toll`, is looked for as words that follow each other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation.domain import Span
from moderation.errors import UnclearWording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_TERMS = 20
MOST_LETTERS = 100
FEWEST_LETTERS_OF_BEGINNING = 3

_PART = re.compile(r'(?P<without>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<loose>[^\s"]+))(?P<beginning>\*)?')
_CONTEXT = 60


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other, in lower case. With `is_beginning`, the last of them may go on."""

    words: tuple[str, ...]
    is_beginning: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """Terms that a text has to have, all of them, and terms of which it must have none."""

    wanted: tuple[Term, ...]
    without: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    begin: int
    end: int
    word: str


def read(line: str) -> Wording | None:
    """Read what someone typed; None where they typed nothing. Quotation marks that are left open end with the line.

    Raises:
        UnclearWording: it holds no word, only exclusions, too many terms, or a term too long or too short.
    """
    if not line.strip():
        return None
    wanted: list[Term] = []
    without: list[Term] = []
    for part in _PART.finditer(_straight(line)):
        given = part["loose"] if part["phrase"] is None else part["phrase"]
        words = tuple(token.word for token in _tokens(given))
        if not words:
            continue
        is_beginning = bool(part["beginning"]) or (part["phrase"] is None and given.endswith("*"))
        (without if part["without"] else wanted).append(_checked(Term(words, is_beginning)))
    if not wanted:
        raise UnclearWording("only exclusions" if without else "no words")
    found = Wording(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(without)))
    if len(found.wanted) + len(found.without) > MOST_TERMS:
        raise UnclearWording("too many terms")
    return found


def spans(wording: Wording, text: str) -> list[Span]:
    """Find the wanted terms in a text, in code points; what overlaps is one."""
    tokens = list(_tokens(text))
    found = sorted(
        (tokens[place].begin, tokens[place + len(term.words) - 1].end)
        for term in wording.wanted
        for place in range(len(tokens) - len(term.words) + 1)
        if _is_at(term, tokens, place)
    )
    joined: list[Span] = []
    for begin, end in found:
        if joined and begin < joined[-1].end:
            joined[-1] = Span(joined[-1].begin, max(end, joined[-1].end))
        else:
            joined.append(Span(begin, end))
    return joined


def excerpt(text: str, found: Sequence[Span], most: int) -> Span:
    """Choose at most so many code points of a text, around the first term that was found; it begins with a word."""
    first = found[0].begin if found else 0
    if len(text) <= most or first <= _CONTEXT:
        return Span(0, min(len(text), most))
    begin = max(0, min(first - _CONTEXT, len(text) - most))
    begin = next((place + 1 for place in range(begin, first) if text[place].isspace()), first)
    return Span(begin, min(len(text), begin + most))


def _checked(term: Term) -> Term:
    if any(len(word) > MOST_LETTERS for word in term.words):
        raise UnclearWording("too long")
    if term.is_beginning and len(term.words[-1]) < FEWEST_LETTERS_OF_BEGINNING:
        raise UnclearWording("beginning too short")
    return term


def _straight(line: str) -> str:
    """Take any language's quotation marks for quotation marks, and any dash for the one that leaves out."""
    return line.translate(_STRAIGHT)


_STRAIGHT = {ord(mark): '"' for mark in "\u00ab\u00bb\u201c\u201d\u201e\u201f"} | {0x2212: "-", 0x2013: "-"}


def _tokens(text: str) -> Iterator[_Token]:
    begin: int | None = None
    for place, character in enumerate(text):
        if _is_of_word(character):
            begin = place if begin is None else begin
        elif begin is not None:
            yield _Token(begin, place, text[begin:place].lower())
            begin = None
    if begin is not None:
        yield _Token(begin, len(text), text[begin:].lower())


def _is_of_word(character: str) -> bool:
    return character.isalnum() or (not character.isascii() and unicodedata.category(character)[0] in "LMN")


def _is_at(term: Term, tokens: Sequence[_Token], place: int) -> bool:
    *others, last = term.words
    if any(tokens[place + offset].word != word for offset, word in enumerate(others)):
        return False
    at_end = tokens[place + len(others)].word
    return at_end.startswith(last) if term.is_beginning else at_end == last
