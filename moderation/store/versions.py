"""Versions of the classifier that the record names: in force, lately in force, in shadow, or on a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, or_, select

from moderation.learning_tables import promotions, shadows, trainings
from moderation.store.trainings import OPEN
from moderation.tables import decisions

if TYPE_CHECKING:
    from datetime import datetime


def in_use(tx: Connection, since: datetime) -> set[str]:
    """Name the versions that must stay.

    That is what decides for any site or for all, what did or was promoted since a time, what is in shadow, what an open
    training run is compared with, and what a decision since that time names.
    """
    in_force = select(func.max(promotions.c.id)).group_by(promotions.c.site_id)
    lately = or_(promotions.c.id.in_(in_force), promotions.c.at >= since)
    found = [
        select(promotions.c.version).where(lately),
        select(promotions.c.former).where(lately),
        select(shadows.c.version).where(shadows.c.until.is_(None)),
        select(trainings.c.champion).where(trainings.c.state.in_([state.value for state in OPEN])),
        select(decisions.c.model_version).where(decisions.c.decided_at >= since).distinct(),
    ]
    return {version for query in found for version in tx.execute(query).scalars() if version is not None}
