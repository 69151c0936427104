"""Cut-offs: what people's decisions say of them, and moving them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import cut_offs, decisions, guidelines, policies, tables
from moderation.cut_offs import foretell
from moderation.decisions import Draft
from moderation.domain import Actor, Reason, Status
from moderation.errors import GuidelinesChanged, InvalidCutOffs, UnknownGuideline
from moderation.guidelines import Threshold
from moderation.spreads import spread
from moderation.store import comments
from moderation.store.spreads import Decided

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

RESPECTFUL = guidelines.default().members[0]


@pytest.fixture
def mara(add_moderator: Callable[..., Moderator]) -> Moderator:
    return add_moderator()


def test_people_s_decisions_are_told_apart_by_the_guideline_that_they_name(
    database: Database,
    site: Site,
    mara: Moderator,
    accept: Callable[..., CommentRow],
    now: datetime,
) -> None:
    def decide(name: str, status: Status, named: str | None = None, **changes: Any) -> None:
        comment = accept(name)
        at = now - timedelta(days=changes.pop("days", 1))
        reasons = () if named is None else (Reason(named, "INSULT", 0.7),)
        values = {"moderator_id": mara.id, **changes}
        with database.writing() as tx:
            row = {"comment_id": comment.id, "revision": 1, "scores": {"INSULT": 0.7}, "model_version": "m"}
            comments.keep_scores(tx, [row])
            decisions.record(tx, [Draft(comment.id, 1, status, Actor.MODERATOR, reasons, **values)], at)

    decide("approved", Status.APPROVED)
    decide("rejected by it", Status.REJECTED, "respectful")
    decide("rejected by another", Status.REJECTED, "no-spam")
    decide("in a batch", Status.REJECTED, "respectful", batch_id=1)
    decide("long ago", Status.APPROVED, days=31)
    decide("by the site", Status.APPROVED, moderator_id=None)
    decide("held", Status.HELD)
    found = cut_offs.decided(database, mara, site.id, RESPECTFUL, now)
    assert (found.approved.counts[70], found.rejected.counts[70], found.rejected_otherwise.counts[70]) == (1, 1, 1)
    assert (found.approved.n, found.rejected.n, found.rejected_otherwise.n) == (1, 1, 1)


def test_what_cut_offs_would_do_is_foretold_with_what_it_speaks_for() -> None:
    found = Decided(spread({10: 20, 50: 30, 97: 1}), spread({20: 4, 50: 60, 97: 9}), spread({50: 10}))
    told = foretell(found, Threshold(0.4, 0.95))
    assert told is not None
    assert (told.n, told.n_held, told.n_rejected, told.n_missed) == (134, 100, 10, 4)
    assert told.wrongly_held is not None
    assert (told.wrongly_held.n, round(told.wrongly_held.margin * 100)) == (30, 9)
    assert told.wrongly_rejected is not None
    assert told.wrongly_rejected.n == 1
    nothing = foretell(found, Threshold(1.0, 1.0))
    assert nothing is not None
    assert (nothing.n_held, nothing.wrongly_held, nothing.wrongly_rejected, nothing.n_missed) == (0, None, None, 73)


@pytest.mark.parametrize(("n", "is_told"), [(0, False), (29, False), (30, True)])
def test_of_too_few_decisions_nothing_is_foretold(n: int, *, is_told: bool) -> None:
    found = Decided(spread({50: n}), spread({}), spread({}))
    assert (foretell(found, Threshold(0.4, 0.9)) is not None) == is_told


def test_moved_cut_offs_are_a_new_policy_version_and_the_audit_log_knows(
    database: Database, site: Site, mara: Moderator, now: datetime
) -> None:
    seen = policies.of_site(database, site.id)
    moved = cut_offs.move(database, mara, site.id, "respectful", Threshold(0.5, 0.9), seen.version, now)
    assert moved.version != seen.version
    in_force = policies.of_site(database, site.id)
    assert in_force == moved
    assert in_force.members[0].threshold == Threshold(0.5, 0.9)
    assert in_force.members[1:] == seen.members[1:]
    assert "# The scores are probabilities" in in_force.source  # what people wrote beside it stays
    with database.reading() as tx:
        logged = tx.execute(select(tables.audit).where(tables.audit.c.actor == mara.actor)).one()
    assert logged.action == "guidelines.adopted"
    assert logged.details == {
        "version": moved.version,
        "guideline": "respectful",
        "former": [0.4, 0.95],
        "cut_offs": [0.5, 0.9],
    }


def test_cut_offs_in_force_already_change_nothing(
    database: Database, site: Site, mara: Moderator, now: datetime
) -> None:
    seen = policies.of_site(database, site.id)
    assert cut_offs.move(database, mara, site.id, "respectful", RESPECTFUL.threshold, seen.version, now) == seen
    with database.reading() as tx:
        assert tx.execute(select(tables.policies)).all() == []


@pytest.mark.parametrize(
    ("guideline", "threshold", "version", "error"),
    [
        pytest.param("respectful", Threshold(0.9, 0.5), None, InvalidCutOffs, id="the wrong way round"),
        pytest.param("respectful", Threshold(0.5, 1.5), None, InvalidCutOffs, id="beyond 1"),
        pytest.param("no-such", Threshold(0.5, 0.9), None, UnknownGuideline, id="an unknown guideline"),
        pytest.param("respectful", Threshold(0.5, 0.9), "g-old", GuidelinesChanged, id="others in force"),
    ],
)
def test_what_cannot_be_moved_stays(
    database: Database,
    site: Site,
    mara: Moderator,
    now: datetime,
    guideline: str,
    threshold: Threshold,
    version: str | None,
    error: type[Exception],
) -> None:
    seen = policies.of_site(database, site.id)
    with pytest.raises(error):
        cut_offs.move(database, mara, site.id, guideline, threshold, version or seen.version, now)
    assert policies.of_site(database, site.id) == seen
