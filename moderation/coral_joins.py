"""By what Coral's three voices are known to speak of one comment: a story and a text, or a story and a moment."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

BEFORE = timedelta(seconds=10)
"""Coral asks its phase so long before a comment's first event at most: the phase itself has ten seconds at most."""

AFTER = timedelta(seconds=2)
"""Coral's clock may be so far behind ours."""

_LINK = re.compile(r"\(?\[?\b(?:https?|mailto):[^\s)\]]+[)\]]?", re.IGNORECASE)
_REMARK = re.compile(r"[\W_]+")


def digest(story_url: str, text: str) -> str:
    """Name a text under a story (SHA-256, hex), so that it is found again however either was written.

    White space, punctuation, letter case, links' addresses and Coral's own `commentID` in the story's address make no
    difference: the text may have been HTML here and plain there.
    """
    return hashlib.sha256(f"{_story(story_url)}\0{_essence(text)}".encode(errors="replace")).hexdigest()


def _essence(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text.casefold())
    return _REMARK.sub("", _LINK.sub("", folded)) or "".join(folded.split())


def _story(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        host = f"{parts.hostname or ''}:{parts.port or ''}"
    except ValueError:
        return url.strip()
    named = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "commentID"]
    return urlunsplit(("", host, parts.path.rstrip("/"), urlencode(named, errors="replace"), ""))
