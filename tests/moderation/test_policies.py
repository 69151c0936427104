"""Which guidelines a site goes by."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from moderation import guidelines, policies, tables
from moderation.errors import InvalidGuidelines
from moderation.store import policies as store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site

OWN = """
[[guideline]]
id = "kind"
title = "Be kind"
wording = "Be kind."
attributes = ["TOXICITY"]
approve_below = 0.5
reject_above = 0.9
"""


def history(database: Database, site: Site) -> list[tuple[str, datetime]]:
    with database.reading() as tx:
        return store.history(tx, site.id)


def test_a_site_starts_with_the_default(database: Database, site: Site) -> None:
    assert policies.of_site(database, site.id) == guidelines.default()


def test_a_site_s_own_guidelines_are_its_own(
    database: Database, site: Site, add_site: Callable[[str], tuple[Site, str]], now: datetime
) -> None:
    other, _ = add_site("other.example")
    adopted = policies.adopt(database, site.id, OWN, now)
    assert policies.of_site(database, site.id) == adopted
    assert [one.id for one in adopted.members] == ["kind"]
    assert policies.of_site(database, other.id) == guidelines.default()


def test_each_change_is_a_new_version_and_the_former_stay_in_the_record(
    database: Database, site: Site, now: datetime
) -> None:
    first = policies.adopt(database, site.id, OWN, now)
    second = policies.adopt(database, site.id, OWN.replace("0.9", "0.8"), now + timedelta(days=1))
    assert first.version != second.version
    assert history(database, site) == [(second.version, now + timedelta(days=1)), (first.version, now)]
    assert policies.of_site(database, site.id).version == second.version


def test_going_back_is_a_change_too(database: Database, site: Site, now: datetime) -> None:
    first = policies.adopt(database, site.id, OWN, now)
    policies.adopt(database, site.id, OWN.replace("0.9", "0.8"), now)
    policies.adopt(database, site.id, OWN, now)
    assert policies.of_site(database, site.id).version == first.version
    assert len(history(database, site)) == 3


def test_adopting_what_is_in_force_changes_nothing(database: Database, site: Site, now: datetime) -> None:
    policies.adopt(database, site.id, guidelines.default().source, now)
    assert history(database, site) == []
    policies.adopt(database, site.id, OWN, now)
    policies.adopt(database, site.id, OWN, now + timedelta(days=1))
    assert len(history(database, site)) == 1


def test_invalid_guidelines_change_nothing(database: Database, site: Site, now: datetime) -> None:
    with pytest.raises(InvalidGuidelines):
        policies.adopt(database, site.id, "[[guideline]]", now)
    assert history(database, site) == []


def test_a_change_of_guidelines_is_audited(database: Database, site: Site, now: datetime) -> None:
    adopted = policies.adopt(database, site.id, OWN, now)
    with database.reading() as tx:
        entry = tx.execute(select(tables.audit).where(tables.audit.c.action == "guidelines.adopted")).one()
    assert (entry.at, entry.details) == (now, {"version": adopted.version})
