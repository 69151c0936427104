"""What a queue can be limited to, and what stands beside it: sites, sections, languages, message templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from moderation.desk_tables import review_items
from moderation.domain import Actor
from moderation.store import sites, templates
from moderation.store.sight import of_sites
from moderation.tables import decisions

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.desk import Moderator, Queue
    from moderation.store.database import Database
    from moderation.store.sites import Site
    from moderation.store.templates import Template


_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Choices:
    """What someone may choose from in a queue."""

    sites: tuple[Site, ...]
    sections: tuple[str, ...]
    languages: tuple[str, ...]


def choices(database: Database, who: Moderator, queue: Queue) -> Choices:
    """List what occurs in a queue as someone sees it."""
    in_sight = [review_items.c.queue == queue.value, *of_sites(who, review_items.c.site_id)]
    if who.sections is not None:
        in_sight.append(review_items.c.section.in_(sorted(who.sections)))
    with database.reading() as tx:
        mine = [site for site in sites.everyone(tx) if who.site_ids is None or site.id in who.site_ids]
        sections = tx.execute(select(review_items.c.section).where(*in_sight).distinct()).scalars()
        languages = tx.execute(select(review_items.c.language).where(*in_sight).distinct()).scalars()
        return Choices(tuple(mine), tuple(sorted(filter(None, sections))), tuple(sorted(filter(None, languages))))


def beside(database: Database, who: Moderator) -> tuple[list[Site], list[Template]]:
    """List the sites that someone sees, and the messages to authors that they may use."""
    with database.reading() as tx:
        mine = [site for site in sites.everyone(tx) if who.site_ids is None or site.id in who.site_ids]
        return mine, templates.of_sites(tx, who.site_ids)


def last_decided_at(database: Database, now: datetime) -> datetime | None:
    """Tell when a moderator last decided something within the last day."""
    by_hand = select(func.max(decisions.c.decided_at)).where(
        decisions.c.decided_at > now - _DAY, decisions.c.by == Actor.MODERATOR.value
    )
    with database.reading() as tx:
        found: datetime | None = tx.execute(by_hand).scalar_one()
    return found


def site_id(database: Database, name: str) -> int:
    """Find a site's number by its name; 0, which no site has, where there is none."""
    with database.reading() as tx:
        site = sites.find(tx, name)
    return 0 if site is None else site.id
