"""Texts in words of our own: a few hundred that everyone uses, and made-up ones that grow ever rarer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERYDAY = Path(__file__).with_name("everyday.txt").read_text(encoding="utf-8").split()
"""The most usual words, commonest first."""

N_RARE = 40_000
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnrstvz" for vowel in "aeio"]

_MARKS = (".", ".", ".", ".", "?", "!", ", though", ";")
_FEWEST_WORDS, _MOST_WORDS = 3, 220
_WORDS_A_SENTENCE = 12


class Writer:
    """Writes comments whose words are as unevenly spread as people's are (Zipf), always the same for one seed."""

    def __init__(self, draw: np.random.Generator) -> None:
        self._draw = draw
        self.words: Sequence[str] = [*EVERYDAY, *_made_up(draw)]
        shares = 1.0 / (np.arange(len(self.words)) + 8.0)
        self._cumulated = np.cumsum(shares / shares.sum())

    def write(self, n: int) -> list[str]:
        """Write comments, most of a few dozen words."""
        lengths = np.clip(self._draw.lognormal(3.1, 0.8, n), _FEWEST_WORDS, _MOST_WORDS).astype(int)
        places = np.searchsorted(self._cumulated, self._draw.random(int(lengths.sum()))).tolist()
        marks = self._draw.integers(0, len(_MARKS), int(lengths.sum()) // _WORDS_A_SENTENCE + n + 1).tolist()
        words, texts, at, at_mark = self.words, [], 0, 0
        for length in lengths.tolist():
            sentences = []
            for begin in range(at, at + length, _WORDS_A_SENTENCE):
                chosen = [words[place] for place in places[begin : min(begin + _WORDS_A_SENTENCE, at + length)]]
                sentences.append(" ".join(chosen).capitalize() + _MARKS[marks[at_mark]])
                at_mark += 1
            texts.append(" ".join(sentences))
            at += length
        return texts

    def title(self) -> str:
        """Write the title of an article."""
        return " ".join(EVERYDAY[place] for place in self._draw.integers(170, len(EVERYDAY) - 30, 5)).capitalize()

    def name(self) -> str:
        """Make a reader's name up."""
        first, last = (
            self.words[place].capitalize() for place in self._draw.integers(len(EVERYDAY), len(self.words), 2)
        )
        return f"{first} {last}"


def _made_up(draw: np.random.Generator) -> list[str]:
    drawn = draw.integers(0, len(_SYLLABLES), (N_RARE * 2, 4)).tolist()
    lengths = draw.integers(2, 5, N_RARE * 2).tolist()
    words = dict.fromkeys(
        "".join(_SYLLABLES[place] for place in places[:length]) for places, length in zip(drawn, lengths, strict=True)
    )
    return [word for word in words if word not in set(EVERYDAY)][:N_RARE]
