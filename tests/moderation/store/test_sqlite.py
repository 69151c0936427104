"""SQLite's manners."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from moderation.store.database import Database

if TYPE_CHECKING:
    from pathlib import Path


def test_a_writer_waits_for_a_writer_of_another_process_to_end(tmp_path: Path) -> None:
    file = tmp_path / "ombuds.db"
    database = Database(f"sqlite:///{file}")
    with database.writing() as tx:
        tx.execute(text("CREATE TABLE t (x)"))
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, lambda: other.execute("COMMIT")).start()
    with database.writing() as tx:
        tx.execute(text("INSERT INTO t VALUES (1)"))
    other.close()
    database.close()


def test_a_lock_that_is_never_let_go_of_is_an_error_of_the_database(tmp_path: Path) -> None:
    file = tmp_path / "ombuds.db"
    database = Database(f"sqlite:///{file}", busy_seconds=0.05)
    database.check()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"), database.writing():
        pass
    other.close()
    with database.writing() as tx:
        assert tx.execute(text("SELECT 1")).scalar_one() == 1
    database.close()
