"""Cut-offs: what people's decisions say of where policy approves, holds and rejects, and moving it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from moderation import guidelines
from moderation.errors import GuidelinesChanged, InvalidCutOffs, UnknownGuideline
from moderation.policies import adopt_within, current
from moderation.spreads import N_COLUMNS, Measure, Reach, Share, share
from moderation.store import spreads

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.guidelines import Guideline, Guidelines, Threshold
    from moderation.store.database import Database
    from moderation.store.spreads import Decided

LOOK_BACK = timedelta(days=30)
"""How far back people's decisions are counted."""

FEWEST = 30
"""With fewer decisions than these, nothing is foretold."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """What cut-offs would have done with the comments that people decided one by one.

    `n_held` would wait for people, who approved the share `wrongly_held` of them; `n_rejected` would be rejected
    unseen, of which people approved `wrongly_rejected`. `n_missed` would be approved by this guideline, though people
    rejected them by it. The shares are None where there is nothing to have a share in.
    """

    n: int
    n_held: int
    wrongly_held: Share | None
    n_rejected: int
    wrongly_rejected: Share | None
    n_missed: int


def decided(database: Database, who: Moderator, site_id: int, guideline: Guideline, now: datetime) -> Decided:
    """Spread what people decided one by one in the last thirty days, by a guideline's score."""
    measure = Measure(guideline.id, guideline.attributes)
    with database.reading() as tx:
        return spreads.of_decided(tx, who, site_id, measure, now - LOOK_BACK, guideline.id)


def foretell(found: Decided, threshold: Threshold) -> Foretold | None:
    """Tell what cut-offs would have done; None where people decided too few comments to say."""
    n = found.approved.n + found.rejected.n + found.rejected_otherwise.n
    if n < FEWEST:
        return None
    low, high = _hundredth(threshold.approve_below), _hundredth(threshold.reject_above)
    approves, holds, rejects = Reach(0, low), Reach(low, high), Reach(high, N_COLUMNS)
    n_held, n_rejected = _all_within(found, holds), _all_within(found, rejects)
    return Foretold(
        n,
        n_held,
        share(found.approved.within(holds), n_held),
        n_rejected,
        share(found.approved.within(rejects), n_rejected),
        found.rejected.within(approves),
    )


def move(
    database: Database,
    who: Moderator,
    site_id: int,
    guideline_id: str,
    threshold: Threshold,
    seen_version: str,
    now: datetime,
) -> Guidelines:
    """Give a guideline other cut-offs from now on, as a new policy version. What is decided already stays so.

    Raises:
        InvalidCutOffs: they cannot be cut-offs.
        UnknownGuideline: the site's guidelines have no such id.
        GuidelinesChanged: others are in force than the ones that were seen.
    """
    if not 0 <= threshold.approve_below <= threshold.reject_above <= 1:
        raise InvalidCutOffs(threshold.approve_below, threshold.reject_above)
    with database.writing() as tx:
        found = current(tx, site_id)
        if found.version != seen_version:
            raise GuidelinesChanged(found.version)
        former = found.find(guideline_id)
        if former is None:
            raise UnknownGuideline(guideline_id)
        if former.threshold == threshold:
            return found
        source = guidelines.recut(found, guideline_id, threshold)
        cuts = former.threshold
        return adopt_within(
            tx,
            site_id,
            source,
            who.actor,
            now,
            guideline=guideline_id,
            former=[cuts.approve_below, cuts.reject_above],
            cut_offs=[threshold.approve_below, threshold.reject_above],
        )


def _all_within(found: Decided, reach: Reach) -> int:
    return found.approved.within(reach) + found.rejected.within(reach) + found.rejected_otherwise.within(reach)


def _hundredth(cut_off: float) -> int:
    return round(cut_off * N_COLUMNS)
