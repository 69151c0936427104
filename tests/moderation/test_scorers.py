"""A process's scorers: they follow the record, and nothing that breaks leaves a site without its champion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from moderation import champions, scorers
from moderation.errors import VersionUnusable
from moderation.scorers import Scorers
from moderation.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from moderation.store.sites import Site

SHIPPED = "shipped-1"


@dataclass(frozen=True)
class Named:
    """A scorer of which nothing is asked but its name."""

    version: str


class Shelf:
    """Loads versions, but for those that are broken; counts how often it was asked for each."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.asked: list[str] = []

    def __call__(self, version: str) -> Any:
        self.asked.append(version)
        if version == "crash":
            raise ZeroDivisionError
        if version in self.broken:
            raise VersionUnusable(version, "it is damaged")
        return Named(version)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def seconds() -> list[float]:
    """The clock's hand."""
    return [0.0]


@pytest.fixture
def follow(database: Database, shelf: Shelf, seconds: list[float]) -> Iterator[Callable[..., Scorers]]:
    made: list[Scorers] = []

    def make(of: Database = database, **options: Any) -> Scorers:
        made.append(Scorers(of, shelf, SHIPPED, clock=lambda: seconds[0], **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def promote(database: Database, now: datetime) -> Callable[..., Any]:
    return lambda version, site_id=None: champions.promote(database, site_id, version, "mara", "better", now)


@pytest.fixture
def roll_back(database: Database, now: datetime) -> Callable[..., Any]:
    return lambda site_id=None: champions.roll_back(database, site_id, "mara", "worse", now)


def test_the_shipped_version_decides_until_another_is_promoted_for_all_or_for_a_site(
    follow: Callable[..., Scorers],
    site: Site,
    promote: Callable[..., Any],
    roll_back: Callable[..., Any],
    shelf: Shelf,
) -> None:
    followed = follow()
    other = site.id + 1
    assert (followed.of(site.id).version, followed.shipped) == (SHIPPED, SHIPPED)
    promote("v-1")
    promote("v-2", site.id)
    assert followed.of(site.id).version == SHIPPED
    followed.look()
    assert (followed.of(site.id).version, followed.of(other).version) == ("v-2", "v-1")
    followed.look()
    roll_back()
    roll_back(site.id)
    followed.look()
    assert (followed.of(site.id).version, followed.champions.of(None).version) == (SHIPPED, SHIPPED)
    assert shelf.asked == [SHIPPED, "v-1", "v-2", SHIPPED]


def test_only_what_is_in_use_stays_in_memory(
    follow: Callable[..., Scorers], site: Site, promote: Callable[..., Any], shelf: Shelf
) -> None:
    promote("v-1")
    followed = follow()
    followed.look()
    assert shelf.asked == ["v-1"]
    promote("v-2", site.id)
    followed.look()
    promote("v-3")
    followed.look()
    promote("v-1", site.id)
    followed.look()
    assert shelf.asked == ["v-1", "v-2", "v-3", "v-1"]


def test_a_version_that_cannot_be_loaded_leaves_the_former_in_place_and_is_told(
    follow: Callable[..., Scorers],
    site: Site,
    promote: Callable[..., Any],
    shelf: Shelf,
    seconds: list[float],
) -> None:
    shelf.broken |= {"bad", "bad-too", "bad-own"}
    promote("v-1")
    promote("v-2", site.id)
    followed = follow()
    followed.look()
    promote("bad")
    promote("bad-own", site.id)
    with structlog.testing.capture_logs() as logged:
        followed.look()
        followed.look()
    assert (followed.of(site.id).version, followed.of(99).version) == ("v-2", "v-1")
    assert followed.champions.unusable == {"bad": "it is damaged", "bad-own": "it is damaged"}
    assert [one["version"] for one in logged if one["event"] == "version.unusable"] == ["bad", "bad-own"]
    promote("bad-too")
    followed.look()
    assert followed.champions.unusable.keys() == {"bad-too", "bad-own"}
    shelf.broken.clear()
    followed.look()
    assert followed.of(99).version == "v-1"
    seconds[0] += 60
    followed.look()
    assert (followed.of(site.id).version, followed.of(99).version) == ("bad-own", "bad-too")
    assert followed.champions.unusable == {}


def test_a_process_that_begins_with_a_broken_champion_takes_the_former_else_what_is_shipped(
    follow: Callable[..., Scorers], site: Site, promote: Callable[..., Any], shelf: Shelf
) -> None:
    promote("v-1")
    promote("bad")
    promote("bad", site.id)
    shelf.broken |= {"bad"}
    first = follow()
    first.look()
    assert (first.of(site.id).version, first.of(99).version) == ("v-1", "v-1")
    assert first.champions.sites == {}
    shelf.broken |= {"v-1"}
    second = follow()
    assert second.of(99).version == SHIPPED
    shelf.broken |= {SHIPPED}
    with pytest.raises(VersionUnusable, match="shipped-1 cannot be used: it is damaged"):
        follow().start()


def test_without_its_database_a_process_keeps_what_it_knew(
    tmp_path: Path, follow: Callable[..., Scorers], promote: Callable[..., Any], shelf: Shelf
) -> None:
    absent = Database(f"sqlite:///{tmp_path / 'no' / 'folder.db'}")
    followed = follow(absent)
    followed.look()
    assert followed.of(1).version == SHIPPED
    known = follow()
    promote("v-1")
    known.look()
    known._database = absent
    known.look()
    assert known.of(1).version == "v-1"
    assert shelf.asked == [SHIPPED, "v-1"]


def test_challengers_are_loaded_only_where_they_score(
    database: Database,
    follow: Callable[..., Scorers],
    site: Site,
    promote: Callable[..., Any],
    shelf: Shelf,
    now: datetime,
) -> None:
    champions.put_in_shadow(database, None, "v-1", 0.5, "mara", now)
    service, worker = follow(), follow(has_challengers=True)
    service.look()
    worker.look()
    assert list(service.challengers) == []
    assert list(worker.challengers) == ["v-1"]
    challenger = worker.challenger("v-1")
    assert challenger is not None
    assert (worker.challenger("v-2"), service.challenger("v-1")) == (None, None)
    assert worker.shadow_of(site.id) == champions.standing(database).shadows[None]
    shelf.broken |= {"bad"}
    champions.put_in_shadow(database, site.id, "bad", 0.5, "mara", now)
    worker.look()
    assert (list(worker.challengers), worker.champions.unusable) == (["v-1"], {"bad": "it is damaged"})
    champions.end_shadow(database, site.id, "mara", now)
    promote("v-1", site.id)
    worker.look()
    assert worker.of(site.id) is challenger
    assert worker.shadow_of(site.id) is None
    assert worker.shadow_of(99) is not None


def test_a_thread_follows_by_itself_and_outlives_what_breaks(
    follow: Callable[..., Scorers],
    promote: Callable[..., Any],
    eventually: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scorers, "EVERY_SECONDS", 0.01)
    followed = follow()
    followed.start()
    followed.start()
    promote("v-1")
    eventually(lambda: followed.of(1).version == "v-1")
    with structlog.testing.capture_logs() as logged:
        promote("crash")
        eventually(lambda: any(one["event"] == "champions.not_followed" for one in logged))
    assert followed.of(1).version == "v-1"
    promote("v-2")
    eventually(lambda: followed.of(1).version == "v-2")


def test_one_scorer_may_decide_for_ever() -> None:
    only: Any = Named("alone-1")
    followed = Scorers.only(only)
    followed.start()
    assert followed.of(1) is only
    assert followed.shadow_of(1) is None
    followed.close()
