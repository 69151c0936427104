"""Looking up what someone names by an id, an address or the beginning of a name, among what they may see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, urlsplit

from moderation.store import articles, authors, decisions, dossiers, samples, search, sites
from moderation.store import lookups as store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from moderation.desk import Moderator
    from moderation.store.articles import ArticleRow
    from moderation.store.database import Database
    from moderation.store.dossiers import Subject

MOST_OF_A_KIND = 6
_FEWEST_LETTERS = 3
_LARGEST_NUMBER = 2**62
_ADDRESS = re.compile("https?://")
_TAIL = re.compile(r"[^-=/_:.]+$")


@dataclass(frozen=True, slots=True)
class NamedAuthor:
    """An author of a site, by the site's own id, and what they were called last."""

    site_id: int
    site_name: str
    ref: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text may name. `endpoint_site_id` is the site whose webhook endpoint it is.

    `sampled` are the ids of comments about which nobody is to be told what policy decided.
    """

    comments: tuple[Subject, ...] = ()
    articles: tuple[ArticleRow, ...] = ()
    authors: tuple[NamedAuthor, ...] = ()
    endpoint_site_id: int | None = None
    sampled: frozenset[int] = frozenset()


def look_up(database: Database, who: Moderator, text: str) -> Meant:
    """Find what a text may name: a comment, decision, message, endpoint, article or author."""
    text = text.strip()
    if not text:
        return Meant()
    with database.reading() as tx:
        if _ADDRESS.match(text):
            address = _split(text)
            if address is None:
                return Meant()
            found = store.comments_called(tx, _ids_within(address))
            placed = store.articles_at(tx, [text, *_without_ends(address)])
            named = _comments(tx, who, found)
            return Meant(named, _articles(tx, who, placed), sampled=_sampled(tx, named))
        titled = search.articles_named(tx, who, text) if len(text) >= _FEWEST_LETTERS else []
        named = _comments(tx, who, _by_id(tx, text))
        return Meant(
            named,
            _articles(tx, who, titled[:MOST_OF_A_KIND]),
            tuple(_authors(tx, who, text)),
            store.site_of_webhook(tx, who, text),
            _sampled(tx, named),
        )


def _by_id(tx: Connection, text: str) -> list[int]:
    own = [int(text)] if text.isascii() and text.isdigit() and int(text) < _LARGEST_NUMBER else []
    told = [decisions.comment_of(tx, text), store.comment_of_delivery(tx, text)]
    return [*own, *(one for one in told if one is not None), *store.comments_called(tx, [text])]


def _comments(tx: Connection, who: Moderator, ids: Iterable[int]) -> tuple[Subject, ...]:
    wanted = list(dict.fromkeys(ids))
    found = dossiers.subjects(tx, wanted)
    return tuple(found[one] for one in wanted if one in found and _sees(who, found[one]))[:MOST_OF_A_KIND]


def _sampled(tx: Connection, named: Iterable[Subject]) -> frozenset[int]:
    return frozenset(samples.open_of(tx, [one.id for one in named]))


def _sees(who: Moderator, subject: Subject) -> bool:
    return who.sees(subject.site_id, subject.article.section)


def _articles(tx: Connection, who: Moderator, ids: Iterable[int]) -> tuple[ArticleRow, ...]:
    found = (articles.find(tx, one) for one in ids)
    return tuple(one for one in found if one is not None and who.sees(one.site_id, one.article.section))


def _authors(tx: Connection, who: Moderator, text: str) -> Iterable[NamedAuthor]:
    goes_on = len(text) >= _FEWEST_LETTERS
    names = {site.id: site.name for site in sites.everyone(tx)}
    n = 0
    for site_id, ref in search.authors_named(tx, who, text, goes_on=goes_on):
        if n < MOST_OF_A_KIND and authors.comments_of(tx, who, site_id, ref, None, None, 1):
            n += 1
            yield NamedAuthor(site_id, names[site_id], ref, authors.name_of(tx, site_id, ref))


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _without_ends(address: SplitResult) -> list[str]:
    """Write an address without what points into the page, and without its query."""
    bare = address._replace(fragment="")
    return [bare.geturl(), bare._replace(query="").geturl()]


def _ids_within(address: SplitResult) -> list[str]:
    """Find what in an address may be a comment's id: its fragment, a value of its query, or how either ends."""
    whole = [address.fragment, *(value for _, value in parse_qsl(address.query))]
    tails = [tail[0] for one in whole if (tail := _TAIL.search(one))]
    return list(dict.fromkeys(one for one in (*whole, *tails) if one))
