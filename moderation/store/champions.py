"""Champions in the record: promotions as they were made, and challengers in shadow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, Table, func, insert, select, update

from moderation.learning_tables import promotions, shadows
from moderation.tables import sites

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Promotion:
    """A version put in place, for a site or (None) for all that have none of their own, and what was there before.

    Without a version, a site goes back to what is for all, and all go back to the shipped version.
    """

    id: int
    site_id: int | None
    site: str | None
    version: str | None
    former: str | None
    by: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shadow:
    """A challenger that scores a share of what comes in, of a site or (None) of all that have none of their own."""

    id: int
    site_id: int | None
    site: str | None
    version: str
    share: float
    by: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Which version stands for whom, as the record says; `shared` is None where the shipped one decides.

    `former` gives what stood before the version of a site (or, under None, of all), for when that cannot be loaded.
    """

    shared: str | None = None
    sites: Mapping[int, str] = field(default_factory=dict)
    former: Mapping[int | None, str | None] = field(default_factory=dict)
    shadows: Mapping[int | None, Shadow] = field(default_factory=dict)

    def own(self, site_id: int | None) -> str | None:
        """Name the version that was promoted for just this site, or for all."""
        return self.shared if site_id is None else self.sites.get(site_id)

    def of(self, site_id: int | None) -> str | None:
        """Name the version that decides for a site; None where it is the shipped one."""
        return self.own(site_id) or self.shared


def add(tx: Connection, fresh: Mapping[str, Any]) -> int:
    """Append a promotion; return its number."""
    return int(tx.execute(insert(promotions).values(**fresh).returning(promotions.c.id)).scalar_one())


def lock(tx: Connection) -> None:
    """Keep others from promoting until the transaction ends."""
    newest = select(promotions.c.id).order_by(promotions.c.id.desc()).limit(1)
    tx.execute(newest.with_for_update())


def latest(tx: Connection, site_id: int | None) -> Promotion | None:
    """Give the newest promotion for just this site, or for all."""
    query = _promotions().where(_is_of(promotions, site_id)).order_by(promotions.c.id.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return None if row is None else Promotion(**row._mapping)  # noqa: SLF001  a row's public mapping


def history(tx: Connection, site_ids: Collection[int] | None, limit: int) -> list[Promotion]:
    """List the latest promotions, newest first: those for all, and those for these sites, or for any."""
    query = _promotions()
    if site_ids is not None:
        query = query.where(promotions.c.site_id.is_(None) | promotions.c.site_id.in_(site_ids))
    rows = tx.execute(query.order_by(promotions.c.id.desc()).limit(limit))
    return [Promotion(**row._mapping) for row in rows]  # noqa: SLF001  a row's public mapping


def standing(tx: Connection) -> Standing:
    """Tell which versions stand for whom, and which are in shadow."""
    newest = select(func.max(promotions.c.id)).group_by(promotions.c.site_id)
    rows = tx.execute(
        select(promotions.c.site_id, promotions.c.version, promotions.c.former).where(promotions.c.id.in_(newest))
    ).all()
    own = {row.site_id: row.version for row in rows if row.version is not None}
    return Standing(
        own.pop(None, None),
        own,
        {row.site_id: row.former for row in rows},
        {one.site_id: one for one in in_shadow(tx)},
    )


def in_shadow(tx: Connection) -> list[Shadow]:
    """List the challengers that are in shadow, oldest first."""
    query = _shadows().where(shadows.c.until.is_(None)).order_by(shadows.c.id)
    return [_shadow(row) for row in tx.execute(query)]


def find_shadow(tx: Connection, shadow_id: int) -> Shadow | None:
    """Look up a challenger's time in shadow, over or not."""
    row = tx.execute(_shadows().where(shadows.c.id == shadow_id)).one_or_none()
    return None if row is None else _shadow(row)


def recent_shadows(tx: Connection, site_ids: Collection[int] | None, limit: int) -> list[Shadow]:
    """List challengers that are or were in shadow, the latest first: for all, and for these sites, or for any."""
    query = _shadows()
    if site_ids is not None:
        query = query.where(shadows.c.site_id.is_(None) | shadows.c.site_id.in_(site_ids))
    rows = tx.execute(query.order_by(shadows.c.until.is_not(None), shadows.c.id.desc()).limit(limit))
    return [_shadow(row) for row in rows]


def begin_shadow(tx: Connection, fresh: Mapping[str, Any]) -> int:
    """Put a challenger into shadow; return the number of its time there."""
    return int(tx.execute(insert(shadows).values(**fresh).returning(shadows.c.id)).scalar_one())


def end_shadow(tx: Connection, site_id: int | None, now: datetime, version: str | None = None) -> bool:
    """End what is in shadow for just this site, or for all, if it is this version; False where nothing is."""
    mine = update(shadows).where(_is_of(shadows, site_id), shadows.c.until.is_(None))
    if version is not None:
        mine = mine.where(shadows.c.version == version)
    return bool(tx.execute(mine.values(until=now).returning(shadows.c.id)).scalars().all())


def _is_of(table: Table, site_id: int | None) -> ColumnElement[bool]:
    return table.c.site_id.is_(None) if site_id is None else table.c.site_id == site_id


def _promotions() -> Any:
    named_site = sites.c.name.label("site")
    return select(promotions, named_site).outerjoin(sites, sites.c.id == promotions.c.site_id)


def _shadows() -> Any:
    return select(shadows, sites.c.name.label("site")).outerjoin(sites, sites.c.id == shadows.c.site_id)


def _shadow(row: Row[Any]) -> Shadow:
    return Shadow(row.id, row.site_id, row.site, row.version, row.share, row.by, row.since, row.until)
