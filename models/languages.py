"""Which language a comment is taken to be in."""

from __future__ import annotations

from models import text

ENGLISH = "en"
KOREAN = "ko"
UNKNOWN = "und"

NAMES = {"en": "English", "de": "German", "pt": "Portuguese", "ko": "Korean"}


def of(comment: str, declared: str | None) -> str | None:
    """Give the language to score a comment in, as a base subtag, or None when no script that we read prevails.

    The script outranks what was declared: Korean letters are Korean, and no declaration makes Cyrillic readable. A
    declared BCP 47 tag is cut to its base subtag; without one, Latin letters are taken for English.
    """
    script = text.script(comment)
    if script == "hangul":
        return KOREAN
    if script == "other":
        return None
    base = (declared or "").replace("_", "-").split("-")[0].strip().lower()
    if base in {"", UNKNOWN, KOREAN}:
        return ENGLISH
    return base
