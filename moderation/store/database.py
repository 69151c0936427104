"""The connection to the database, SQLite or PostgreSQL, with one way to read and one way to write."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from moderation.errors import Unreachable
from moderation.store import sqlite

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from sqlalchemy.engine import Engine

_CONNECT_SECONDS = 5
_POOL_SIZE = 20


class Database:
    """A pool of connections.

    SQLite allows one writer at a time: `writing()` takes its lock at once (BEGIN IMMEDIATE), so that a transaction
    which reads and then writes never meets a busy database half-way. Threads of this process take turns before that.
    """

    def __init__(self, url: str, *, busy_seconds: float = sqlite.BUSY_SECONDS) -> None:
        self._busy_seconds = busy_seconds
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes; committed at the end, rolled back on any error."""
        with self._turn, self.engine.connect() as connection:
            if self.is_sqlite:
                connection = connection.execution_options(**{sqlite.WAITS_TO_WRITE: self._busy_seconds})  # noqa: PLW2901
            with connection.begin():
                yield connection

    def check(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            Unreachable: it gives none.
        """
        try:
            with self.reading() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            raise Unreachable("the database", _first_line(error)) from error

    def checkpoint(self) -> None:
        """Do what SQLite would otherwise do in the middle of someone's commit."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                sqlite.checkpoint(cast("sqlite3.Connection", connection.connection.driver_connection))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def is_lost(error: Exception) -> bool:
    """Tell whether an error means that the connection went away or the file was busy, so that trying again helps."""
    return isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _first_line(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0]


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(
            url,
            pool_size=_POOL_SIZE,
            max_overflow=_POOL_SIZE,
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_SECONDS},
            hide_parameters=True,  # errors must not carry comments into logs or Redis
        )
    engine = create_engine(url, pool_size=_POOL_SIZE, max_overflow=_POOL_SIZE, hide_parameters=True)
    event.listen(engine, "connect", sqlite.prepare)
    event.listen(engine, "begin", sqlite.begin)
    return engine


INSERTS: dict[str, Any] = {"postgresql": insert_into_postgresql, "sqlite": insert_into_sqlite}
"""Each dialect's own `insert`, which knows ON CONFLICT."""


def insert_into(connection: Connection) -> Any:
    """Give the dialect's own `insert`."""
    return INSERTS[connection.dialect.name]
