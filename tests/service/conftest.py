"""The application in this process, with the tiny scorer, and a real server for what only a server shows."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from werkzeug.test import TestResponse

from models import training
from models.training import Trained
from moderation import decisions, settings, sites
from moderation.decisions import Draft
from moderation.dispatch import Dispatcher, connect
from moderation.domain import Actor, Decision, KeyKind, Reason, Scope, Scorer, Span, Status
from moderation.scorers import Scorers
from moderation.settings import Settings
from moderation.store import comments
from moderation.store.database import Database
from moderation.store.sites import Site
from service.app import create, equip
from service.cli.run import server
from tests.models.conftest import sentences

ROOT = Path(__file__).parents[2]

SERVED_SITE = "served.example"
SERVED_SECRET = "a-secret-of-the-tests-and-of-nothing-else"

SERVED = """
import importlib.util, sys
from moderation import dispatch, logs, settings
from moderation.dispatch import Dispatcher
from moderation.scorers import Scorers
from moderation.store.database import Database
from service.app import create

spec = importlib.util.spec_from_file_location("fakes", {conftest!r})
fakes = importlib.util.module_from_spec(spec)
sys.modules["fakes"] = fakes
spec.loader.exec_module(fakes)
read = settings.read()
logs.configure(as_json=True)
bells = Dispatcher(dispatch.connect(read.redis_url))
app = create(read, Database(read.database_url), bells, Scorers.only(fakes.WordList()))
"""


class Client:
    """A site that talks to the application with one key."""

    def __init__(self, app: Flask, key: str | None) -> None:
        self.app = app
        self.key = key

    def __call__(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request; `body` is bytes, everything else is Flask's."""
        headers = dict(options.pop("headers", {}))
        if self.key is not None:
            headers.setdefault("Authorization", f"Bearer {self.key}")
        if "body" in options:
            options["data"] = options.pop("body")
            headers.setdefault("Content-Type", "application/json")
        return self.app.test_client().open(path, method=method, headers=headers, buffered=True, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self("POST", path, **({} if json is None else {"json": json}), **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self("PATCH", path, **({} if json is None else {"json": json}), **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self("DELETE", path, **options)


@pytest.fixture(scope="session")
def shared() -> list[tuple[Flask, dict[str, Any]]]:
    """The application that tests share once there is one, with the extensions that it began with."""
    return []


@pytest.fixture
def make_app(
    settings: Settings,
    database: Database,
    dispatcher: Dispatcher,
    tiny_scorer: Scorer,
    shared: list[tuple[Flask, dict[str, Any]]],
) -> Callable[..., Flask]:
    """Put the application together, with other settings or parts if a test says so.

    A test's first one is shared with other tests, but has its own parts: routes and templates take long to compile.
    Who adds a route to it, or has it stand behind proxies, takes one `alone`.
    """
    is_free = True

    def make(*, alone: bool = False, **changes: Any) -> Flask:
        nonlocal is_free
        scorers = changes.pop("scorers", None) or Scorers.only(changes.pop("scorer", tiny_scorer))
        parts = {"database": database, "dispatcher": dispatcher, "scorers": scorers}
        parts |= {name: changes.pop(name) for name in list(changes) if name in parts}
        wanted = replace(settings, **changes)
        if alone or not is_free:
            return create(wanted, **parts)
        is_free = False
        if not shared:
            made = create(wanted, **parts)
            shared.append((made, dict(made.extensions)))
        app, extensions = shared[0]
        app.extensions.clear()
        app.extensions.update(extensions)
        equip(app, wanted, **parts)
        return app

    return make


@pytest.fixture(scope="session")
def tiny_trained() -> Trained:
    """A tiny classifier, trained on sentences of our own, to make versions of."""
    return training.train(
        sentences(), training.Settings(C=10.0, n_folds=3, min_texts=1, fewest_positives=5, lowest_auc=0.6)
    )


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application."""
    return make_app()


@pytest.fixture
def api(app: Flask, site_key: str) -> Client:
    """The application as `site` sees it, with a key that may do everything."""
    return Client(app, site_key)


@pytest.fixture
def client() -> type[Client]:
    """Make a client of an application and a key."""
    return Client


@pytest.fixture
def comment() -> Callable[..., dict[str, Any]]:
    """Write a comment as a site sends it."""

    def write(id: str = "c-1", text: str = "A fair point, well made.", **changes: Any) -> dict[str, Any]:  # noqa: A002
        return {
            "id": id,
            "text": text,
            "author": {"ref": "reader-7"},
            "article": {"url": "https://news.example/bridge", "title": "The bridge will be rebuilt"},
            **changes,
        }

    return write


@pytest.fixture
def posted(api: Client, comment: Callable[..., dict[str, Any]]) -> Callable[..., TestResponse]:
    """Post a comment of `site`."""
    return lambda *given, **changes: api.post("/v1/comments", comment(*given, **changes))


@pytest.fixture
def judged(database: Database, site: Site) -> Callable[..., Decision]:
    """Decide about a comment of `site` as the worker would."""

    def judge(id: str = "c-1", status: Status = Status.APPROVED) -> Decision:  # noqa: A002
        reasons = (
            (Reason("respectful", "INSULT", 0.99, 0.95, spans=(Span(0, 4),)),) if status is not Status.APPROVED else ()
        )
        with database.writing() as tx:
            found = comments.find(tx, site.id, id, lock=True)
            assert found is not None
            comments.keep_scores(
                tx,
                [
                    {
                        "comment_id": found.id,
                        "revision": found.revision,
                        "scores": {"INSULT": 0.99},
                        "model_version": "words-1",
                    }
                ],
            )
            draft = Draft(found.id, found.revision, status, Actor.POLICY, reasons, "words-1", "g-1")
            (decision,) = decisions.record(tx, [draft], datetime.now(UTC))
        return decision

    return judge


@pytest.fixture
def key_with(database: Database, site: Site, secret: str, now: datetime) -> Callable[..., str]:
    """Give `site` one more key with these scopes only."""
    return lambda *scopes: sites.add_key(database, site.name, list(scopes), secret, now)


@pytest.fixture
def other(app: Flask, add_site: Callable[[str], tuple[Site, str]]) -> Client:
    """Another site."""
    return Client(app, add_site("other.example")[1])


@pytest.fixture
def logged() -> Iterator[list[dict[str, Any]]]:
    """What structlog was given while the test ran."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A database of its own for tests of what no database has a part in: `database_url` of such a module is this."""
    (tmp_path / "ombuds.db").write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{tmp_path / 'ombuds.db'}"


# A real server


@dataclass(frozen=True)
class Served:
    """A running server, its key, and its log."""

    address: tuple[str, int]
    key: str
    log: Path

    @property
    def url(self) -> str:
        return f"http://{self.address[0]}:{self.address[1]}"

    @property
    def database(self) -> Database:
        """Its record; whoever opens it closes it."""
        return Database(f"sqlite:///{self.log.parent / 'ombuds.db'}")

    def key_for(self, kind: KeyKind) -> str:
        """Give its site a key for clients of this kind."""
        database = self.database
        key = sites.add_key(database, SERVED_SITE, [Scope.SUBMIT], SERVED_SECRET, datetime.now(UTC), kind)
        database.close()
        return key


@pytest.fixture(scope="session")
def served(sqlite_template: Path, valkey_socket: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application under the HTTP server that `ombuds serve` starts, on SQLite, with the tiny scorer."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "ombuds.db").write_bytes(sqlite_template.read_bytes())
    (folder / "served.py").write_text(SERVED.format(conftest=str(ROOT / "tests" / "conftest.py")))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    environment = {
        "DATABASE_URL": f"sqlite:///{folder / 'ombuds.db'}",
        "REDIS_URL": f"unix://{valkey_socket}",
        "OMBUDS_SECRET": SERVED_SECRET,
        "OMBUDS_DATA": str(folder),
        "OMBUDS_WEBHOOK_ALLOW": "127.0.0.0/8",
        "OMBUDS_RATE_LIMIT": "0",
        "OMBUDS_THREADS": "4",
        "OMBUDS_PORT": str(address[1]),
        "OMBUDS_JSON_LOGS": "1",
        "PYTHONPATH": f"{folder}:{ROOT}",
    }
    read = settings.read(environment)
    database = Database(read.database_url)
    _, key = sites.add(database, SERVED_SITE, list(Scope), read.secret, datetime.now(UTC))
    database.close()
    log = folder / "log"
    with log.open("wb") as file:
        command = [sys.executable, "-m", *server(read, "served:app")]
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=file, stderr=file)
    try:
        _await(address, process, log)
        yield Served(address, key, log)
    finally:
        process.terminate()
        process.wait(10)


def _await(address: tuple[str, int], process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while True:
        with suppress(OSError), socket.create_connection(address, 1) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            if connection.recv(100).startswith(b"HTTP/1.1 200"):
                return
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)


# Programs


@pytest.fixture
def ombuds(environment: Mapping[str, str], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the program `ombuds` in a process of its own."""

    def run(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        merged = {**os.environ, **environment, **changes, "COLUMNS": "200"}
        kept = {name: value for name, value in merged.items() if value is not None}
        command = [sys.executable, "-m", "service.cli", *arguments]
        kept["PYTHONPATH"] = str(ROOT)
        return subprocess.run(command, env=kept, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.fixture
def absent_redis(tmp_path: Path) -> Dispatcher:
    """Bells on a Redis that is gone."""
    return Dispatcher(connect(f"unix://{tmp_path / 'nobody.sock'}"))


def lines(answer: TestResponse) -> list[dict[str, Any]]:
    """Read NDJSON."""
    return [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]


@pytest.fixture(name="lines")
def lines_() -> Callable[[TestResponse], list[dict[str, Any]]]:
    """Read an answer's NDJSON."""
    return lines
