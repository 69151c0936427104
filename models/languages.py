"""Which language a comment is taken to be in: by its letters, by its words, and by what was declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import detection, text

if TYPE_CHECKING:
    from collections.abc import Iterable

ENGLISH = "en"
KOREAN = "ko"
UNKNOWN = "und"

NAMES = {"en": "English", "de": "German", "pt": "Portuguese", "ko": "Korean"}

# How many words it takes to be believed against English, when nothing was declared. Names and exclamations look like
# other languages, and to take English for one we score costs less than to take it for one we do not.
_LEAST_WORDS_SCORED = 2
_LEAST_WORDS_OTHER = 3
# The same against a declaration: whoever knows the reader's page knows more than a few words tell.
_LEAST_WORDS_DECLARED = 10
# And against the commonest words of English: "Aishah is a caring taoist" is no Malay.
_LEAST_WORDS_MIXED = 8

# ISO 639-1, and a few longer codes that browsers send. A declaration outside of it is a slip, not a language.
_CODES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
    es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka
    kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng
    nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su
    sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    ast ceb ckb fil gsw haw hmn hsb nds pap yue
    """.split()  # noqa: SIM905  (a list to read, not to parse)
)
_LONG_CODES = {"eng": "en", "deu": "de", "ger": "de", "por": "pt", "kor": "ko"}


def of(comment: str, declared: str | None) -> str | None:
    """Give the language to score a comment in, as a base subtag, or None when it is one that we cannot name.

    The letters outrank the rest: Korean letters are Korean, and no declaration makes Cyrillic readable. In Latin
    letters a declared BCP 47 tag is believed unless enough words speak clearly against it. Without one, or with one
    that is no language, the text is English unless its words speak clearly for another.
    """
    script = text.script(comment)
    if script == "hangul":
        return KOREAN
    claimed = base(declared)
    if script == "other":
        return _in_other_letters(comment, claimed)
    if script is None:
        return ENGLISH if claimed in {None, KOREAN} else claimed
    return _in_latin_letters(comment, None if claimed == KOREAN else claimed)


def told(comment: str, expected: str | None = None) -> str | None:
    """Give the language that a text itself speaks clearly, as a base subtag; None where it could be several, or none.

    Where `of` says English for want of anything better, this says None. An expected language tips the scale for it.
    """
    hint = base(expected)
    script = text.script(comment)
    if script == "hangul":
        return KOREAN
    if script == "other":
        return _in_other_letters(comment, None)
    found = None if script is None else detection.latin(comment, None if hint == ENGLISH else hint)
    return found.code if found is not None and found.n_words >= _least_words(found) else None


def of_all(pairs: Iterable[tuple[str, str | None]]) -> list[str | None]:
    """Give the language of each pair of a comment and what was declared, in the same order."""
    return [of(comment, declared) for comment, declared in pairs]


def base(declared: str | None) -> str | None:
    """Give the base subtag of a BCP 47 tag, or None when it is no language that anybody writes in."""
    subtag = (declared or "").replace("_", "-").split("-")[0].strip().lower()
    subtag = _LONG_CODES.get(subtag, subtag)
    return subtag if subtag in _CODES else None


def _in_latin_letters(comment: str, claimed: str | None) -> str:
    expected = claimed or ENGLISH
    found = detection.latin(comment, claimed)
    if found is None:
        return expected
    least = _LEAST_WORDS_DECLARED if claimed else _least_words(found)
    return found.code if found.n_words >= least else expected


def _least_words(found: detection.Found) -> int:
    """Tell how many words it takes to be believed when nothing was declared."""
    if found.is_mixed and found.code != ENGLISH:
        return _LEAST_WORDS_MIXED
    return _LEAST_WORDS_SCORED if found.code in NAMES else _LEAST_WORDS_OTHER


def _in_other_letters(comment: str, claimed: str | None) -> str | None:
    found = detection.other(comment, claimed)
    code = claimed if found is None else found.code
    return None if code in NAMES else code
