"""What someone may see, as conditions of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, FromClause, Select

from moderation.tables import articles, comments

if TYPE_CHECKING:
    from moderation.desk import Moderator


def of_sites(who: Moderator, site: ColumnElement[Any], site_id: int | None = None) -> list[ColumnElement[bool]]:
    """Limit a query to the sites that someone sees, and to the one that was chosen, if one was."""
    limits: list[ColumnElement[bool]] = []
    if who.site_ids is not None:
        limits.append(site.in_(sorted(who.site_ids)))
    if site_id is not None:
        limits.append(site == site_id)
    return limits


def of_comments(who: Moderator, query: Select[Any], table: FromClause, site_id: int | None = None) -> Select[Any]:
    """Limit a query over a table that has `site_id` and `comment_id`, or over comments that it has joined already.

    Comments and articles are joined only where sections limit what someone sees.
    """
    limited = query.where(*of_sites(who, table.c.site_id, site_id))
    if who.sections is None:
        return limited
    if table is not comments:
        limited = limited.join(comments, comments.c.id == table.c.comment_id)
    return limited.join(articles, articles.c.id == comments.c.article_id).where(
        articles.c.section.in_(sorted(who.sections))
    )
