"""Searching: one field for words, selects for all else, and what was found with its words marked and masks kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from flask import request, url_for
from flask_babel import format_date

from moderation import policies, saved_filters, search, wording
from moderation.desk import Queue
from moderation.domain import Span, Status
from moderation.errors import UnclearWording
from moderation.search import Found, Hit, Wish
from moderation.store import desk_choices
from service.console import markup
from service.console.fields import midnight, whole
from service.console.markup import Piece
from service.console.pages import blueprint, me, see
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("search")

_FIELDS = ("q", "site", "status", "guideline", "author", "article", "section", "language", "from", "to")
_MORE = _FIELDS[4:]
_MOST_CHARACTERS = 320


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a found text, in one of its words or not."""

    piece: Piece
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A comment that was found, with the part of its text that is shown."""

    hit: Hit
    stretches: Sequence[Stretch]
    goes_before: bool
    goes_after: bool


@views.get("/search")
def show() -> str:
    """Show the form, and what fits it."""
    chosen = {name: given for name in _FIELDS if (given := request.args.get(name, "").strip())}
    wish, refusal = _wish(chosen)
    found = Found()
    if refusal is None and not wish.is_empty:
        try:
            found = search.find(parts().database, me(), wish, request.args.get("before", type=whole))
        except UnclearWording as error:
            refusal = _unclear(error)
    return see(
        "console/search.html",
        page="search",
        chosen=chosen,
        refusal=refusal,
        is_asked=not wish.is_empty and refusal is None,
        entries=[entry(hit) for hit in found.hits],
        searched_to=None if found.searched_to is None else str(format_date(found.searched_to, "d MMM yyyy")),
        onward=None if found.before is None else _address({**chosen, "before": str(found.before)}),
        first=_address(chosen) if request.args.get("before") else None,
        here=_address(chosen),
        has_more=bool(chosen.keys() & set(_MORE)),
        status_names=status_names(),
        saved=saved_filters.of(parts().database, me(), "/search"),
        **_choices(),
    )


def status_names() -> dict[str, str]:
    """Name where a comment can stand."""
    return {
        Status.HELD.value: _("Held"),
        Status.APPROVED.value: _("Approved"),
        Status.REJECTED.value: _("Rejected"),
        Status.PENDING.value: _("Not scored yet"),
        Status.REMOVED.value: _("Removed by its site"),
    }


def entry(hit: Hit) -> Entry:
    """Choose what is shown of a found text: around its first word, with every word in it marked."""
    text = hit.subject.text or ""
    part = wording.excerpt(text, hit.spans, _MOST_CHARACTERS)
    stretches = _cut(markup.pieces(text, hit.reasons), hit.spans, part)
    return Entry(hit, tuple(stretches), part.begin > 0, part.end < len(text))


def _cut(pieces: Sequence[Piece], hits: Sequence[Span], part: Span) -> Iterator[Stretch]:
    """Cut pieces where hits begin and end. A masked piece stays whole, so that nothing of it shows."""
    edges = sorted({edge for hit in hits for edge in (hit.begin, hit.end)} | {part.begin, part.end})
    begin = 0
    for piece in pieces:
        end = begin + len(piece.text)
        if piece.is_masked:
            if begin < part.end and end > part.begin:
                yield Stretch(piece, any(hit.begin < end and hit.end > begin for hit in hits))
        else:
            places = [begin, *(edge for edge in edges if begin < edge < end), end]
            for first, last in pairwise(places):
                if part.begin <= first and last <= part.end and first < last:
                    plain = Piece(piece.text[first - begin : last - begin])
                    yield Stretch(plain, any(hit.begin <= first and last <= hit.end for hit in hits))
        begin = end


def _wish(chosen: Mapping[str, str]) -> tuple[Wish, str | None]:
    """Read the form, and say what of it cannot be read."""
    status = chosen.get("status", "")
    wish = Wish(
        chosen.get("q", ""),
        chosen.get("site", ""),
        chosen.get("author", ""),
        chosen.get("article", ""),
        chosen.get("guideline", ""),
        Status(status) if status in set(Status) else None,
        chosen.get("language", ""),
        chosen.get("section", ""),
    )
    try:
        since, until = (midnight(chosen[name]) if name in chosen else None for name in ("from", "to"))
    except ValueError:
        return wish, _("A date is written year, month, day: 2026-03-01.")
    return replace(wish, since=since, until=None if until is None else until + timedelta(days=1)), None


def _unclear(error: UnclearWording) -> str:
    told = {
        "only exclusions": _("Say at least one word to find: words after a minus only leave comments out."),
        "no words": _("There is no word in this to find. Signs and emoji cannot be searched for."),
        "too many terms": _("These are more than %(n)s words. Say fewer.", n=wording.MOST_TERMS),
        "too long": _("A word may have %(n)s letters at most.", n=wording.MOST_LETTERS),
        "beginning too short": _(
            "Say at least %(n)s letters of how the word begins.", n=wording.FEWEST_LETTERS_OF_BEGINNING
        ),
    }
    return told[error.why]


def _choices() -> dict[str, Any]:
    choices = desk_choices.choices(parts().database, me(), Queue.HELD)
    guidelines = {one.id: one for site in choices.sites for one in policies.of_site(parts().database, site.id).members}
    return {
        "sites": choices.sites,
        "sections": choices.sections,
        "languages": choices.languages,
        "guidelines": list(guidelines.values()),
    }


def _address(chosen: Mapping[str, Any]) -> str:
    return url_for("search.show", **chosen)
