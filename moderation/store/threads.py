"""Rejects under articles, minute by minute, and what articles are called."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, and_, func, select

from moderation.domain import Status
from moderation.store import sight
from moderation.tables import articles, comments, decisions, sites

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from moderation.desk import Moderator

BURST = timedelta(minutes=15)
"""What counts as now."""

DRAWN = timedelta(minutes=30)
"""What is drawn of a thread."""

FORMER = timedelta(hours=24)
"""What a thread's usual rate is taken from: so long before the burst, or since its first comment."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """An article as lists show it."""

    id: int
    title: str
    section: str | None
    site_name: str


@dataclass(frozen=True, slots=True)
class Thread:
    """Rejects under one article: by minute of the last half hour, oldest first, and how many in what time before."""

    article_id: int
    by_minute: tuple[int, ...]
    n_before: int
    minutes_before: float

    @property
    def n_now(self) -> int:
        """Rejects in the last quarter of an hour."""
        return sum(self.by_minute[-int(BURST / _MINUTE) :])


def roughest(tx: Connection, who: Moderator, site_id: int | None, now: datetime, limit: int) -> list[Thread]:
    """Find the articles with the most rejects in the last quarter of an hour."""
    query = select(comments.c.article_id, decisions.c.decided_at)
    query = query.join(comments, comments.c.id == decisions.c.comment_id)
    query = query.where(_is_reject(now - DRAWN, now))
    query = sight.limited(who, query, decisions, site_id, has_comments=True)
    minutes: dict[int, Counter[int]] = defaultdict(Counter)
    lately: Counter[int] = Counter()
    for row in tx.execute(query):
        minutes[row.article_id][int((row.decided_at - (now - DRAWN)) / _MINUTE)] += 1
        lately[row.article_id] += row.decided_at >= now - BURST
    chosen = [article_id for article_id, n in lately.most_common(limit) if n]
    before = _rejects_before(tx, chosen, now)
    began = _first_comments(tx, chosen)
    return [
        Thread(
            article_id,
            tuple(minutes[article_id][minute] for minute in range(int(DRAWN / _MINUTE))),
            before.get(article_id, 0),
            max(now - BURST - max(began[article_id], now - BURST - FORMER), BURST) / _MINUTE,
        )
        for article_id in chosen
    ]


def pieces(tx: Connection, article_ids: Collection[int]) -> dict[int, Piece]:
    """Tell what articles are called and where they stand."""
    query = select(articles.c.id, articles.c.title, articles.c.section, sites.c.name)
    query = query.join(sites, sites.c.id == articles.c.site_id).where(articles.c.id.in_(article_ids))
    return {row.id: Piece(*row) for row in tx.execute(query)}


def _rejects_before(tx: Connection, article_ids: Collection[int], now: datetime) -> dict[int, int]:
    query = select(comments.c.article_id, func.count().label("n")).join(
        comments, comments.c.id == decisions.c.comment_id
    )
    query = query.where(_is_reject(now - BURST - FORMER, now - BURST), comments.c.article_id.in_(article_ids))
    return {row.article_id: row.n for row in tx.execute(query.group_by(comments.c.article_id))}


def _first_comments(tx: Connection, article_ids: Collection[int]) -> dict[int, datetime]:
    firsts = select(func.min(comments.c.id)).where(comments.c.article_id.in_(article_ids))
    query = select(comments.c.article_id, comments.c.accepted_at)
    rows = tx.execute(query.where(comments.c.id.in_(firsts.group_by(comments.c.article_id))))
    return {row.article_id: row.accepted_at for row in rows}


def _is_reject(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(
        decisions.c.decided_at >= since,
        decisions.c.decided_at < until,
        decisions.c.released_at.is_not(None),
        decisions.c.status == Status.REJECTED.value,
    )
