"""Message templates: what moderators tell authors often, prepared by editors, for one site or for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.errors import InvalidTemplate
from moderation.store import audit, sites
from moderation.store import templates as store

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.database import Database
    from moderation.store.templates import Template

LONGEST_TITLE = 100
LONGEST_BODY = 4_000


def listed(database: Database, who: Moderator) -> list[Template]:
    """List the templates that someone may use, by title."""
    with database.reading() as tx:
        return store.of_sites(tx, who.site_ids)


def add(database: Database, who: Moderator, site_id: int | None, title: str, body: str, now: datetime) -> Template:
    """Add a template.

    Raises:
        InvalidTemplate: it has no title, no words, or too many; or its site is not theirs.
    """
    title, body = " ".join(title.split()), body.strip()
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise InvalidTemplate("title", f"a title has 1 to {LONGEST_TITLE} characters")
    if not 1 <= len(body) <= LONGEST_BODY:
        raise InvalidTemplate("body", f"a message has 1 to {LONGEST_BODY} characters")
    with database.writing() as tx:
        seen = {site.id for site in sites.everyone(tx) if who.site_ids is None or site.id in who.site_ids}
        if site_id not in (seen if who.site_ids is not None else {*seen, None}):
            raise InvalidTemplate("site", "choose one of your sites")
        added = store.add(tx, site_id, title, body, now)
        audit.log(tx, who.actor, "template.added", f"template {added.id}", now, {"site": site_id})
    return added


def remove(database: Database, who: Moderator, template_id: int, now: datetime) -> bool:
    """Remove a template; False where there is none that they may remove."""
    with database.writing() as tx:
        mine = {one.id for one in store.of_sites(tx, who.site_ids) if who.site_ids is None or one.site_id is not None}
        if template_id not in mine:
            return False
        store.remove(tx, template_id)
        audit.log(tx, who.actor, "template.removed", f"template {template_id}", now)
    return True
