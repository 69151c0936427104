"""Disguised letters: each sign of a word is read for the letter it was meant to be, or left as a hole."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from models.lookalikes import LETTER_OF, STROKE

HOLE = "\ufffd"
"""Stands in a folded word for a sign that could be any letter."""

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Signs without a shape of their own, as the inside of a character class."""

MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0670\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ua66f-\ua672\ua674-\ua67d\ufe00-\ufe0f\ufe20-\ufe2f"
)
"""Signs that stand on, under or around another, as the inside of a character class."""

FRAMED = "\u249c-\u24e9\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189\U0001f1e6-\U0001f1ff"
"""Letters that are symbols to Unicode: squared, circled, of flags."""

SYMBOLS = (
    "\u00a1-\u00a3\u00a5\u00a7\u00d7\u02c2-\u02df\u20a0-\u20cf\u2100-\u214f\u2200-\u23e8\u23fb-\u23ff\u2571-\u2573\u27c0-\u27ef"
    "\u2900-\u2aff\uffe8-\uffee\ufffd\U0001d200-\U0001d245\U0001f700-\U0001f77f"
)
"""Symbols of mathematics and such that pass for letters when they stand between letters."""

EAST_ASIAN = (
    "\u1100-\u11ff\u2e80-\u3006\u3008-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
"""Scripts that are written beside Latin letters without a space; their letters are never disguises."""

_OVERRIDE = re.compile("\u202e([^\u202c\r\n]*+)\u202c?")
_UNSEEN = re.compile(f"[{INVISIBLE}{MARKS}'\u2019]+")
_EAST_ASIAN = re.compile(f"[{EAST_ASIAN}]")
_SYMBOL = re.compile(f"[{SYMBOLS}]")
_NAMED_LATIN = re.compile(r"LATIN (?:\w+ )*?(?:LETTER|CAPITAL|SMALL) (?:[\w-]+ )*?([A-Z])(?: WITH .*)?")
_NAMED_FRAMED = re.compile(r"(?:NEGATIVE|REGIONAL|CROSSED NEGATIVE) .* ([A-Z])")
_SPELLED_WITH_MORE = {"æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ə": "e", "ŋ": "n", "ʃ": "s", "ʒ": "z"}
_SYMBOL_LIKE = {"¡": STROKE, "¢": "c", "£": "l", "¥": "y", "§": "s", "€": "e", "₤": "l", "©": "c", "®": "r"}
_STROKES = frozenset("1Il|")


def fold(written: str) -> str:
    """Give a word with any non-ASCII sign in small letters: accents, width, marks and look-alikes folded away.

    A word in another script stays in it. But in a word with Latin letters, or of several scripts, every other letter
    is a disguise: it becomes the letter it looks like, else a `HOLE`.
    """
    seen = _UNSEEN.sub("", unicodedata.normalize("NFC", _OVERRIDE.sub(lambda span: span[1][::-1], written)))
    if seen.isascii():
        return seen.lower()
    if _EAST_ASIAN.search(seen) is None:
        read = [_read(sign) for sign in seen]
        if _is_disguised(seen, read):
            return "".join(read)
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", seen).casefold())
    return "".join(sign for sign in letters if unicodedata.category(sign) not in {"Mn", "Cf", "Me"} and sign != "'")


def _is_disguised(signs: str, read: list[str]) -> bool:
    n_holes = read.count(HOLE)
    n_latin = sum(_is_latin(sign) for sign in signs)
    n_read = sum(one.isascii() and one.isalpha() for one in read)
    if n_latin or not n_holes:
        return n_holes <= n_read
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in signs if sign.isalpha()}
    return len(scripts) > 1 and n_holes <= n_read


@lru_cache(maxsize=1 << 12)
def _is_latin(sign: str) -> bool:
    plain = unicodedata.normalize("NFKD", sign)[0]
    return plain.isalpha() and (plain.isascii() or "LATIN" in unicodedata.name(plain, ""))


@lru_cache(maxsize=1 << 12)
def _read(sign: str) -> str:
    """Read one sign as small Latin letters, `STROKE`, or a `HOLE`."""
    if sign.isascii():
        return sign.lower()
    known = _SYMBOL_LIKE.get(sign) or LETTER_OF.get(sign)
    if known:
        return known
    alike = unicodedata.normalize("NFKC", sign)
    if alike in _STROKES:
        return STROKE
    plain = "".join(
        one for one in unicodedata.normalize("NFKD", alike) if unicodedata.category(one) not in {"Mn", "Cf", "Me"}
    )
    if plain.isascii():
        return plain.strip("()").lower()
    return "".join(map(_read_plain, plain))


def _read_plain(sign: str) -> str:
    small = sign.casefold()
    known = LETTER_OF.get(sign) or LETTER_OF.get(small) or _SPELLED_WITH_MORE.get(small)
    if known == "i" and sign != small:
        return STROKE  # a capital i has no dot
    if known or small.isascii():
        return known or small
    name = unicodedata.name(sign, "")
    if "TURNED" in name:
        return HOLE  # it looks like another letter, as a turned m like a w
    named = _NAMED_LATIN.fullmatch(name) or _NAMED_FRAMED.fullmatch(name)
    if named:
        return named[1].lower()
    digit = unicodedata.decimal(sign, None)
    # Zero and one look the same in most scripts, the other digits do not.
    if digit in {0, 1}:
        return str(digit)
    return HOLE if sign.isalnum() or _SYMBOL.match(sign) else sign
