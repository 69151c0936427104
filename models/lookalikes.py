# ruff: noqa: RUF001  (letters that are mistaken for others are what this module lists)
"""Signs that are read as a Latin letter because they look like one.

A tenth of all such signs, those of scripts that most machines can show. `is_known` cuts Unicode's signs into halves;
this table may list signs of the one half only, and `benchmarks.evasion` attacks with the other half too: so it
measures what the reading does with signs that nobody foresaw.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Mapping

STROKE = "ı"
"""Stands in a folded word for an upright stroke, which may be an i or an l."""


def is_known(sign: str) -> bool:
    """Say whether a sign is in the half of Unicode that this module may list."""
    return crc32(sign.encode()) % 2 == 0


_SIGNS_LIKE = {
    "a": "ɑАаᎪ⍺ꓮ",
    "b": "ƄВᏏᏴᑲᖯ",
    "c": "ϲϹСᏟꮯ🝌",
    "d": "ԁᎠᏧᗪ",
    "e": "Ε℮ⴹ",
    "f": "ᖴꓝ",
    "g": "ցꓖ",
    "h": "ΗһᎻꓧ",
    "i": "ɩі⍳ꙇ",
    "j": "ϳЈᎫᒍ",
    "k": "КᏦꓗ",
    "l": "Ꮮ",
    "m": "ΜϺᗰⲘꓟ",
    "n": "ΝռⲚ",
    "o": "ΟοσՕჿⵔഠ𐐄𐐬",
    "p": "ρϱРⲢⲣ",
    "q": "ԛզⵕ",
    "r": "ƦгᎡᖇᴦ",
    "s": "ƽѕՏᏕ𐑈",
    "t": "ΤТᎢ⊤ꓔ",
    "u": "Սսሀꓴ⋃",
    "v": "νѴѵᐯ⋁ⴸꓦ",
    "w": "ᎳᏔ",
    "x": "Χхᕁᚷ⤬⨯ⵝꞳ",
    "y": "ɣΥϒУყᎩⲨꓬ",
    "z": "Ζꓜ",
    STROKE: "ƖǀᛁⲒⵏ￨ӏ",
}

LETTER_OF: Mapping[str, str] = MappingProxyType(
    {sign: letter for letter, signs in _SIGNS_LIKE.items() for sign in signs}
)
"""The letter, or `STROKE`, that each listed sign looks like."""
