"""Comment text as the classifier reads it: tokens found in the original text, and their normal form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

URL = "<url>"
NAME = "<name>"
MAIL = "<mail>"

_INVISIBLE = "\u00ad\u200b-\u200f\u2060\ufeff"
_MARKS = "\u0300-\u036f\ufe0e\ufe0f"
_APOSTROPHES = "'\u2019"
_EMOJI = "\u2600-\u27bf\U0001f000-\U0001faff"

# One pass over the original text, so that a token's place in it needs no map back. Counted repeats are bounded or
# possessive: no text makes this slower than linear.
_TOKEN = re.compile(
    rf"""
      (?:https?://|www\.)\S+                                  # an address
    | &\#?\w{{1,8}};                                          # what HTML left behind
    | [\w.+-]{{1,64}}+@\w[\w-]*\.\w+                          # a mail address
    | @\w+                                                    # someone's name on a platform
    | [\w$](?:[\w{_MARKS}{_INVISIBLE}]|[*$@{_APOSTROPHES}]{{1,4}}(?=\w))*\*{{0,6}}   # a word, masked letters and all
    | [{_EMOJI}]
    | [!?]+
    """,
    re.VERBOSE,
)
_LETTER = re.compile(r"[^\W\d_]")
_DROPPED = frozenset({"RT", "rt", "AT_USER"})
_ADDRESS = ("http://", "https://", "www.")
_REPEATS = re.compile(r"(.)\1{2,}")
_DIGIT = re.compile(r"\d")
_LEET = re.compile(r"(?<=[a-z$@])[013457@$](?=[a-z$@])|^\$(?=[a-z])|(?<=[a-z$])\$$")
_LETTER_OF = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
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

    Case, accents, width, invisible characters, drawn-out letters and digits dressed as letters are folded away.
    Addresses and names become placeholders. The form's length has nothing to do with the token's.
    """
    if written in _DROPPED or written[0] == "&":
        return ""
    if written[0] in "!?":
        return written[:2]
    return _placeholder(written) or _spell_out(_fold(written))


def is_word(written: str) -> bool:
    """Say whether a token is a word: it has a letter and is no address, name or platform mark."""
    return (
        _LETTER.search(written) is not None
        and written[0] not in "@&"
        and written not in _DROPPED
        and not written.startswith(_ADDRESS)
        and not ("@" in written and "." in written)
    )


def script(text: str) -> str | None:
    """Name the script of most of a text's letters: "latin", "hangul", "other", or None without any letter."""
    if text.isascii():
        return "latin" if _LETTER.search(text) else None
    folded = unicodedata.normalize("NFKC", text)
    n_letters = len(_LETTER.findall(folded))
    if n_letters == 0:
        return None
    n_latin = len(_LATIN.findall(folded))
    n_hangul = len(_HANGUL.findall(folded))
    if 2 * (n_latin + n_hangul) < n_letters:
        return "other"
    return "hangul" if n_hangul > n_latin else "latin"


def _fold(written: str) -> str:
    if written.isascii():
        return written.lower().replace("'", "")
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", written).casefold())
    return "".join(
        sign for sign in letters if unicodedata.category(sign) not in {"Mn", "Cf"} and sign not in _APOSTROPHES
    )


def _placeholder(written: str) -> str | None:
    if written.startswith(_ADDRESS):
        return URL
    if "@" in written[1:] and "." in written:
        return MAIL
    return NAME if written[0] == "@" else None


def _spell_out(form: str) -> str:
    bare = form.rstrip("*")
    if len(bare) >= _SHORTEST_UNMASKED:
        form = bare
    if _LETTER.search(form) is None:
        return _DIGIT.sub("0", form)
    form = _LEET.sub(lambda match: _LETTER_OF[match[0]], form)
    return _REPEATS.sub(r"\1\1", form)
