"""Champions: promoted and rolled back by people, for a site or for all, on the record with who and why."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import champions, tables
from moderation.errors import AlreadyChampion, InvalidNote, InvalidShare, NothingInShadow, NothingToRollBack
from moderation.store import champions as store
from moderation.store.champions import Shadow

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.database import Database
    from moderation.store.sites import Site

MARA = "mara@news.example"


@pytest.fixture
def promote(database: Database, now: datetime) -> Callable[..., Any]:
    return lambda version, site=None: champions.promote(
        database, None if site is None else site.id, version, MARA, f"because of {version}", now
    )


@pytest.fixture
def roll_back(database: Database, now: datetime) -> Callable[..., Any]:
    return lambda site=None: champions.roll_back(database, None if site is None else site.id, MARA, "no good", now)


def test_a_site_s_own_champion_wins_over_the_one_for_all(
    database: Database, site: Site, add_site: Callable[[str], tuple[Site, str]], promote: Callable[..., Any]
) -> None:
    other = add_site("other.example")[0]
    assert champions.standing(database).of(site.id) is None
    first, own, second = promote("v-1"), promote("v-2", site), promote("v-3")
    found = champions.standing(database)
    assert (found.of(site.id), found.of(other.id), found.of(None)) == ("v-2", "v-3", "v-3")
    assert (found.own(other.id), found.own(None)) == (None, "v-3")
    assert [(one.site, one.version, one.former) for one in (first, own, second)] == [
        (None, "v-1", None),
        (site.name, "v-2", None),
        (None, "v-3", "v-1"),
    ]


def test_rolling_back_goes_back_one_step_and_twice_is_as_it_was(
    database: Database, site: Site, promote: Callable[..., Any], roll_back: Callable[..., Any]
) -> None:
    promote("v-1")
    promote("v-2")
    promote("v-3", site)
    assert roll_back().version == "v-1"
    assert roll_back().version == "v-2"
    back = roll_back(site)
    assert (back.version, back.former) == (None, "v-3")
    assert champions.standing(database).of(site.id) == "v-2"
    assert roll_back(site).version == "v-3"
    assert champions.standing(database).former == {None: "v-1", site.id: None}


def test_all_go_back_to_the_shipped_version(
    database: Database, promote: Callable[..., Any], roll_back: Callable[..., Any]
) -> None:
    promote("v-1")
    assert roll_back().version is None
    assert champions.standing(database).shared is None


def test_what_makes_no_sense_is_refused_and_leaves_no_trace(
    database: Database, site: Site, promote: Callable[..., Any], roll_back: Callable[..., Any], now: datetime
) -> None:
    promote("v-1")
    with pytest.raises(NothingToRollBack, match="nothing was promoted"):
        roll_back(site)
    with pytest.raises(AlreadyChampion, match="v-1 decides there already"):
        promote("v-1")
    for note in ("", " \n", "x" * (champions.LONGEST_NOTE + 1)):
        with pytest.raises(InvalidNote, match="1 to 2000"):
            champions.promote(database, None, "v-2", MARA, note, now)
    for share in (0.0, -0.1, 1.01, float("nan")):
        with pytest.raises(InvalidShare, match="share"):
            champions.put_in_shadow(database, None, "v-2", share, MARA, now)
    with pytest.raises(AlreadyChampion):
        champions.put_in_shadow(database, site.id, "v-1", 0.5, MARA, now)
    with pytest.raises(NothingInShadow, match="no version"):
        champions.end_shadow(database, None, MARA, now)
    with database.reading() as tx:
        assert len(store.history(tx, None, 9)) == 1
    assert not champions.standing(database).shadows


def test_who_promoted_what_and_why_stays_on_the_record_and_in_the_audit_log(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    promote: Callable[..., Any],
    roll_back: Callable[..., Any],
    now: datetime,
) -> None:
    other = add_site("other.example")[0]
    promote("v-1")
    promote("v-2", site)
    promote("v-3", other)
    roll_back(site)
    with database.reading() as tx:
        seen = store.history(tx, [site.id], 9)
        assert [(one.version, one.site, one.by, one.at) for one in seen] == [
            (None, site.name, MARA, now),
            ("v-2", site.name, MARA, now),
            ("v-1", None, MARA, now),
        ]
        assert [one.note for one in store.history(tx, None, 2)] == ["no good", "because of v-3"]
        entries = tx.execute(select(tables.audit).where(tables.audit.c.actor == MARA).order_by(tables.audit.c.id)).all()
    assert [(one.action, one.subject) for one in entries] == [
        ("version.promoted", "v-1"),
        ("version.promoted", "v-2"),
        ("version.promoted", "v-3"),
        ("version.rolled_back", "shipped"),
    ]
    assert entries[-1].details == {"site_id": site.id, "version": None, "former": "v-2"}


def test_one_challenger_is_in_a_shadow_at_a_time_and_leaves_it_when_promoted(
    database: Database, site: Site, promote: Callable[..., Any], now: datetime
) -> None:
    later = now + timedelta(hours=1)
    champions.put_in_shadow(database, None, "v-1", 0.5, MARA, now)
    champions.put_in_shadow(database, None, "v-2", 1.0, MARA, now)
    own = champions.put_in_shadow(database, site.id, "v-3", 0.1, MARA, now)
    assert (own.site, own.version, own.share, own.until) == (site.name, "v-3", 0.1, None)
    found = champions.standing(database).shadows
    assert {site_id: one.version for site_id, one in found.items()} == {None: "v-2", site.id: "v-3"}
    promote("v-2", site)
    assert champions.standing(database).shadows.keys() == {None, site.id}
    promote("v-2")
    champions.end_shadow(database, site.id, MARA, later)
    assert not champions.standing(database).shadows
    with database.reading() as tx:
        listed = store.recent_shadows(tx, [site.id], 9)
        assert [(one.version, one.until) for one in listed] == [("v-3", later), ("v-2", now), ("v-1", now)]
        assert [one.version for one in store.recent_shadows(tx, None, 1)] == ["v-3"]
        assert store.find_shadow(tx, own.id + 1) is None


def test_a_share_is_drawn_by_lot_and_always_the_same(now: datetime) -> None:
    def drawn(share: float) -> set[int]:
        shadow = Shadow(1, None, None, "v-1", share, MARA, now, None)
        return {place for place in range(2_000) if champions.is_drawn(shadow, 7, f"c-{place}")}

    tenth = drawn(0.1)
    assert 140 < len(tenth) < 260
    assert tenth < drawn(0.5) < drawn(1.0)
    assert len(drawn(1.0)) == 2_000
