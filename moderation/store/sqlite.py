"""SQLite's manners: write-ahead log, durable commits, and writers that wait for each other without dozing off."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, cast

from sqlalchemy.exc import OperationalError

from moderation.fingerprints import bits_apart

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.pool import ConnectionPoolEntry

WAITS_TO_WRITE = "ombuds_waits_to_write"
"""The execution option of a connection that is about to write: the seconds that it waits for other writers."""

BUSY_SECONDS = 10.0
"""How long a writer waits for the others, unless told otherwise."""

_LOOK_SECONDS = 0.001
_LARGEST_LOG_PAGES = 20_000
"""80 MB. Only beyond this a commit moves the log into the file itself: a post would wait for the disk."""

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"wal_autocheckpoint={_LARGEST_LOG_PAGES}",
)


def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """Set a fresh connection up."""
    connection.isolation_level = None  # we begin transactions ourselves
    connection.create_function("bits_apart", 2, bits_apart, deterministic=True)
    for pragma in (*_PRAGMAS, _busy_timeout(BUSY_SECONDS)):
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: Connection) -> None:
    """Begin a transaction; one that writes takes the writers' lock at once.

    SQLite itself waits in sleeps that grow to 100 ms, and so lets a lock lie idle for long while many want it. We look
    every millisecond instead.

    Raises:
        OperationalError: the lock was not to be had in that time.
    """
    seconds: float | None = connection.get_execution_options().get(WAITS_TO_WRITE)
    raw = cast("sqlite3.Connection", connection.connection.driver_connection)
    if seconds is None:
        raw.execute("BEGIN")
        return
    raw.execute(f"PRAGMA {_busy_timeout(0)}")
    try:
        _begin_writing(raw, seconds)
    finally:
        raw.execute(f"PRAGMA {_busy_timeout(BUSY_SECONDS)}")


def checkpoint(raw: sqlite3.Connection) -> None:
    """Move the write-ahead log into the file and let the next writer begin it anew; whatever is in use stays for later.

    The first step holds nobody up and does most of the work. The second takes the writers' lock, if it is free, for
    what came meanwhile: under a steady load the log would never end otherwise.
    """
    raw.execute(f"PRAGMA {_busy_timeout(0)}")
    try:
        for step in ("PASSIVE", "RESTART"):
            raw.execute(f"PRAGMA wal_checkpoint({step})").fetchall()
    finally:
        raw.execute(f"PRAGMA {_busy_timeout(BUSY_SECONDS)}")


def _begin_writing(raw: sqlite3.Connection, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise OperationalError("BEGIN IMMEDIATE", None, error) from error
            time.sleep(_LOOK_SECONDS)
        else:
            return


def _busy_timeout(seconds: float) -> str:
    return f"busy_timeout={int(seconds * 1000)}"
