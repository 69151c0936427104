"""What a disguised word was meant to be: the reading that the vocabulary makes most likely.

Each reading costs as much as its words are rare, and more for each letter that was guessed: a noisy channel over the
vocabulary's own frequencies.
"""

from __future__ import annotations

import math
import re
from itertools import product
from string import ascii_lowercase
from typing import TYPE_CHECKING

import numpy as np

from models import ngrams, text
from models.disguise import HOLE
from models.lookalikes import STROKE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_LETTERS_FOR = {
    "0": "o",
    "1": "il",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "bg",
    "7": "t",
    "8": "b",
    "9": "g",
    "2": "z",
    "@": "a",
    "$": "s",
    "!": "il",
    "|": "il",
    "+": "t",
    STROKE: "il",
} | dict.fromkeys(f"{HOLE}*#%^?", ascii_lowercase)
_SIGNS = re.compile("[" + re.escape("".join(_LETTERS_FOR)) + "]")
_RUN = re.compile(r"([^\W\d_])\1{2,}")
_V_FOR_U = re.compile(r"(?<=[b-df-hj-np-tw-z])v(?=[b-df-hj-np-tw-z])")
_MASKED_END = re.compile(r"\*+$")

_MOST_HOLES = 3
_MOST_READINGS = 26**_MOST_HOLES
_MOST_RUNS = 3
_FEWEST_LETTERS = 2
_FEWEST_LETTERS_FOR_MOST_HOLES = 5
_SHORTEST_LED_BY_DIGIT = 4
_COMMON_COSTS = 6.0
_DOUBLED_AT_END = "flsz"  # as in off, kill, ass and buzz
_SINGLE_AT_END_COSTS = 4.0
_UNKNOWN_COSTS = 5.0  # more than the rarest word in the vocabulary
_LONGEST_WORD = 16
_FILTER_BITS = 21  # two megabytes, which turn away all but a thirtieth of what is no word
_FILTER_SHIFT = np.uint32(32 - _FILTER_BITS)


