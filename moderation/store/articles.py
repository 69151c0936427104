"""Articles in the record, with how the comments under them stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from moderation.domain import Article, Status
from moderation.tables import articles, comments, sites

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article of a site."""

    id: int
    site_id: int
    site_name: str
    article: Article


def find(tx: Connection, article_id: int) -> ArticleRow | None:
    """Look an article up by its number."""
    query = select(articles, sites.c.name.label("site_name")).join(sites, sites.c.id == articles.c.site_id)
    row = tx.execute(query.where(articles.c.id == article_id)).one_or_none()
    if row is None:
        return None
    return ArticleRow(row.id, row.site_id, row.site_name, Article(row.url, row.title, row.section))


def standing(tx: Connection, article_id: int) -> Mapping[Status, int]:
    """Count the comments under an article by status."""
    query = select(comments.c.status, func.count().label("n")).where(comments.c.article_id == article_id)
    return {Status(row.status): row.n for row in tx.execute(query.group_by(comments.c.status))}


def comments_under(tx: Connection, article_id: int, before: int | None, limit: int) -> list[int]:
    """List the comments under an article, newest first, going on after `before`."""
    query = select(comments.c.id).where(comments.c.article_id == article_id)
    if before is not None:
        query = query.where(comments.c.id < before)
    return list(tx.execute(query.order_by(comments.c.id.desc()).limit(limit)).scalars())
