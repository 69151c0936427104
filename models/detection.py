"""Which language words seem to be written in, by CLD2. See ADR 9 for why this detector, and for its figures."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

_log = logging.getLogger(__name__)

_LONGEST = 4_000
_LEAST_PERCENT = 60
_LEAST_WORDS_WITHOUT_HINT = 4
_ASIDES = re.compile(r"(?:https?://|www\.)\S+|&#?\w{1,8};|[\w.+-]{0,64}@\w[\w.-]*|#\w+")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_REPEATS = re.compile(r"(.)\1{2,}")
# CLD2 knows old codes, and languages that no newspaper's readers write: what it takes for Scots or Interlingua is
# English slang. These are the languages in which it may contradict that a Latin text is English.
_TODAY = {"iw": "he", "jw": "jv", "in": "id", "nn": "no", "nb": "no", "sh": "hr"}
_LATIN = frozenset(
    """
    af bs ca cs cy da de en es et eu fi fr ga gl hr hu id is it lt lv ms nl no pl pt ro sk sl sq sr sv sw tl tr vi
    """.split()  # noqa: SIM905  (a list to read, not to parse)
)
# Common in English, and not words of its neighbours: no "in", "die", "was", "no", "me".
_ENGLISH = frozenset(
    """
    about and are aren't because been but can't could did didn't does doesn't doesnt don't dont from get go got has
    have he's his how i'm if im is isn't it it's its just know like lol my not of out people should some than that
    that's the their them then there these they they're this those very wasn't what when where which who why with
    won't would wouldn't you you're your u ur
    """.split()  # noqa: SIM905  (a list to read, not to parse)
)


@dataclass(frozen=True, slots=True)
class Found:
    """A language found in a text.

    Attributes:
        code: A base subtag.
        n_words: The number of words that it was found in.
        is_mixed: Whether one of English's commonest words is among them.
    """

    code: str
    n_words: int
    is_mixed: bool


@dataclass(frozen=True, slots=True)
class _Cld2:
    module: Any
    hints: frozenset[str]


def latin(comment: str, declared: str | None) -> Found | None:
    """Find the language of a text in Latin letters, or None when it could as well be the declared one, or English."""
    words = _words(comment)
    # Slang and names are not in the detector's English. With English for a hint it takes them for nothing rather than
    # for Danish; several words without one of English's commonest need no such help.
    is_plainly_other = len(words) >= _LEAST_WORDS_WITHOUT_HINT and _ENGLISH.isdisjoint(words)
    found = _detect(words, declared or (None if is_plainly_other else "en"), is_best_effort=False)
    return found if found is not None and found.code in _LATIN else None


def other(comment: str, declared: str | None) -> Found | None:
    """Find the language of a text in other letters, which mostly give it away."""
    return _detect(_words(comment), declared, is_best_effort=True)


def _detect(words: list[str], hint: str | None, *, is_best_effort: bool) -> Found | None:
    cld2 = _cld2()
    if cld2 is None:
        return None
    is_reliable, _, ranks = cld2.module.detect(
        " ".join(words),
        isPlainText=True,
        bestEffort=is_best_effort,
        hintLanguage=hint if hint in cld2.hints else None,
    )
    _, code, percent, _ = ranks[0]
    code = code.split("-")[0]
    if code == "un" or percent < _LEAST_PERCENT or not (is_reliable or is_best_effort):
        return None
    return Found(_TODAY.get(code, code), len(words), not _ENGLISH.isdisjoint(words))


def _words(comment: str) -> list[str]:
    # Capitals and drawn-out letters mislead the detector; addresses and names are in no language.
    return _WORD.findall(_REPEATS.sub(r"\1\1", _ASIDES.sub(" ", comment[:_LONGEST]).lower()))


@cache
def _cld2() -> _Cld2 | None:
    # Imported at first need: most processes never score. It has no wheels for every platform, and without it the
    # letters decide alone, as in a service that was told nothing.
    try:
        module = import_module("pycld2")
    except ImportError:
        _log.warning("pycld2 is not installed: every text in Latin letters is taken for English unless declared")
        return None
    return _Cld2(module, frozenset(code for _, code in module.LANGUAGES))