class Speller:
    """Restores words by a vocabulary. Safe to share between threads.

    Args:
        words: Sorted keys of the words that may be meant, `(n_words,)`.
        rarity: For each how rare it is, as the natural logarithm of its share of texts, negated; `(n_words,)`.
    """

    def __init__(self, words: NDArray[np.uint32], rarity: NDArray[np.float32]) -> None:
        self._words = words
        self._rarity = rarity
        self._may_be_word = np.zeros(1 << _FILTER_BITS, dtype=np.bool_)
        self._may_be_word[words >> _FILTER_SHIFT] = True
        self._cost_of: dict[int, float] = dict(zip(words.tolist(), rarity.tolist(), strict=True))
        self._unknown = _UNKNOWN_COSTS + max(self._cost_of.values(), default=0.0)

    def spell(self, written: str) -> str:
        """Give a token's normal form, as `text.normalise` does, with what was masked or drawn out restored."""
        form = text.normalise(written)
        if written.isascii() and written.isalpha() and len(form) == len(written):
            return self._with_u(form)
        if form == text.NAME:
            return self._spell_name(written)
        if not form or form[0] == "<" or not text.is_word(written) or written[0] == "\u202e":
            return form
        return self._spell_word(written, form)

    def _spell_word(self, written: str, form: str) -> str:
        outline = text.outline(written)
        if text.is_apart(written):
            return self._spell_apart(outline, form)
        if outline == form and outline.isalpha() and STROKE not in outline:
            return self._with_u(form)
        if HOLE in written and self._knows(outline.replace(HOLE, "")):
            return outline.replace(HOLE, "")  # a sign lost on the way is oftenest an apostrophe
        return self._choose(outline, form)

    def _spell_name(self, written: str) -> str:
        """Take `@` for a letter where that makes a word, as in `@lmost`; else it is someone's name."""
        return self._fill(written.lower(), self._unknown) or text.NAME

    def _with_u(self, form: str) -> str:
        """Read a v where no v can be as the u of a word that is known."""
        meant = _V_FOR_U.sub("u", form)
        return form if meant == form or self._cost(meant) >= self._cost(form) else meant

    def _choose(self, outline: str, form: str) -> str:
        parts = text.parts(outline)
        n_masks = outline.count(text.ANY_LETTER)
        limit = self._unknown
        if len(parts) > 1:
            limit = sum(self._cost(one) for one in map(text.normalise, parts) if one.isalpha())
        elif not _SIGNS.search(outline) and not _RUN.search(outline) and "_" not in outline:
            return form
        elif n_masks > 1 and self._knows(form):
            return form  # what has more than one mask and is known as such was learnt as it is
        elif not n_masks and HOLE not in outline:
            if self._knows(outline):
                return form
            limit = self._cost(form)
        meant = self._fill(outline.replace("_", ""), limit)
        if meant is None and _RUN.search(outline) is not None and not self._knows(form):
            return text.normalise(_RUN.sub(r"\1", outline))
        return meant or form

    def _fill(self, outline: str, limit: float) -> str | None:
        """Find the likeliest word for an outline, if it costs less than a limit."""
        ending = _MASKED_END.search(outline)
        if ending is not None and len(ending[0]) > 1:
            return None  # where a word's end is masked, too many words begin so
        found: str | None = None
        for base, extra in _outlines(outline):
            cost, meant = self._fill_one(base)
            if meant is not None and cost + extra < limit:
                limit, found = cost + extra, meant
        return found

    def _fill_one(self, outline: str) -> tuple[float, str | None]:
        places = [(match.start(), _LETTERS_FOR[match[0]]) for match in _SIGNS.finditer(outline)]
        n_holes = sum(letters == ascii_lowercase for _, letters in places)
        n_letters = len(outline) - len(places)
        if (
            len(outline) > ngrams.LONGEST_WORD
            or n_letters < max(_FEWEST_LETTERS, n_holes)
            or n_holes > _MOST_HOLES
            or (n_holes == _MOST_HOLES and n_letters < _FEWEST_LETTERS_FOR_MOST_HOLES)
            or math.prod(len(letters) for _, letters in places) > _MOST_READINGS
        ):
            return math.inf, None
        keys = _keys(outline, places)
        likely = np.flatnonzero(self._may_be_word[keys >> _FILTER_SHIFT])
        at = np.searchsorted(self._words, keys[likely])
        at[at == len(self._words)] = 0
        is_word = self._words[at] == keys[likely] if len(self._words) else np.zeros(0, dtype=np.bool_)
        likely, at = likely[is_word], at[is_word]
        if not len(likely):
            return math.inf, None
        best = int(np.argmin(self._rarity[at]))
        match, cost, meant = int(likely[best]), float(self._rarity[at[best]]), list(outline)
        for place, letters in reversed(places):
            match, which = divmod(match, len(letters))
            meant[place] = letters[which]
            cost += math.log(len(letters))
        if outline[0].isdigit() and len(outline) < _SHORTEST_LED_BY_DIGIT and cost > _COMMON_COSTS:
            return math.inf, None
        return cost, "".join(meant)

    def _spell_apart(self, outline: str, form: str) -> str:
        """Find the likeliest words in letters written apart, which need not be one word."""
        if not outline.isalpha() or STROKE in outline:
            return self._fill(outline, self._unknown) or form
        if len(outline) > ngrams.LONGEST_WORD:
            return form
        costs, begins = [0.0], [0]
        for end in range(1, len(outline) + 1):
            cost, begin = min(
                (costs[begin] + self._cost(outline[begin:end]), begin)
                for begin in range(max(0, end - _LONGEST_WORD), end)
            )
            costs.append(cost)
            begins.append(begin)
        words: list[str] = []
        end = len(outline)
        while end:
            words.insert(0, outline[begins[end] : end])
            end = begins[end]
        # Letters that make no words are one word that nobody knew.
        return " ".join(words) if 2 * len(words) <= len(outline) else form

    def _knows(self, word: str) -> bool:
        return ngrams.word_key(word) in self._cost_of

    def _cost(self, word: str) -> float:
        return self._cost_of.get(ngrams.word_key(word), self._unknown)


def _outlines(outline: str) -> Iterator[tuple[str, float]]:
    """Give an outline with each drawn-out letter once and twice, and without a mask at its end; and what each costs."""
    runs = list(_RUN.finditer(outline))[:_MOST_RUNS]
    for lengths in product((1, 2), repeat=len(runs)):
        pieces, end, extra = [], 0, 0.0
        for run, length in zip(runs, lengths, strict=True):
            pieces += [outline[end : run.start()], run[1] * length]
            end = run.end()
            if length == 1 and end == len(outline) and run[1] in _DOUBLED_AT_END:
                extra += _SINGLE_AT_END_COSTS
        one = "".join(pieces) + outline[end:]
        yield one, extra
        if one.endswith(text.ANY_LETTER):
            yield one[:-1], extra


def _keys(outline: str, places: Sequence[tuple[int, str]]) -> NDArray[np.uint32]:
    """Name every reading of an outline, the last place turning fastest.

    A checksum is linear: what a letter changes in it does not depend on the other letters. So the checksums of all
    readings come from those of a few.
    """
    letters = list(outline)
    for place, options in places:
        letters[place] = options[0]
    base = ngrams.word_key("".join(letters))
    keys = np.array([base], dtype=np.uint32)
    for place, options in places:
        changes = []
        for option in options:
            changed = [*letters]
            changed[place] = option
            changes.append(ngrams.word_key("".join(changed)) ^ base)
        keys = (keys[:, None] ^ np.array(changes, dtype=np.uint32)).ravel()
    return keys
