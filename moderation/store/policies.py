"""The guidelines of sites in the record, a row a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from moderation.tables import policies

if TYPE_CHECKING:
    from datetime import datetime


def current(tx: Connection, site_id: int) -> str | None:
    """Read the TOML of a site's guidelines; None when it keeps the default ones."""
    newest = select(policies.c.source).where(policies.c.site_id == site_id).order_by(policies.c.id.desc()).limit(1)
    return tx.execute(newest).scalar_one_or_none()


def add(tx: Connection, site_id: int, version: str, source: str, now: datetime) -> None:
    """Make guidelines a site's current ones."""
    tx.execute(insert(policies).values(site_id=site_id, version=version, source=source, created_at=now))


def history(tx: Connection, site_id: int) -> list[tuple[str, datetime]]:
    """List a site's policy versions, newest first."""
    rows = tx.execute(
        select(policies.c.version, policies.c.created_at)
        .where(policies.c.site_id == site_id)
        .order_by(policies.c.id.desc())
    )
    return [(row.version, row.created_at) for row in rows]
