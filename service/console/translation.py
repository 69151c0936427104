"""The console's sentences in the reader's language: gettext, typed."""

from __future__ import annotations

import flask_babel


def gettext(message: str, **values: object) -> str:
    """Say a sentence, its places filled in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """Say a sentence about a number of things; `%(num)s` is the number."""
    return str(flask_babel.ngettext(singular, plural, num, **values))
