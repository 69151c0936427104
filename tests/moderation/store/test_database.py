"""One way to read and one way to write."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from moderation import tables
from moderation.errors import Unreachable
from moderation.store.database import Database, is_lost

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection


def add(tx: Connection, name: str, now: datetime) -> None:
    tx.execute(insert(tables.sites).values(name=name, created_at=now))


def names(database: Database) -> list[str]:
    with database.reading() as tx:
        return list(tx.execute(select(tables.sites.c.name).order_by(tables.sites.c.name)).scalars())


def test_what_is_written_is_there_and_what_fails_is_not(database: Database, now: datetime) -> None:
    with database.writing() as tx:
        add(tx, "kept", now)

    def fail() -> None:
        with database.writing() as tx:
            add(tx, "lost", now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert names(database) == ["kept"]


def test_writers_that_read_first_never_meet_a_busy_database(
    database: Database, now: datetime, at_once: Callable[..., list[Any]]
) -> None:
    def count_and_add(number: int) -> None:
        for step in range(5):
            with database.writing() as tx:
                tx.execute(select(tables.sites.c.id)).all()
                add(tx, f"{number}-{step}", now)

    at_once(*[lambda number=number: count_and_add(number) for number in range(6)])
    assert len(names(database)) == 30


def test_a_reader_is_not_held_up_by_a_writer(database: Database, now: datetime) -> None:
    with database.writing() as tx:
        add(tx, "not yet", now)
        assert names(database) == []


def test_a_database_that_is_there_gives_a_sign_of_life(database: Database) -> None:
    database.check()


def test_a_connection_that_the_server_cut_is_replaced(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no server")
    own = text("SELECT pg_backend_pid()")
    with database.reading() as tx:
        before = tx.execute(own).scalar_one()
    other = Database(database.engine.url.render_as_string(hide_password=False))
    with other.reading() as tx:
        assert tx.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": before}).scalar_one()
    other.close()
    with database.reading() as tx:
        assert tx.execute(own).scalar_one() != before


def test_a_file_that_cannot_be_opened_is_unreachable_in_a_line(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'nowhere' / 'ombuds.db'}")
    with pytest.raises(Unreachable, match="the database cannot be reached: unable to open database file") as refused:
        database.check()
    assert "\n" not in str(refused.value)
    database.close()


def test_a_server_that_is_not_there_is_unreachable_in_a_line(tmp_path: Path) -> None:
    database = Database(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}")
    with pytest.raises(Unreachable, match="the database cannot be reached: connection") as refused:
        database.check()
    assert "\n" not in str(refused.value)
    database.close()


def test_sqlite_keeps_its_promises_over_a_power_cut(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ombuds.db'}")
    with database.reading() as tx:
        pragmas = {
            name: tx.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_busy_or_lost_database_is_told_from_a_mistake(database: Database, now: datetime) -> None:
    def add_twice() -> None:
        with database.writing() as tx:
            add(tx, "a", now)
            add(tx, "a", now)

    with pytest.raises(IntegrityError) as mistake:
        add_twice()
    assert not is_lost(mistake.value)
    assert not is_lost(OSError())
    assert is_lost(OperationalError("", {}, Exception("database is locked")))
    mistake.value.connection_invalidated = True
    assert is_lost(mistake.value)


def test_errors_do_not_carry_what_was_written(database: Database, now: datetime) -> None:
    def add_twice() -> None:
        with database.writing() as tx:
            for _ in range(2):
                tx.execute(insert(tables.sites).values(id=1, name="a reader's words", created_at=now))

    with pytest.raises(IntegrityError) as mistake:
        add_twice()
    assert "reader" not in str(mistake.value)


def test_a_checkpoint_empties_the_log_and_keeps_what_was_written(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    with database.writing() as tx:
        add(tx, "kept", now)
    database.checkpoint()
    if database.is_sqlite:
        log = tmp_path / "ombuds.db-wal"
        before = log.stat().st_size
        with database.writing() as tx:
            add(tx, "next", now)
        assert log.stat().st_size == before  # begun anew, not gone on with
    assert "kept" in names(database)


def test_a_checkpoint_waits_for_no_reader_and_no_writer(database: Database, now: datetime) -> None:
    with database.reading() as reader, database.writing() as tx:
        reader.execute(select(tables.sites.c.id)).all()
        add(tx, "kept", now)
        began = time.monotonic()
        database.checkpoint()
        assert time.monotonic() - began < 1
    with database.reading() as reader:
        reader.execute(select(tables.sites.c.id)).all()
        with database.writing() as tx:
            add(tx, "later", now)
        began = time.monotonic()
        database.checkpoint()
        assert time.monotonic() - began < 1
        with database.writing() as tx:
            add(tx, "last", now)
    assert names(database) == ["kept", "last", "later"]
