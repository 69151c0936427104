"""What Akismet's clients send: a form of up to a hundred fields, of which we read a handful, and a key in three places.

Nothing else is looked at: no e-mail address is kept, and neither addresses of readers nor what their browsers said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from moderation.domain import MAX_TEXT_BYTES
from service.compat.markup import plain

MOST_FIELDS = 10_000
"""WordPress sends the variables of its own request along, a few hundred at most."""

_READ = frozenset(
    {
        *("api_key", "key", "blog", "blog_lang", "is_test", "user_role"),
        *("comment_ID", "comment_content", "comment_author", "comment_author_email"),
        *("month", "filter", "format", "order", "limit", "offset", "from"),
    }
)
_KEY = re.compile(r"[a-z0-9]{12}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}")
_NAME = re.compile(r"[^a-z0-9.:/_-]+")
_MOST_NAME = 100
_MOST_MARKUP = 10 * MAX_TEXT_BYTES
_MOST_ID = 40
_NO = frozenset({"", "0", "false", "no", "off"})
_SPAMMER = "akismet-guaranteed-spam"
_SPAMMER_ADDRESS = "akismet-guaranteed-spam@example.com"
_OLD_SPAMMER = "viagra-test-123"


@dataclass(frozen=True, slots=True)
class Asked:
    """A comment that a client asks or tells about.

    Attributes:
        text: What a reader sees of it; NUL is out, and of a long one the beginning and the end are left.
        language: The first language of the blog, as a BCP 47 tag, if the client names one.
        blog: The blog's address without scheme, as a name to count by.
        comment_id: WordPress' number of the comment, if it has one already.
        writer: Who wrote it: the e-mail address, else the name, in small letters; "" if neither was given.
        is_test: Nothing may be learned from it.
        is_spam_for_sure: The client tests whether spam is found.
        is_administrator: An administrator of the site wrote it.
    """

    text: str
    language: str | None
    blog: str
    comment_id: str | None
    writer: str
    is_test: bool
    is_spam_for_sure: bool
    is_administrator: bool


def fields(body: bytes) -> dict[str, str]:
    """Read the fields that we look at, whatever the content type says; the last of several values counts, as in PHP.

    What is not UTF-8 is taken for the Western encoding that old blogs write in.

    Raises:
        ValueError: it has far more fields than any client sends.
    """
    if body.count(b"&") >= MOST_FIELDS:
        raise ValueError(f"more than {MOST_FIELDS} fields")
    pairs = (pair.partition(b"=") for pair in body.split(b"&"))
    named = ((_unescaped(name), value) for name, _, value in pairs)
    return {name: _unescaped(value) for name, value in named if name in _READ}


def key(form: Mapping[str, str], query: Mapping[str, str], host: str) -> str | None:
    """Find the key: a field, a part of the address, or the first label of the host's name; None where there is none."""
    for given in (form.get("api_key"), form.get("key"), query.get("api_key"), query.get("key")):
        if given and given.strip():
            return given.strip()
    label, dot, _ = host.lower().partition(".")
    return label if dot and _KEY.fullmatch(label) else None


def is_possible(given: str) -> bool:
    """Tell whether any key of ours looks like this; to try others would be work for nothing."""
    return _KEY.fullmatch(given) is not None


def asked(form: Mapping[str, str]) -> Asked:
    """Read what a form says of a comment."""
    language = form.get("blog_lang", "").split(",")[0].strip()
    address, name = (form.get(field, "").strip().lower() for field in ("comment_author_email", "comment_author"))
    number = form.get("comment_ID", "").strip()
    return Asked(
        text=_cut(plain(_cut(form.get("comment_content", ""), _MOST_MARKUP).replace("\0", "")).strip()),
        language=language.replace("_", "-") if _LANGUAGE.fullmatch(language) else None,
        blog=blog(form.get("blog", "")),
        comment_id=number if number.isascii() and number.isdigit() and len(number) <= _MOST_ID else None,
        writer=address or name,
        is_test=form.get("is_test", "").strip().lower() not in _NO,
        is_spam_for_sure=address == _SPAMMER_ADDRESS or name in {_SPAMMER, _OLD_SPAMMER},
        is_administrator=form.get("user_role", "").strip().lower() == "administrator",
    )


def blog(address: str) -> str:
    """Shorten a blog's address to a name: host and path."""
    try:
        parts = urlsplit(address.strip().lower())
    except ValueError:
        return "unknown"
    name = _NAME.sub("", (parts.netloc.rpartition("@")[2] + parts.path).rstrip("/"))
    return name[:_MOST_NAME] or "unknown"


def _unescaped(raw: bytes) -> str:
    plain_bytes = unquote_to_bytes(raw.replace(b"+", b" "))
    try:
        return plain_bytes.decode()
    except UnicodeDecodeError:
        return plain_bytes.decode("cp1252", "replace")


def _cut(text: str, most: int = MAX_TEXT_BYTES) -> str:
    """Keep the first and the last half of so many bytes, for spam also hides at the end."""
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= most:
        return encoded.decode()
    half = most // 2 - 1
    return encoded[:half].decode("utf-8", "ignore") + "\n" + encoded[-half:].decode("utf-8", "ignore")
