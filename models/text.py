"""Comment text as the classifier reads it: tokens found in the original text, and their normal form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from models.disguise import EAST_ASIAN, FRAMED, HOLE, INVISIBLE, MARKS, SYMBOLS, fold
from models.lookalikes import STROKE

URL = "<url>"
NAME = "<name>"
MAIL = "<mail>"

ANY_LETTER = "*"
"""Stands in a normal form for a letter that was masked."""

_UNSEEN = MARKS + INVISIBLE
_APOSTROPHES = "'\u2019"
_EMOJI = "\u2600-\u27bf\U0001f000-\U0001f3fa\U0001f400-\U0001faff"  # without the tones of skin
_FLAG = "[\U0001f1e6-\U0001f1ff]"
_SINGLE = rf"(?:[^\W_{EAST_ASIAN}]|[{FRAMED}$@])[{_UNSEEN}]*+"
_GAP = rf"(?:[^\w\s{FRAMED}{_UNSEEN}{_APOSTROPHES}\"&$@]|_){{1,2}}"

# One pass over the original text, so that a token's place in it needs no map back. Counted repeats are bounded or
# possessive: no text makes this slower than linear.
_TOKEN = re.compile(
    rf"""
      [A-Za-z]{{2,}}+(?=[ \n,;)]|[.!?]\s|\Z)                  # a plain word, which most are: found fast
    | (?:https?://|www\.)\S+                                  # an address
    | &\#?\w{{1,8}};                                          # what HTML left behind
    | [\w.+-]{{1,64}}+@\w[\w-]*\.\w+                          # a mail address
    | @\w+                                                    # someone's name on a platform
    | \u202e[^\u202c\r\n]*+\u202c?                            # words written backwards, shown forwards
    | {_FLAG}{{2}}(?!{_FLAG})                                 # a flag
    | (?<![\w{_APOSTROPHES}])(?=[^\d$@]){_SINGLE}             # letters written apart
      (?: (?:\s{_SINGLE}){{2,}} | (?:{_GAP}{_SINGLE}){{2,}} | (?:\.\s{_SINGLE}){{2,}} )(?![\w{_APOSTROPHES}])
    | (?:[\w${FRAMED}] | (?<!\S)[!|](?=[^\W\d_]) | [{SYMBOLS}](?=[^\W\d_]{{2}}))   # a word, masked letters and all
      (?: [\w{FRAMED}{_UNSEEN}]
        | [*$@{_APOSTROPHES}]{{1,4}}(?=\w)
        | (?<=[\w$@])(?:[!|+?]|[%^\#]{{1,3}})(?=[^\W\d_]|[0-9$@][\w$@])
        | [{SYMBOLS}]{{1,2}}(?=[\w{_UNSEEN}])
      )*
      (?:\*{{1,6}} | (?<=[^\W\d_])[{SYMBOLS}] | (?<=\w\w[^\W\d_])\$(?!\w))?
    | [{_EMOJI}]
    | [!?]+
    """,
    re.VERBOSE,
)
_APART = re.compile(rf"{_SINGLE}(?:(?:\s{_SINGLE}){{2,}}|(?:{_GAP}{_SINGLE}){{2,}}|(?:\.\s{_SINGLE}){{2,}})")
_BETWEEN = re.compile(rf"[^\w{FRAMED}$@]|_")
_FLAGS = re.compile(f"{_FLAG}{{2}}")
_LETTER = re.compile(r"[^\W\d_]")
_DROPPED = frozenset({"RT", "rt", "AT_USER"})
_ADDRESS = ("http://", "https://", "www.")
_REPEATS = re.compile(r"(.)\1{2,}")
_DIGIT = re.compile(r"\d")
_LEET = re.compile(r"(?<=[a-z$@])[013457@$](?=[a-z$@])|^\$(?=[a-z])|(?<=[a-z$])\$$")
_LETTER_OF = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
_JOINED_BY = re.compile(r"[|+%^#_]+")
_CALL = re.compile(r"[!?]")
_SHORTEST_UNMASKED = 3
_LATIN = re.compile(r"[A-Za-zªº\u00c0-\u024f\u1e00-\u1eff]")
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as written, and where: code points of the original text, `end` exclusive."""

    written: str
    begin: int
    end: int


def split(text: str) -> list[str]:
    """List the tokens of a text as written, without their places."""
    return _TOKEN.findall(text)


def locate(text: str) -> list[Token]:
    """List the tokens of a text with their places in it, in the same order as `split`."""
    return [Token(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]


def normalise(written: str) -> str:
    """Give a token's normal form; empty for what says nothing (platform marks, remains of HTML).

    Case, accents, width, invisible characters, look-alikes, drawn-out letters and digits dressed as letters are folded
    away; letters written apart come together. A letter that cannot be told is `ANY_LETTER`. Addresses and names become
    placeholders. The form's length has nothing to do with the token's; where signs join words (`no!really`), it is
    several words parted by spaces.
    """
    if written in _DROPPED or written[0] == "&":
        return ""
    if written[0] in "!?" and not is_word(written):
        return written[:2]
    if len(written) == 2 and _FLAGS.fullmatch(written):  # noqa: PLR2004  (a flag is two letters)
        return written
    if written[0] == "\u202e":
        return " ".join(filter(None, map(normalise, split(fold(written)))))
    return _placeholder(written) or " ".join(map(_spell_out, parts(outline(written))))


def outline(written: str) -> str:
    """Give a word folded, with each sign kept that could be more than one letter, or none: digits, masks, holes."""
    if is_apart(written):
        written = _BETWEEN.sub("", written)
    return written.lower().replace("'", "") if written.isascii() else fold(written)


def parts(form: str) -> list[str]:
    """Cut an outline where a sign joins words that could stand alone; question and exclamation marks are kept."""
    if form.isalpha():
        return [form]
    return _JOINED_BY.sub(" ", _CALL.sub(lambda call: f" {call[0]} ", form)).split() or [form]


def is_apart(written: str) -> bool:
    """Say whether a token is a word whose letters are written apart, as in `w o r d`."""
    return len(written) > 1 and not written.isalnum() and _APART.fullmatch(written) is not None


def is_word(written: str) -> bool:
    """Say whether a token is a word: it has a letter and is no address, name or platform mark."""
    return (
        (_LETTER.search(written) is not None or (not written.isascii() and _LATIN.search(fold(written)) is not None))
        and written[0] not in "@&"
        and written not in _DROPPED
        and not written.startswith(_ADDRESS)
        and not ("@" in written and "." in written)
    )


def script(text: str) -> str | None:
    """Name the script of most of a text's letters: "latin", "hangul", "other", or None without any letter.

    Letters of other scripts that disguise Latin words are counted as Latin.
    """
    if text.isascii():
        return "latin" if _LETTER.search(text) else None
    plain = _script_of(unicodedata.normalize("NFKC", text))
    if plain in {"latin", "hangul"}:
        return plain
    return _script_of(" ".join(outline(written) for written in split(text) if is_word(written)).replace(HOLE, "x"))


def _script_of(folded: str) -> str | None:
    n_letters = len(_LETTER.findall(folded))
    if n_letters == 0:
        return None
    n_latin = len(_LATIN.findall(folded))
    n_hangul = len(_HANGUL.findall(folded))
    if 2 * (n_latin + n_hangul) < n_letters:
        return "other"
    return "hangul" if n_hangul > n_latin else "latin"


def _placeholder(written: str) -> str | None:
    if written.startswith(_ADDRESS):
        return URL
    if "@" in written[1:] and "." in written and not is_apart(written):
        return MAIL
    return NAME if written[0] == "@" else None


def _spell_out(form: str) -> str:
    bare = form.rstrip(ANY_LETTER)
    if len(bare) >= _SHORTEST_UNMASKED:
        form = bare
    form = form.replace(HOLE, ANY_LETTER).replace(STROKE, "i")
    if _LETTER.search(form) is None:
        return _DIGIT.sub("0", form)
    form = _LEET.sub(lambda match: _LETTER_OF[match[0]], form)
    return _REPEATS.sub(r"\1\1", form)
