"""Messages to authors: templates with placeholders, and the refusal to send one that is not finished."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACEHOLDERS = ("author", "article", "guideline", "site")
"""What a template may name in braces, and is filled in from the comment."""

_PLACEHOLDER = re.compile(r"\{[^{}\n]{0,60}\}|#{3,}[^#\n]{0,60}#{3,}|\[(?:…|\.\.\.)[^\]\n]{0,60}\]")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Fill a template's placeholders with what is known; the others stay, and keep it from being sent."""
    filled = template
    for name in PLACEHOLDERS:
        if values.get(name):
            filled = filled.replace(f"{{{name}}}", values[name])
    return filled


def unfilled(message: str) -> str | None:
    """Find the first placeholder that still waits for words: `{guideline}`, `###anything###` or `[… anything]`."""
    found = _PLACEHOLDER.search(message)
    return None if found is None else found.group()
