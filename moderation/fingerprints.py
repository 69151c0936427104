"""Fingerprints of texts: numbers that lie close together where texts are nearly the same.

A 64-bit SimHash (Charikar, 2002), found by four bands of 16 bits (Manku et al., 2007): two that differ in three bits at
most agree in one band at least, so whoever looks up the four bands misses none.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_APART = 3
"""Fingerprints that differ in more bits than these are of different texts."""

_BYTES = 8
_LANE_BYTES = 4
_LANES_BYTES = 64 * _LANE_BYTES
_BAND_BITS = 16
_FEWEST_WORDS = 3
_FEW_WORDS = 8
_LONGEST_WORD = 6
_GRAM = 4

_UNSEEN = re.compile("[\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_DIGITS = re.compile(r"\d+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}", re.DOTALL)
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")


def simhash(text: str) -> int:
    """Fingerprint a text as a signed 64-bit number.

    Letter case, white space, punctuation, numbers, drawn-out letters and characters that nobody sees make no
    difference, nor does the order of words: each distinct word counts once, the longer the more.

    Fewer than eight words are told apart by their character 4-grams as well. Fewer than three are too few to be nearly
    anything: their fingerprint is a plain hash of the whole, punctuation included, and close to that of no other text.
    """
    plain = normalised(text)
    words = set(_words(plain))
    if len(words) < _FEWEST_WORDS:
        return _signed(_digest(plain))
    if len(words) < _FEW_WORDS:
        features = [(feature, 1) for feature in words | _grams(plain)]
    else:
        features = [(word, min(len(word), _LONGEST_WORD) ** 2) for word in words]
    votes = sum(_lanes(feature) * weight for feature, weight in features)
    half = sum(weight for _, weight in features) / 2
    bits = "".join("1" if vote > half else "0" for vote in struct.unpack(">64I", votes.to_bytes(_LANES_BYTES, "big")))
    return _signed(int(bits, 2).to_bytes(_BYTES, "big"))


def normalised(text: str) -> str:
    """Write a text without what makes no difference: case, forms of letters, unseen marks, numbers, white space."""
    folded = unicodedata.normalize("NFKC", text.casefold())
    numberless = _DIGITS.sub("0", _UNSEEN.sub("", folded))
    return " ".join(_DRAWN_OUT.sub(r"\1\1", numberless).split())


def bands(fingerprint: int) -> tuple[int, int, int, int]:
    """Cut a fingerprint into its four quarters, the highest bits first."""
    first, second, third, fourth = (fingerprint >> shift & 0xFFFF for shift in (48, 32, 16, 0))
    return first, second, third, fourth


def bits_apart(one: int, other: int) -> int:
    """Count the bits in which two fingerprints differ."""
    return ((one ^ other) & 0xFFFF_FFFF_FFFF_FFFF).bit_count()


def _words(plain: str) -> Iterator[str]:
    """Find the words; where a script sets no spaces between them, pairs of neighbouring characters."""
    for word in _WORD.findall(plain):
        if word[0] < "\u0e00" or not _is_unspaced(word[0]) or len(word) == 1:
            yield word
        else:
            yield from (word[place : place + 2] for place in range(len(word) - 1))


@lru_cache(maxsize=16_384)
def _lanes(feature: str) -> int:
    """Spread the bits of a feature's hash into one number of 64 lanes, so that a sum of such numbers counts votes."""
    return int.from_bytes(b"".join([_LANES_OF[byte] for byte in _digest(feature)]), "big")


_LANES_OF = [
    b"".join((byte >> bit & 1).to_bytes(_LANE_BYTES, "big") for bit in range(7, -1, -1)) for byte in range(256)
]

_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


def _is_unspaced(character: str) -> bool:
    return _IS_UNSPACED.match(character) is not None


def _grams(plain: str) -> set[str]:
    joined = " ".join(_WORD.findall(plain))
    return {joined[place : place + _GRAM] for place in range(len(joined) - _GRAM + 1)}


def _digest(feature: str) -> bytes:
    return blake2b(feature.encode(errors="replace"), digest_size=_BYTES).digest()


def _signed(digest: bytes) -> int:
    return int.from_bytes(digest, "big", signed=True)
