"""Coral's signing secrets: sealed, several at a time, and of one site alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from moderation import coral_secrets
from moderation.compat_tables import coral_secrets as table
from moderation.errors import InvalidCoralSecret, UnknownCoralSecret, UnknownSite

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site


def test_secrets_count_together_until_they_are_removed(
    database: Database, site: Site, add_site: Callable[[str], tuple[Site, str]], secret: str, now: datetime
) -> None:
    other = add_site("other.example")[0]
    first, second = (
        coral_secrets.add(database, site.name, given, secret, now)
        for given in (" empsec_testsecret\n", "whsec_testsecret")
    )
    assert coral_secrets.in_force(database, site.id, secret) == ("empsec_testsecret", "whsec_testsecret")
    assert coral_secrets.in_force(database, other.id, secret) == ()
    with pytest.raises(UnknownCoralSecret):
        coral_secrets.remove(database, other.name, first, now)
    coral_secrets.remove(database, site.name, first, now)
    assert [(one.id, one.hint) for one in coral_secrets.of_site(database, site.name)] == [(second, "whsec_test…")]


def test_they_are_kept_sealed_and_count_no_more_under_another_server_secret(
    database: Database, site: Site, secret: str, now: datetime
) -> None:
    coral_secrets.add(database, site.name, "empsec_testsecret", secret, now)
    with database.reading() as tx:
        assert "empsec_testsecret" not in str(tx.execute(select(table)).one())
    assert coral_secrets.in_force(database, site.id, "x" * 40) == ()


@pytest.mark.parametrize("given", ["", "short", "two words in here", "empsec_téstsecret", "x" * 501])
def test_what_cannot_be_a_secret_is_refused(
    given: str, database: Database, site: Site, secret: str, now: datetime
) -> None:
    with pytest.raises(InvalidCoralSecret, match="paste it whole"):
        coral_secrets.add(database, site.name, given, secret, now)


def test_one_is_not_kept_twice_nor_are_too_many(database: Database, site: Site, secret: str, now: datetime) -> None:
    for number in range(coral_secrets.MOST):
        coral_secrets.add(database, site.name, f"empsec_number_{number}", secret, now)
    with pytest.raises(InvalidCoralSecret, match="there already"):
        coral_secrets.add(database, site.name, "empsec_number_3", secret, now)
    with pytest.raises(InvalidCoralSecret, match="remove those"):
        coral_secrets.add(database, site.name, "empsec_one_more", secret, now)


def test_without_the_site_there_are_none(database: Database, secret: str, now: datetime) -> None:
    for call in (
        lambda: coral_secrets.add(database, "nobody", "empsec_testsecret", secret, now),
        lambda: coral_secrets.remove(database, "nobody", 1, now),
        lambda: coral_secrets.of_site(database, "nobody"),
    ):
        with pytest.raises(UnknownSite):
            call()
