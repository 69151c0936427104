"""The blind sample's shares: how many comments they draw, and who changed them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import policies, sample_shares, tables
from moderation.domain import Status
from moderation.errors import GuidelinesChanged, InvalidGuidelines
from moderation.guidelines import Sample
from moderation.sample_shares import drawn_a_day
from moderation.store import samples
from moderation.store.sample_readings import Frame

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.database import Database
    from moderation.store.sites import Site

IN_FORCE = Sample()


@pytest.fixture
def mara(add_moderator: Callable[..., Moderator]) -> Moderator:
    return add_moderator()


def test_what_is_drawn_of_other_shares_is_foretold_by_stratum(
    database: Database, site: Site, mara: Moderator, now: datetime
) -> None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    counted = [
        (1, "APPROVED", "far", 1000),
        (1, "REJECTED", "near", 40),
        (2, "APPROVED", "middle", 100),
        (0, "APPROVED", "far", 9999),  # today is not over
        (8, "APPROVED", "far", 9999),  # too long ago
    ]
    with database.writing() as tx:
        samples.count(
            tx,
            [
                {
                    "site_id": site.id,
                    "day": midnight - timedelta(days=days),
                    "status": status,
                    "stratum": stratum,
                    "probability": 0.01,
                    "n": n,
                }
                for days, status, stratum, n in counted
            ],
        )
    found = sample_shares.foretell(database, mara, site.id, Sample(0.01, 0.5), now)
    assert found == pytest.approx((1000 * 0.007 + 100 * 0.02 + 40) / 2)  # no verdict is drawn twice


@pytest.mark.parametrize(
    ("kinds", "in_force", "wanted", "found"),
    [
        pytest.param((), IN_FORCE, Sample(0.01, 0.0), None, id="nothing was ever counted"),
        pytest.param((), Sample(0, 0), Sample(0, 0), 0.0, id="of nothing, nothing is drawn"),
        pytest.param((Status.APPROVED,), Sample(0.1, 0), Sample(0.1, 0), 7.0, id="only the one kind is wanted"),
        pytest.param((Status.APPROVED,), Sample(0.1, 0), Sample(0.1, 0.1), None, id="the other kind was not counted"),
        pytest.param((Status.APPROVED,), IN_FORCE, Sample(0.1, 0.1), 7.0, id="the other kind did not come up"),
    ],
)
def test_what_was_not_counted_is_not_foretold(
    now: datetime, kinds: tuple[Status, ...], in_force: Sample, wanted: Sample, found: float | None
) -> None:
    frames = [Frame(now, status, "far", 0.01, 100) for status in kinds]
    assert drawn_a_day(frames, in_force, wanted) == (None if found is None else pytest.approx(found))


def test_other_shares_are_in_force_at_once_and_the_audit_log_knows(
    database: Database, site: Site, mara: Moderator, now: datetime
) -> None:
    before = policies.of_site(database, site.id)
    changed = sample_shares.change(database, mara, site.id, Sample(0.02, 1), IN_FORCE, now)
    assert sample_shares.change(database, mara, site.id, Sample(0.02, 1), Sample(0.02, 1), now) == changed
    in_force = policies.of_site(database, site.id)
    assert (in_force.sample, in_force.members, in_force.version) == (Sample(0.02, 1), before.members, before.version)
    with database.reading() as tx:
        logged = tx.execute(select(tables.audit).where(tables.audit.c.actor == mara.actor)).one()
    assert (logged.action, logged.subject) == ("guidelines.adopted", f"site {site.id}")
    assert logged.details == {"version": before.version, "former": [0.005, 0.05], "sample": [0.02, 1.0]}


@pytest.mark.parametrize(
    ("wanted", "seen", "error"),
    [
        pytest.param(Sample(0.1, 1.5), IN_FORCE, InvalidGuidelines, id="more than all"),
        pytest.param(Sample(float("nan"), 0.1), IN_FORCE, InvalidGuidelines, id="no number"),
        pytest.param(Sample(0.1, 0.1), Sample(0.2, 0.2), GuidelinesChanged, id="others in force"),
    ],
)
def test_shares_that_cannot_be_set_stay(
    database: Database, site: Site, mara: Moderator, now: datetime, wanted: Any, seen: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        sample_shares.change(database, mara, site.id, wanted, seen, now)
    assert policies.of_site(database, site.id).sample == IN_FORCE
