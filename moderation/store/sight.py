"""What someone may see, as conditions of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.tables import articles, comments

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select, Table

    from moderation.desk import Moderator


def of_sites(who: Moderator, site: ColumnElement[Any], site_id: int | None = None) -> list[ColumnElement[bool]]:
    """Limit a query to the sites that someone sees, and to the one that was chosen, if one was."""
    limits: list[ColumnElement[bool]] = []
    if who.site_ids is not None:
        limits.append(site.in_(sorted(who.site_ids)))
    if site_id is not None:
        limits.append(site == site_id)
    return limits


def limited(
    who: Moderator, query: Select[Any], table: Table, site_id: int | None = None, *, has_comments: bool = False
) -> Select[Any]:
    """Limit a query over a table with `site_id` and `comment_id` to what someone sees.

    Only where sections limit them are articles joined, and comments too, unless the query `has_comments` already.
    """
    query = query.where(*of_sites(who, table.c.site_id, site_id))
    if who.sections is None:
        return query
    if not has_comments:
        query = query.join(comments, comments.c.id == table.c.comment_id)
    query = query.join(articles, articles.c.id == comments.c.article_id)
    return query.where(articles.c.section.in_(sorted(who.sections)))
