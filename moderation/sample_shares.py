"""The blind sample's shares: how much work they make, and changing them."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from moderation import guidelines
from moderation.domain import Status
from moderation.errors import GuidelinesChanged
from moderation.policies import adopt_within, current
from moderation.sampling import STRATA
from moderation.store import sample_readings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.guidelines import Guidelines, Sample
    from moderation.store.database import Database
    from moderation.store.sample_readings import Frame

LOOK_BACK = timedelta(days=7)
"""How far back policy's verdicts are counted, in whole days."""

_FACTORS = {name: factor for name, _, factor in STRATA}


def foretell(database: Database, who: Moderator, site_id: int, wanted: Sample, now: datetime) -> float | None:
    """Tell how many comments a day such shares would draw, at the last week's volume; None where nobody knows."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with database.reading() as tx:
        in_force = current(tx, site_id).sample
        frames = sample_readings.frames(tx, who, site_id, today - LOOK_BACK)
    return drawn_a_day([one for one in frames if one.day < today], in_force, wanted)


def drawn_a_day(frames: Sequence[Frame], in_force: Sample, wanted: Sample) -> float | None:
    """Compute how many of such days' verdicts would be drawn, by the day; None where nobody knows.

    Only what is drawn from is counted. So of a kind that is absent there was nothing if a share of it is in force, and
    nobody knows if not.

    Args:
        frames: Policy's verdicts by day, kind and stratum.
        in_force: The shares by which these were counted.
        wanted: The shares that are asked about.
    """
    kinds = (
        (Status.APPROVED, wanted.approved, in_force.approved),
        (Status.REJECTED, wanted.rejected, in_force.rejected),
    )
    n_drawn = 0.0
    for status, share, counted in kinds:
        of_kind = [one for one in frames if one.status is status]
        if share and not of_kind and not (counted and frames):
            return None
        n_drawn += sum(one.n * min(1.0, share * _FACTORS[one.stratum]) for one in of_kind)
    return n_drawn / max(1, len({one.day for one in frames}))


def change(database: Database, who: Moderator, site_id: int, wanted: Sample, seen: Sample, now: datetime) -> Guidelines:
    """Give a site's blind sample other shares from now on. What was drawn already stays drawn.

    Raises:
        InvalidGuidelines: they are no shares.
        GuidelinesChanged: other shares are in force than the ones that were seen.
    """
    with database.writing() as tx:
        found = current(tx, site_id)
        if found.sample != seen:
            raise GuidelinesChanged(found.version)
        if wanted == seen:
            return found
        return adopt_within(
            tx,
            site_id,
            guidelines.resample(found, wanted),
            who.actor,
            now,
            former=[seen.approved, seen.rejected],
            sample=[wanted.approved, wanted.rejected],
        )
