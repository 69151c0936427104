"""Finding what an id or an address names, whichever kind of id it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from moderation.store.sight import of_sites
from moderation.tables import articles, comments, deliveries, sites, webhooks

if TYPE_CHECKING:
    from collections.abc import Collection

    from moderation.desk import Moderator

_MOST = 10


def comments_called(tx: Connection, external_ids: Collection[str]) -> list[int]:
    """Find comments by a site's own ids of them, on any site; newest first."""
    query = select(comments.c.id).where(comments.c.site_id.in_(select(sites.c.id)))
    query = query.where(comments.c.external_id.in_(external_ids)).order_by(comments.c.id.desc())
    return list(tx.execute(query.limit(_MOST)).scalars())


def comment_of_delivery(tx: Connection, delivery_id: str) -> int | None:
    """Tell which comment a message to a site is about."""
    return tx.execute(select(deliveries.c.comment_id).where(deliveries.c.id == delivery_id)).scalar_one_or_none()


def site_of_webhook(tx: Connection, who: Moderator, webhook_id: str) -> int | None:
    """Tell whose endpoint this is, if someone sees that site."""
    query = select(webhooks.c.site_id).where(webhooks.c.id == webhook_id, *of_sites(who, webhooks.c.site_id))
    return tx.execute(query).scalar_one_or_none()


def articles_at(tx: Connection, addresses: Collection[str]) -> list[int]:
    """Find articles by their addresses, on any site."""
    query = select(articles.c.id).where(articles.c.site_id.in_(select(sites.c.id)), articles.c.url.in_(addresses))
    return list(tx.execute(query.order_by(articles.c.id.desc()).limit(_MOST)).scalars())
