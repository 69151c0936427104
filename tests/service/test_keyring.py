"""Keys are remembered for two seconds when they opened, and never when they did not."""

from __future__ import annotations

from datetime import datetime

import pytest

from moderation import sites
from moderation.domain import Scope
from moderation.errors import KeyRefused, ScopeMissing
from moderation.store import sites as store
from moderation.store.database import Database
from moderation.store.sites import Site
from service.keyring import Keyring


def revoke_all(database: Database, site: Site, now: datetime) -> None:
    with database.reading() as tx:
        found = store.keys_of(tx, site.id)
    for key in found:
        sites.revoke_key(database, site.name, key.id, now)


def test_a_key_that_opened_is_not_looked_up_again_for_two_seconds(
    database: Database, site: Site, site_key: str, secret: str, now: datetime
) -> None:
    clock = [0.0]
    keyring = Keyring(clock=lambda: clock[0])
    opened = keyring.open_with(database, site_key, secret, Scope.SUBMIT)
    revoke_all(database, site, now)
    clock[0] = 1.9
    assert keyring.open_with(database, site_key, secret, Scope.SUBMIT) == opened
    clock[0] = 2.0
    with pytest.raises(KeyRefused):
        keyring.open_with(database, site_key, secret, Scope.SUBMIT)


def test_a_scope_is_remembered_for_itself(database: Database, site: Site, secret: str, now: datetime) -> None:
    keyring = Keyring()
    key = sites.add_key(database, site.name, [Scope.READ], secret, now)
    for _ in range(2):
        assert keyring.open_with(database, key, secret, Scope.READ).site_id == site.id
        with pytest.raises(ScopeMissing):
            keyring.open_with(database, key, secret, Scope.SUBMIT)


def test_a_refusal_is_not_remembered(database: Database, site: Site, secret: str, now: datetime) -> None:
    keyring = Keyring()
    with pytest.raises(KeyRefused):
        keyring.open_with(database, None, secret, Scope.READ)
    with pytest.raises(KeyRefused):
        keyring.open_with(database, "omb_unknown", secret, Scope.READ)
    key = sites.add_key(database, site.name, [Scope.READ], secret, now)
    assert keyring.open_with(database, key, secret, Scope.READ).site_id == site.id
