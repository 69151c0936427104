"""What the sentence encoder reads: a comment's words in their normal form, cut into the pieces it knows."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from models import text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

N_PIECES = 128
"""The most pieces of one text that are read; what follows is left to the n-grams."""

_PUNCTUATION = re.compile(r"[.,;:\"\u201c-\u201e\u2018()\[\]/%+=-]|…")
_PLAIN = re.compile(r"[a-z]+(?:'[a-z]+)*|[0-9]+")
_SPOKEN = {text.URL: "link", text.NAME: "someone", text.MAIL: "address"}
_N_NAME_WORDS = 4
_N_REMEMBERED = 1 << 14


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text cut into pieces.

    Attributes:
        ids: Vocabulary numbers, `(n_pieces,)` int64.
        tokens: The token each piece was cut from, -1 for the marks at both ends; `(n_pieces,)` int32.
    """

    ids: NDArray[np.int64]
    tokens: NDArray[np.int32]


def located_words(comment: str) -> list[text.Token]:
    """List a comment's tokens with their places, and the punctuation that they leave out: quotation marks matter."""
    tokens = text.locate(comment)
    found: list[text.Token] = []
    end = 0
    for token in [*tokens, text.Token("", len(comment), len(comment))]:
        found += [
            text.Token(mark[0], mark.start(), mark.end()) for mark in _PUNCTUATION.finditer(comment, end, token.begin)
        ]
        found.append(token)
        end = token.end
    return found[:-1]


class Cutter:
    """Cuts texts into word pieces. Safe to share between threads.

    Args:
        vocabulary: The tokenizer's own JSON.
        spell: Gives a token's normal form, with what was disguised restored.
        n_pieces: What is longer is cut off.
    """

    def __init__(self, vocabulary: str, spell: Callable[[str], str] = text.normalise, n_pieces: int = N_PIECES) -> None:
        self._form = lru_cache(maxsize=_N_REMEMBERED)(partial(form, spell=spell))
        self._tokenizer = Tokenizer.from_str(vocabulary)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(n_pieces)

    def cut(self, located: Sequence[Sequence[text.Token]]) -> list[Pieces]:
        """Cut texts, given the tokens of each; what is longer than the most pieces is cut off."""
        encoded = self._tokenizer.encode_batch(
            [[self._form(token.written) for token in tokens] for tokens in located], is_pretokenized=True
        )
        return [
            Pieces(
                np.array(one.ids, dtype=np.int64),
                np.array([-1 if word is None else word for word in one.word_ids], dtype=np.int32),
            )
            for one in encoded
        ]


def form(written: str, spell: Callable[[str], str] = text.normalise) -> str:
    """Give a token as the encoder reads it; empty for what says nothing."""
    lower = written.lower().replace("\u2019", "'")
    if _PLAIN.fullmatch(lower):
        normal = spell(written)
        # As written but for its case, unless it was drawn out or otherwise disguised: the encoder knows "don't".
        is_as_meant = lower.isdigit() or normal == lower.replace("'", "")
        return lower if normal and is_as_meant else normal
    if written[0] == "&" and len(written) > 1:
        sign = html.unescape(written)
        return "" if sign == written else form(sign, spell)
    if len(written) == 1 and unicodedata.category(written) == "So":
        return " ".join(unicodedata.name(written, "").lower().split()[:_N_NAME_WORDS])
    if _PUNCTUATION.fullmatch(written):
        return written
    normal = spell(written)
    return _SPOKEN.get(normal) or normal or (written if not text.is_word(written) else "")
