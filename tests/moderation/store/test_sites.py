"""Sites and keys in the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.domain import Scope
from moderation.store import sites

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site


def test_sites_are_listed_by_name(database: Database, add_site: Callable[[str], tuple[Site, str]]) -> None:
    for name in ("weekly", "daily"):
        add_site(name)
    with database.reading() as tx:
        assert [site.name for site in sites.everyone(tx)] == ["daily", "weekly"]
        assert sites.find(tx, "monthly") is None


def test_places_in_the_feed_are_taken_once(database: Database, site: Site) -> None:
    with database.writing() as tx:
        assert [sites.take_sequences(tx, site.id, n) for n in (1, 3, 2)] == [1, 2, 5]
        assert sites.last_sequence(tx, site.id) == 6


def test_keys_are_listed_and_found_revoked_or_not(database: Database, site: Site, now: datetime) -> None:
    with database.writing() as tx:
        added = sites.add_key(tx, site.id, "d" * 64, "omb_abcd…", frozenset({Scope.READ, Scope.ADMIN}), now)
        assert sites.key_by_digest(tx, "d" * 64) == added
        assert sites.key_by_digest(tx, "e" * 64) is None
        assert sites.keys_of(tx, site.id)[1:] == [added]
        assert sites.revoke_key(tx, site.id, added.id, now)
        assert not sites.revoke_key(tx, site.id + 1, added.id, now)
        revoked = sites.key_by_digest(tx, "d" * 64)
    assert revoked is not None
    assert revoked.revoked_at == now
