"""What a reader sees of a comment written in HTML: its text, with lines where blocks are and addresses beside links.

Not by `html.parser`: until Python 3.13.6 it reads what never closes in quadratic time, four minutes for 90 kB of `<a `.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import starmap

_BLOCK = re.compile(
    "blockquote|br|center|dd|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre|table|tbody|td|th|thead|tr|ul"
)
_INLINE = re.compile("a|abbr|b|big|cite|code|del|em|font|i|img|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|u|wbr")
_VALUES = {
    "alt": re.compile(r".*", re.DOTALL),
    "class": re.compile(r"[\w-]*"),
    "href": re.compile(r"\s*\S*\s*"),
    "rel": re.compile(r"(?:external|nofollow|noopener|noreferrer|ugc|\s)*"),
    "src": re.compile(r"\s*\S*\s*"),
    "target": re.compile(r"_?[a-z]*"),
}
"""The attributes that a comment's tags may have, and values in which nothing is hidden."""

# Possessive, and no value may hold a "<": whatever is sent, each place is looked at a few times at most.
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9]*+)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>|<!--\s*+-->""")
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++)))?""")
_BLANKS = re.compile(r"[^\S\n]++")
_LINES = re.compile(r" ?\n[ \n]*+")


def plain(body: str) -> str:
    """Write a comment's HTML as text.

    Tags inside a word leave no gap. What is no tag that a comment may have stays as it was written: Coral may be set to
    send plain text, and there `<such words>` are words. So nothing that was written can hide in a tag or a remark.
    """
    text = _BLANKS.sub(" ", "".join(_pieces(body)))
    return _LINES.sub("\n", text).strip()


def _pieces(body: str) -> Iterator[str]:
    done = 0
    links: list[str] = []  # where the links that are open lead; empty once the address was seen
    for tag in _TAG.finditer(body):
        text = unescape(body[done : tag.start()])
        yield text
        links = ["" if address in text else address for address in links[-1:]]
        done = tag.end()
        yield from _written(tag, links)
    yield unescape(body[done:])


def _written(tag: re.Match[str], links: list[str]) -> Iterator[str]:
    """Write what stands in a tag's place."""
    name = (tag[2] or "").lower()
    given = {found[1].lower(): unescape(found[2] or found[3] or found[4] or "") for found in _attributes(tag)}
    if not name:  # an empty remark
        return
    is_block = _BLOCK.fullmatch(name) is not None
    if not (is_block or _INLINE.fullmatch(name)) or not all(starmap(_is_plain, given.items())):
        yield tag[0]
    elif is_block:
        yield "\n"
    elif name == "img":
        yield f" {given.get('alt', '')} {given.get('src', '').strip()} "
    elif name == "a":
        yield from (f" ({address})" for address in links if address)
        links[:] = [] if tag[1] else [given.get("href", "").strip()]


def _attributes(tag: re.Match[str]) -> Iterator[re.Match[str]]:
    return _ATTRIBUTE.finditer(tag[3] or "")


def _is_plain(attribute: str, value: str) -> bool:
    allowed = _VALUES.get(attribute)
    return allowed is not None and allowed.fullmatch(value) is not None
