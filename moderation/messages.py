"""Messages to authors: templates with placeholders, and the refusal to send one that is not finished."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACEHOLDERS = ("author", "article", "guideline", "site")
"""What a template may name in braces, and is filled in from the comment."""

_KNOWN = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")
_PLACEHOLDER = re.compile(r"\{[^{}\n]{0,60}\}|#{3,}[^#\n]{0,60}#{3,}|\[(?:…|\.\.\.)[^\]\n]{0,60}\]")


def fill(message: str, values: Mapping[str, str]) -> str:
    """Fill in what is known. What is filled in is not looked at again: a reader's name may hold braces."""
    return _KNOWN.sub(lambda found: values.get(found[1]) or found[0], message)


def unfilled(message: str, values: Mapping[str, str]) -> str | None:
    """Find the first placeholder that waits for words in vain: `{guideline}`, `###anything###` or `[… anything]`."""
    for found in _PLACEHOLDER.finditer(message):
        known = _KNOWN.fullmatch(found.group())
        if known is None or not values.get(known[1]):
            return found.group()
    return None
