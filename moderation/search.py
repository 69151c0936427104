"""Searching comments: by words, author, article, guideline, status, language and time, as far as patience reaches."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation import wording as wordings
from moderation.domain import Actor, Reason, Span, Status
from moderation.store import dossiers, samples, sites
from moderation.store import search as store
from moderation.store.search import Sought

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.desk import Moderator
    from moderation.store.database import Database
    from moderation.store.dossiers import Ruling, Subject

PAGE = 25
"""Comments on a page of results."""

PATIENCE_SECONDS = 0.08
"""So long one page may look; whoever wants what lies further back goes on from there."""

_FIRST_STRETCH = 4_000
_LONGEST_STRETCH = 100_000
_GROWTH = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone wants found, as they typed and chose it. Empty or None leaves open; sites go by name."""

    words: str = ""
    site: str = ""
    author: str = ""
    article: str = ""
    guideline: str = ""
    status: Status | None = None
    language: str = ""
    section: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is wished."""
        return self == Wish()


@dataclass(frozen=True, slots=True)
class Hit:
    """A comment that was found. `spans` are where its text has the words, in code points; `reasons` are policy's.

    With `is_sampled` it was drawn for the blind sample, and nobody is told what policy decided, or why.
    """

    subject: Subject
    reasons: tuple[Reason, ...]
    spans: tuple[Span, ...]
    is_sampled: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found, newest first.

    `before` is where the next page goes on, None at the end. With `searched_to` this page ran out of patience there,
    and not out of room.
    """

    hits: tuple[Hit, ...] = ()
    before: int | None = None
    searched_to: datetime | None = None


def find(
    database: Database,
    who: Moderator,
    wish: Wish,
    before: int | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Found:
    """Find what someone wishes among the comments in their sight.

    Raises:
        UnclearWording: the words cannot be looked for.
    """
    wording = wordings.read(wish.words)
    with database.reading() as tx:
        sought = _sought(tx, who, wish, wording)
        if sought is None or sought.is_hopeless:
            return Found()
        store.plan_afresh(tx)
        low, high = store.bounds(tx, sought.since, sought.until)
        high = high if before is None else min(before, high)
        ids, reached = _look(tx, who, sought, low, high, clock)
        hits = tuple(_hits(tx, ids[:PAGE], wording, sought))
        if len(ids) > PAGE:
            return Found(hits, ids[PAGE - 1])
        if reached > low:
            return Found(hits, reached, store.moment_of(tx, reached))
        return Found(hits)


def _look(
    tx: Connection, who: Moderator, sought: Sought, low: int, high: int, clock: Callable[[], float]
) -> tuple[list[int], int]:
    """Look stretch by stretch, each longer than the last, and never longer than the patience that is left allows.

    Answers with one comment more than a page holds, if there are so many, and with the id that was reached.
    """
    began = now = clock()
    found: list[int] = []
    stretch = _FIRST_STRETCH
    while high > low and len(found) <= PAGE:
        begin = max(low, high - stretch)
        found += store.ids_between(tx, who, sought, begin, high, PAGE + 1 - len(found))
        high = begin
        former, now = now, clock()
        left = PATIENCE_SECONDS - (now - began)
        if left <= 0:
            break
        grown = int(stretch * min(_GROWTH, left / 2 / max(now - former, 1e-6)))
        stretch = min(max(1, grown), _LONGEST_STRETCH)
    return found, high


def _sought(tx: Connection, who: Moderator, wish: Wish, wording: wordings.Wording | None) -> Sought | None:
    site = sites.find(tx, wish.site) if wish.site else None
    if wish.site and site is None:
        return None
    site_id = None if site is None else site.id
    return Sought(
        wording,
        site_id,
        tuple(store.authors_named(tx, who, wish.author, site_id)) if wish.author else None,
        tuple(store.articles_named(tx, who, wish.article, site_id)) if wish.article else None,
        wish.guideline or None,
        wish.status,
        wish.language or None,
        wish.section or None,
        wish.since,
        wish.until,
    )


def _hits(tx: Connection, ids: Sequence[int], wording: wordings.Wording | None, sought: Sought) -> list[Hit]:
    drawn = samples.open_of(tx, ids)
    if sought.guideline is not None or sought.status in {Status.APPROVED, Status.REJECTED}:
        ids = [one for one in ids if one not in drawn]  # to be found so would tell what policy decided
    subjects, rulings = dossiers.subjects(tx, ids), dossiers.rulings(tx, ids)
    return [
        Hit(
            subjects[one],
            () if one in drawn else _reasons(subjects[one], rulings.get(one, ())),
            tuple(wordings.spans(wording, subjects[one].text or "")) if wording is not None else (),
            one in drawn,
        )
        for one in ids
    ]


def _reasons(subject: Subject, rulings: Sequence[Ruling]) -> tuple[Reason, ...]:
    mine = (one for one in rulings if one.by is Actor.POLICY and one.revision == subject.revision)
    newest = next(mine, None)
    return () if newest is None else newest.reasons
