"""Keys of n-grams: what a word, a pair of words and the letters inside a word are called in the vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_WORD = 40
"""Letters of one word that are looked at; what is longer is no word."""

_WORD_SEED = 0
_GRAM_SEED = 0x9E3779B9
_LEFT = np.uint64(0x9E3779B97F4A7C15)
_RIGHT = np.uint64(0xC2B2AE3D27D4EB4F)
_HIGH_HALF = np.uint64(32)


def word_key(form: str) -> int:
    """Name a word by 32 bits."""
    return crc32(form.encode(), _WORD_SEED)


def gram_keys(form: str, shortest: int, longest: int) -> NDArray[np.uint32]:
    """Name the letter n-grams of a word, its edges marked by a space; repeats are kept. Shape `(n_grams,)`."""
    edged = f" {form[:LONGEST_WORD]} "
    n_letters = len(edged)
    keys = [
        crc32(edged[begin : begin + size].encode(), _GRAM_SEED)
        for size in range(shortest, min(longest, n_letters) + 1)
        for begin in range(n_letters - size + 1)
    ]
    return np.array(keys, dtype=np.uint32)


def pair_keys(words: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Name each pair of neighbours in `(n_words,)` keys. Shape `(n_words - 1,)`."""
    wide = words.astype(np.uint64)
    mixed = wide[:-1] * _LEFT ^ (wide[1:] + _RIGHT) * _RIGHT
    mixed ^= mixed >> _HIGH_HALF
    mixed *= _LEFT
    keys: NDArray[np.uint32] = (mixed >> _HIGH_HALF).astype(np.uint32)
    return keys
