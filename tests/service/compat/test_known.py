"""What a process knows: fresh for five seconds, good for a quarter of an hour while the database is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import ProgrammingError

from moderation import guidelines, policies, sites
from moderation.domain import KeyKind, Scope
from moderation.errors import KeyRefused, Unreachable
from moderation.store import sites as store
from moderation.store.database import Database
from moderation.store.sites import Site
from service.compat import known as module
from service.compat.known import Known

PERSPECTIVE = KeyKind.PERSPECTIVE


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Moody(Database):
    """A database that can be away, or hang until it is let go."""

    def __init__(self, database: Database) -> None:
        self.engine = database.engine
        self.is_sqlite = database.is_sqlite
        self.is_away = False
        self.free = threading.Event()
        self.free.set()
        self.n_asked = 0

    def reading(self):  # type: ignore[no-untyped-def]  # noqa: ANN201  the real one's, once it answers
        self.n_asked += 1
        self.free.wait(20)
        if self.is_away:
            raise ProgrammingError("SELECT 1", {}, Exception("gone"))
        return super().reading()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def moody(database: Database, eventually: Callable[..., None]) -> Iterator[Moody]:
    made = Moody(database)
    yield made
    made.free.set()
    eventually(lambda: all(thread.name != "known" for thread in threading.enumerate()))


@pytest.fixture
def known(moody: Moody, secret: str, clock: Clock) -> Known:
    return Known(moody, secret, clock)


@pytest.fixture
def key(database: Database, site: Site, secret: str, now: datetime) -> str:
    """A key of `site` for clients of Perspective."""
    return sites.add_key(database, site.name, [Scope.SUBMIT], secret, now, PERSPECTIVE)


def revoke_all(database: Database, site: Site, now: datetime) -> None:
    with database.reading() as tx:
        found = store.keys_of(tx, site.id)
    for one in found:
        sites.revoke_key(database, site.name, one.id, now)


def test_a_key_opens_for_its_kind_of_clients_alone(known: Known, site: Site, site_key: str, key: str) -> None:
    assert known.open_with(key, PERSPECTIVE).site_id == site.id
    assert known.open_with(key, KeyKind.CORAL, PERSPECTIVE).site_id == site.id
    for given, kind in ((key, KeyKind.OPENAI), (site_key, PERSPECTIVE), ("guessed", PERSPECTIVE), (None, PERSPECTIVE)):
        with pytest.raises(KeyRefused):
            known.open_with(given, kind)


def test_a_key_that_may_not_submit_opens_nothing(
    known: Known, database: Database, site: Site, secret: str, now: datetime
) -> None:
    key = sites.add_key(database, site.name, [Scope.READ], secret, now, PERSPECTIVE)
    with pytest.raises(KeyRefused):
        known.open_with(key, PERSPECTIVE)


def test_a_revoked_key_opens_for_five_seconds_more(
    known: Known, database: Database, site: Site, key: str, clock: Clock, now: datetime
) -> None:
    known.open_with(key, PERSPECTIVE)
    revoke_all(database, site, now)
    clock.now = 4.9
    assert known.open_with(key, PERSPECTIVE)
    clock.now = 5.0
    for _ in range(2):
        with pytest.raises(KeyRefused):
            known.open_with(key, PERSPECTIVE)


def test_a_refusal_is_not_remembered(known: Known, moody: Moody) -> None:
    for n in (1, 2):
        with pytest.raises(KeyRefused):
            known.open_with("guessed", PERSPECTIVE)
        assert moody.n_asked == n


def test_new_guidelines_are_known_five_seconds_later(
    known: Known, database: Database, site: Site, clock: Clock, now: datetime
) -> None:
    assert known.guidelines(site.id) == guidelines.default()
    ours = policies.adopt(database, site.id, guidelines.default().source.replace("0.", "0.9", 1), now)
    assert known.guidelines(site.id) == guidelines.default()
    clock.now = 5.0
    assert known.guidelines(site.id) == ours
    assert known.site(site.id) == site


def test_without_the_database_what_was_known_counts_for_a_quarter_of_an_hour(
    known: Known, moody: Moody, site: Site, key: str, clock: Clock
) -> None:
    known.open_with(key, PERSPECTIVE)
    moody.is_away = True
    clock.now = 14 * 60.0
    assert known.open_with(key, PERSPECTIVE).site_id == site.id
    with pytest.raises(Unreachable):
        known.guidelines(site.id)  # never asked for
    clock.now = 15 * 60.0
    with pytest.raises(Unreachable):
        known.open_with(key, PERSPECTIVE)
    clock.now += module.AVOIDED_SECONDS
    moody.is_away = False
    assert known.open_with(key, PERSPECTIVE).site_id == site.id


def test_after_a_failure_nobody_asks_for_a_second(known: Known, moody: Moody, key: str, clock: Clock) -> None:
    known.open_with(key, PERSPECTIVE)
    moody.is_away = True
    n_asked = moody.n_asked
    clock.now = 10.0
    for _ in range(3):
        known.open_with(key, PERSPECTIVE)
    assert moody.n_asked == n_asked + 1
    clock.now = 11.0
    known.open_with(key, PERSPECTIVE)
    assert moody.n_asked == n_asked + 2


def test_a_database_that_hangs_holds_nobody_up_and_is_asked_anew(
    known: Known, moody: Moody, site: Site, key: str, clock: Clock
) -> None:
    known.open_with(key, PERSPECTIVE)
    moody.free.clear()
    clock.now = 10.0
    n_asked = moody.n_asked
    began = time.monotonic()
    for _ in range(20):
        assert known.open_with(key, PERSPECTIVE).site_id == site.id
    assert time.monotonic() - began < 1.0
    assert moody.n_asked == n_asked + 1
    clock.now = 10.0 + module.GIVEN_UP_SECONDS
    known.open_with(key, PERSPECTIVE)
    assert moody.n_asked == n_asked + 2


def test_an_answer_that_came_late_is_there_for_the_next_who_asks(
    known: Known, moody: Moody, key: str, clock: Clock, eventually: Callable[..., None]
) -> None:
    known.open_with(key, PERSPECTIVE)
    moody.free.clear()
    clock.now = 10.0
    known.open_with(key, PERSPECTIVE)
    moody.free.set()
    n_asked = moody.n_asked
    eventually(lambda: not known._asked)
    known.open_with(key, PERSPECTIVE)
    assert moody.n_asked == n_asked


def test_a_process_that_starts_without_a_database_says_so(secret: str, tmp_path: Path) -> None:
    absent = Database(f"sqlite:///{tmp_path / 'nowhere' / 'absent.db'}")
    with pytest.raises(Unreachable):
        Known(absent, secret).open_with("guessed", PERSPECTIVE)
    absent.close()
