"""Message templates in the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, or_, select

from moderation.desk_tables import message_templates
from moderation.tables import sites

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Template:
    """A message to authors, prepared: see `moderation.messages` for its placeholders. No site: for all of them."""

    id: int
    site_id: int | None
    site_name: str | None
    title: str
    body: str


def of_sites(tx: Connection, site_ids: Collection[int] | None) -> list[Template]:
    """List the templates for these sites and those for all, by title; None lists every one."""
    query = select(
        message_templates.c.id,
        message_templates.c.site_id,
        sites.c.name,
        message_templates.c.title,
        message_templates.c.body,
    ).outerjoin(sites, sites.c.id == message_templates.c.site_id)
    if site_ids is not None:
        is_theirs = message_templates.c.site_id.in_(sorted(site_ids))
        query = query.where(or_(message_templates.c.site_id.is_(None), is_theirs))
    return [Template(*row) for row in tx.execute(query.order_by(message_templates.c.title, message_templates.c.id))]


def add(tx: Connection, site_id: int | None, title: str, body: str, now: datetime) -> Template:
    """Add a template."""
    fresh = insert(message_templates).values(site_id=site_id, title=title, body=body, created_at=now)
    added = tx.execute(fresh.returning(message_templates.c.id)).scalar_one()
    return next(one for one in of_sites(tx, None) if one.id == added)


def remove(tx: Connection, template_id: int) -> None:
    """Remove a template."""
    tx.execute(delete(message_templates).where(message_templates.c.id == template_id))
