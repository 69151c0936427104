"""Sites and their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from moderation import sites, tables
from moderation.domain import KeyKind, Scope
from moderation.errors import InvalidSite, KeyRefused, ScopeMissing, SiteExists, UnknownKey, UnknownSite
from moderation.store import sites as store

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site


def key_ids(database: Database, site: Site) -> list[int]:
    with database.reading() as tx:
        return [key.id for key in store.keys_of(tx, site.id)]


def test_a_site_is_found_by_its_name_and_opened_with_its_key(database: Database, secret: str, now: datetime) -> None:
    site, key = sites.add(database, "daily.example", sites.DEFAULT_SCOPES, secret, now)
    assert sites.find(database, "daily.example") == site
    opened = sites.open_with(database, key, secret, Scope.SUBMIT)
    assert (opened.site_id, opened.scopes) == (site.id, {Scope.SUBMIT, Scope.READ})


def test_the_record_cannot_open_anything(database: Database, site: Site, site_key: str, secret: str) -> None:
    with database.reading() as tx:
        (kept,) = tx.execute(select(tables.site_keys)).all()
    assert site_key not in map(str, kept)
    for told in (kept.digest, kept.hint):
        with pytest.raises(KeyRefused):
            sites.open_with(database, told, secret, Scope.READ)
    assert kept.site_id == site.id


@pytest.mark.parametrize("name", ["a", "daily.example", "1st-news", "a" * 100])
def test_good_names(database: Database, secret: str, now: datetime, name: str) -> None:
    assert sites.add(database, name, [], secret, now)[0].name == name


@pytest.mark.parametrize("name", ["", "Daily", "-a", ".a", "a b", "a/b", "a\n", "ä", "a" * 101])
def test_a_name_that_cannot_be_one_is_refused(database: Database, secret: str, now: datetime, name: str) -> None:
    with pytest.raises(InvalidSite):
        sites.add(database, name, [], secret, now)


def test_a_name_is_taken_once(database: Database, site: Site, secret: str, now: datetime) -> None:
    with pytest.raises(SiteExists):
        sites.add(database, site.name, [], secret, now)


@pytest.mark.parametrize("key", [None, "", "omb_wrong", "ömb"])
def test_a_wrong_key_opens_nothing(database: Database, site: Site, secret: str, key: str | None) -> None:
    assert site
    with pytest.raises(KeyRefused):
        sites.open_with(database, key, secret, Scope.READ)


def test_a_key_opens_nothing_under_another_secret(database: Database, site_key: str) -> None:
    with pytest.raises(KeyRefused):
        sites.open_with(database, site_key, "another-secret-of-thirty-two-characters", Scope.READ)


def test_a_key_may_only_do_what_it_was_given(database: Database, site: Site, secret: str, now: datetime) -> None:
    key = sites.add_key(database, site.name, {Scope.READ}, secret, now)
    assert sites.open_with(database, key, secret, Scope.READ).site_id == site.id
    with pytest.raises(ScopeMissing, match="submit"):
        sites.open_with(database, key, secret, Scope.SUBMIT)


def test_a_revoked_key_opens_nothing_and_the_others_do(
    database: Database, site: Site, site_key: str, secret: str, now: datetime
) -> None:
    other = sites.add_key(database, site.name, list(Scope), secret, now)
    first, _ = key_ids(database, site)
    for _ in range(2):
        sites.revoke_key(database, site.name, first, now)
    with pytest.raises(KeyRefused):
        sites.open_with(database, site_key, secret, Scope.READ)
    assert sites.open_with(database, other, secret, Scope.ADMIN)


def test_a_site_cannot_revoke_another_s_key(database: Database, site: Site, secret: str, now: datetime) -> None:
    sites.add(database, "other.example", list(Scope), secret, now)
    (own,) = key_ids(database, site)
    for key_id in (own, 404):
        with pytest.raises(UnknownKey):
            sites.revoke_key(database, "other.example", key_id, now)


def test_an_unknown_site_is_named(database: Database, secret: str, now: datetime) -> None:
    with pytest.raises(UnknownSite, match="nowhere"):
        sites.find(database, "nowhere")
    with pytest.raises(UnknownSite, match="nowhere"):
        sites.add_key(database, "nowhere", [], secret, now)
    with pytest.raises(UnknownSite, match="nowhere"):
        sites.revoke_key(database, "nowhere", 1, now)


def test_who_did_what_is_audited_without_the_key(database: Database, site: Site, secret: str, now: datetime) -> None:
    key = sites.add_key(database, site.name, {Scope.READ}, secret, now)
    sites.revoke_key(database, site.name, key_ids(database, site)[0], now)
    with database.reading() as tx:
        entries = tx.execute(select(tables.audit).order_by(tables.audit.c.id)).all()
    assert [entry.action for entry in entries] == ["site.added", "key.added", "key.revoked"]
    assert all(key not in str(entry) for entry in entries)


def test_a_key_opens_for_its_kind_of_clients_alone(database: Database, secret: str, now: datetime) -> None:
    site, key = sites.add(database, "daily", {Scope.SUBMIT}, secret, now, kind=KeyKind.PERSPECTIVE, language="de")
    assert (site.language, sites.find(database, "daily")) == ("de", site)
    assert sites.open_with(database, key, secret, Scope.SUBMIT, KeyKind.PERSPECTIVE).kind is KeyKind.PERSPECTIVE
    for kind in KeyKind:
        if kind is not KeyKind.PERSPECTIVE:
            with pytest.raises(KeyRefused):
                sites.open_with(database, key, secret, Scope.SUBMIT, kind)
    with database.reading() as tx:
        assert store.get(tx, site.id) == site
